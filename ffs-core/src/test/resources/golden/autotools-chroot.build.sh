#!/bin/bash
# shellcheck shell=bash
# tools/gmp
set -euo pipefail
umask 022

export PATH=/usr/bin:/usr/sbin:/bin:/sbin
export LC_ALL=C TZ=UTC0 SOURCE_DATE_EPOCH=315532800
export HOME=/build/gmp TMPDIR=/tmp
export FFS_JOBS="${FFS_JOBS:-1}"
export FFS_CFLAGS=-O2
export FFS_SYSROOT=/
export FFS_TARGET=x86_64-linux-musl
export CFLAGS="$FFS_CFLAGS -fPIC"

if [ -p /ffs/jobs ]; then
  # One pool of job tokens serves all steps. A make before 4.4 knows pipes by descriptors only.
  case $(make --version 2>/dev/null) in
    'GNU Make 3'* | 'GNU Make 4.'[0-3]*)
      exec 9<>/ffs/jobs
      export MAKEFLAGS="-j$FFS_JOBS --jobserver-auth=9,9"
      ;;
    *) export MAKEFLAGS="-j$FFS_JOBS --jobserver-auth=fifo:/ffs/jobs" ;;
  esac
fi

cd /build/gmp/gmp-6.3.0

ffs_before() (
sed -i 's/a/b/' configure

)
ffs_before

mkdir -p build
cd build
../configure \
  --prefix=/tools \
  "--host=$FFS_TARGET" \
  --enable-cxx \
  '--with-note=it'\''s $HOME'
make V=1
make V=1 install

cd /build/gmp/gmp-6.3.0

ffs_after() (
rm -rf "$FFS_SYSROOT/tools/share"

)
ffs_after
