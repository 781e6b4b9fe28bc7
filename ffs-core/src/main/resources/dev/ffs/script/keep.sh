#!/bin/bash
# Makes what a step changed ready to be kept: no sockets, one time for all files, all of it on disk.
#
#   keep.sh TREE EPOCH
#
# In a user namespace of its own, for a step may have made directories that their owner cannot read.
set -euo pipefail
[ "${3-}" = inside ] || exec unshare --user --map-root-user bash "$0" "$1" "$2" inside
cd "$1"
# A socket is of use only to a process that is gone by now.
find . -type s -delete
find . -mindepth 1 -exec touch -h -d "@$2" {} +
# Either just these files, or all of the file system: the latter is faster for many files, but makes
# this step wait until whatever other steps have written is on disk, too.
few=200
if [ "$(find . -mindepth 1 -printf x | head -c $((few + 1)) | wc -c)" -le "$few" ]; then
  find . '(' -type f -o -type d ')' -exec sync {} +
else
  sync -f .
fi
