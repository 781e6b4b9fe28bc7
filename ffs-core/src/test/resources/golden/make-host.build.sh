#!/bin/bash
# shellcheck shell=bash
# tools/zlib
set -euo pipefail
umask 022

export PATH=/ffs/sysroot/cross-tools/bin:/usr/bin:/usr/sbin:/bin:/sbin
export LC_ALL=C TZ=UTC0 SOURCE_DATE_EPOCH=315532800
export HOME=/build/zlib TMPDIR=/tmp
export FFS_JOBS="${FFS_JOBS:-1}"
export FFS_SYSROOT=/ffs/sysroot
export FFS_TARGET=x86_64-linux-musl
export CC="$FFS_TARGET-gcc"

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

cd /build/zlib/zlib-1.3

make PREFIX=/usr "CC=$FFS_TARGET-gcc"
make PREFIX=/usr "CC=$FFS_TARGET-gcc" DESTDIR="$FFS_SYSROOT" install-lib
