#!/bin/bash
# Packs the output of a bundle, in a user and mount namespace of its own: the kernel lays the
# shipped layers over each other, so that what a step deleted or replaced is gone.
#
#   pack.sh OUTPUT.TSV STEPS SCRATCH UPPER EPOCH TARBALL
set -euo pipefail
export LC_ALL=C LIBMOUNT_FORCE_MOUNT2=always
list=$1 steps=$2 scratch=$3 upper=$4 epoch=$5 tarball=$6

# Short names, for the kernel takes at most one page of mount options, and no commas in one.
cd "$scratch/layers"
mkdir 0
lower=0 count=0
while IFS=$'\t' read -r kind path rest; do
  if [ "$kind" = layer ]; then
    count=$((count + 1))
    ln -s "$steps/$path/tree" "$count"
    lower=$count:$lower
  fi
done <"$list"
ln -s "$upper" upper
mount --make-rprivate /
mount -t overlay -o "lowerdir=$lower,upperdir=upper,workdir=../work,userxattr" ffs ../root
root=$scratch/root
cd "$root"

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# The output is not the root here: what goes by way of one of its links ends up on the host.
link_above() { # PATH: says which directory above it is a link, if any
  local part=${1%/*}
  while [ -n "$part" ]; do
    if [ -L "$root$part" ]; then
      printf '%s' "$part"
      return
    fi
    part=${part%/*}
  done
}

declare -a owned=() members=()
while IFS=$'\t' read -r kind path mode user group; do
  [ "$kind" != layer ] || continue
  link=$(link_above "$path")
  case $kind in
    exclude) [ -n "$link" ] || rm -rf "$root$path" ;;
    directory)
      [ ! -L "$root$path" ] || link=$path
      [ -z "$link" ] ||
        fail "the recipe declares the directory $path, but $link is a symbolic link in the output"
      mkdir -p "$root$path" || fail "the recipe declares the directory $path, which cannot be made"
      # Zeros, for chmod keeps bits of a directory that it is not told about.
      chmod "000$mode" "$root$path"
      ;;
    owner)
      [ -z "$link" ] && { [ -e "$root$path" ] || [ -L "$root$path" ]; } ||
        fail "the output has no $path, whose owner the recipe declares"
      if [ "$mode" != - ]; then
        [ ! -L "$root$path" ] ||
          fail "the recipe declares the mode of $path, a symbolic link, which has none"
        chmod "000$mode" "$root$path"
      fi
      owned+=(-e ".$path")
      members+=("$user:$group:.$path")
      ;;
  esac
done <"$list"

format=(--format=gnu --numeric-owner --mtime="@$epoch" --no-recursion)
find . -mindepth 1 -print0 | sort -z >"$scratch/names"
if [ "${#owned[@]}" -gt 0 ]; then
  # Those with owners of their own come behind the others.
  grep -zvxF "${owned[@]}" "$scratch/names" >"$scratch/others" || [ $? -eq 1 ]
  mv "$scratch/others" "$scratch/names"
fi
tar -c "${format[@]}" --owner=+0 --group=+0 --null --files-from="$scratch/names" -f "$tarball"
for entry in "${members[@]}"; do
  IFS=: read -r user group path <<<"$entry"
  tar -r "${format[@]}" --owner="+$user" --group="+$group" -f "$tarball" "$path"
done
