#!/bin/bash
# Carries the tree of a layer from one machine to another, as one file.
#
#   carry.sh pack TREE FILE     makes FILE
#   carry.sh unpack FILE TREE   makes TREE, a directory that is empty or not there
#
# Whiteouts are character devices 0:0, which tar knows; that a directory is opaque is said by an
# attribute, the one that is carried. In a user namespace of its own, for a step may have made
# directories that their owner cannot read, and tar is to give nothing to other users.
set -euo pipefail
umask 022
if [ "${4-}" != inside ]; then
  exec unshare --user --map-root-user bash "$0" "$1" "$2" "$3" inside
fi
options=(--format=posix --numeric-owner --xattrs --xattrs-include=user.overlay.opaque)
case $1 in
  pack) tar -c "${options[@]}" --sparse -f "$3" -C "$2" . ;;
  unpack)
    mkdir -p "$3"
    tar -x -p "${options[@]}" --no-same-owner -f "$2" -C "$3"
    ;;
  *)
    echo "carry.sh: pack or unpack, not $1" >&2
    exit 2
    ;;
esac
