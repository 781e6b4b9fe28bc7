#!/bin/bash
# tools/gmp: unpacks its sources
set -euo pipefail
umask 022

export LC_ALL=C TZ=UTC0 SOURCE_DATE_EPOCH=315532800

# ffs_unpack ARCHIVE DIRECTORY: the only top directory of the archive becomes DIRECTORY.
ffs_unpack() {
  local entries
  mkdir "$2.unpacked"
  tar -x -o --no-same-permissions -f "$1" -C "$2.unpacked"
  shopt -s nullglob dotglob
  entries=("$2.unpacked"/*)
  shopt -u nullglob dotglob
  if [ "${#entries[@]}" -eq 1 ] && [ -d "${entries[0]}" ]; then
    mv "${entries[0]}" "$2"
    rmdir "$2.unpacked"
  else
    mv "$2.unpacked" "$2"
  fi
}

# Source: gmp 6.3.0
if [ -e /ffs/sources/gmp/gmp-6.3.0.tar.xz ]; then
  ffs_unpack /ffs/sources/gmp/gmp-6.3.0.tar.xz /build/gmp/gmp-6.3.0
elif [ -e /ffs/sources/gmp/gmp_6.3.0+dfsg.orig.tar.xz ]; then
  ffs_unpack /ffs/sources/gmp/gmp_6.3.0+dfsg.orig.tar.xz /build/gmp/gmp-6.3.0
ffs_prepare_archive() (
cd /build/gmp/gmp-6.3.0
mkdir doc

)
  ffs_prepare_archive
else
  echo 'no archive of gmp is there' >&2
  exit 1
fi
ffs_prepare() (
cd /build/gmp/gmp-6.3.0
touch prepared

)
ffs_prepare
patch -p1 --no-backup-if-mismatch -d /build/gmp/gmp-6.3.0 -i /ffs/sources/gmp/patches/gmp.patch

# Source: mpfr 4.2
if [ -e /ffs/sources/mpfr/mpfr-4.2.tar.gz ]; then
  ffs_unpack /ffs/sources/mpfr/mpfr-4.2.tar.gz /build/gmp/mpfr-4.2
else
  echo 'no archive of mpfr is there' >&2
  exit 1
fi

# One time for all files: nothing looks older than what it is made from.
find . -exec touch -h -d "@315532800" {} +
