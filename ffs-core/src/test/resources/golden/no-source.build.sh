#!/bin/bash
# shellcheck shell=bash
# tools/smoke
set -euo pipefail
umask 022

export PATH=/usr/bin:/usr/sbin:/bin:/sbin
export LC_ALL=C TZ=UTC0 SOURCE_DATE_EPOCH=315532800
export HOME=/build/smoke TMPDIR=/tmp
export FFS_JOBS="${FFS_JOBS:-1}"
export FFS_SYSROOT=/

cd /build/smoke

ffs_script() (
tcc -v

make --version

)
ffs_script
