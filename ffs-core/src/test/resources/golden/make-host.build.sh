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

cd /build/zlib/zlib-1.3

make PREFIX=/usr "CC=$FFS_TARGET-gcc"
make PREFIX=/usr "CC=$FFS_TARGET-gcc" DESTDIR="$FFS_SYSROOT" install-lib
