#!/bin/bash
# Packs the output of a bundle, in a user and mount namespace of its own: the kernel lays the
# shipped layers over each other, so that what a step deleted or replaced is gone.
#
#   pack.sh OUTPUT.TSV STEPS SCRATCH UPPER EPOCH TARBALL
set -euo pipefail
export LC_ALL=C LIBMOUNT_FORCE_MOUNT2=always
list=$1 steps=$2 scratch=$3 upper=$4 epoch=$5 tarball=$6

# Short names, for the kernel takes at most one page of mount options.
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
mount --make-rprivate /
mount -t overlay -o "lowerdir=$lower,upperdir=$upper,workdir=$scratch/work,userxattr" ffs ../root
root=$scratch/root
cd "$root"

declare -a owners=() excluded=()
while IFS=$'\t' read -r kind path mode user group; do
  case $kind in
    exclude) rm -rf "$root$path" ;;
    directory)
      [ -d "$root$path" ] || mkdir -p "$root$path"
      chmod "$mode" "$root$path"
      ;;
    owner)
      [ -e "$root$path" ] || [ -L "$root$path" ] || {
        echo "error: the output has no $path, whose owner the recipe declares" >&2
        exit 1
      }
      [ "$mode" = - ] || chmod "$mode" "$root$path"
      owners+=("$user:$group:.$path")
      excluded+=("--exclude=.$path")
      ;;
  esac
done <"$list"

format=(--format=gnu --numeric-owner --mtime="@$epoch" --no-recursion)
find . -mindepth 1 -print0 | sort -z |
  tar -c "${format[@]}" --owner=+0 --group=+0 --anchored --no-wildcards "${excluded[@]}" \
    --null --files-from=- -f "$tarball"
for entry in "${owners[@]}"; do
  IFS=: read -r user group path <<<"$entry"
  tar -r "${format[@]}" --owner="+$user" --group="+$group" -f "$tarball" "$path"
done
