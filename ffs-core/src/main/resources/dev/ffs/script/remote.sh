#!/bin/bash
# What a build does with its directory on another machine:
#
#   DIRECTORY/layers/DIGEST   trees of layers, each made readable for its owner
#   DIRECTORY/lists/DIGEST    a digest of what the tree of that layer holds, to notice who changes it
#   DIRECTORY/keys/KEY        the digest of the layer that the step with this key made
#   DIRECTORY/running/        steps at work
#   DIRECTORY/failed/STEP     the directories of steps that failed last
#
#   remote.sh DIRECTORY open             makes these, ends what a build that was killed left running,
#                                        and prints "layer DIGEST", "damaged DIGEST" or
#                                        "key KEY DIGEST" for each there is; what is damaged is removed
#   remote.sh DIRECTORY unpack FILE DIGEST     FILE becomes a layer
#   remote.sh DIRECTORY mkdir NAME       a directory for a step at work, if it has none yet
#   remote.sh DIRECTORY keep NAME KEY DIGEST   the tree of running step NAME becomes a layer
#   remote.sh DIRECTORY fail NAME STEP   running step NAME has failed
#   remote.sh DIRECTORY failed STEP      prints "yes" if the directory of that step is there
#   remote.sh DIRECTORY clear NAME       running step NAME is of no more use
set -euo pipefail
umask 022
export LC_ALL=C
directory=$1 action=$2
here=$(dirname "${BASH_SOURCE[0]}")

remove() { # PATH: a step may have made directories that their owner cannot change
  [ ! -e "$1" ] && [ ! -L "$1" ] || { chmod -R u+rwx "$1" 2>/dev/null || true; rm -rf "$1"; }
}

list() { # TREE: all but the contents; all files have one time, so who changes one shows
  # The size of a directory is the file system's affair, and another one in a copy.
  (
    cd "$1"
    find . -mindepth 1 '(' -type d -printf '%y %m %T@ %P\0' ')' -o -printf '%y %m %s %T@ %l %P\0' |
      sort -z | sha256sum
  )
}

add_layer() { # TREE DIGEST
  list "$1" >"$directory/lists/$2"
  mv -T "$1" "$directory/layers/$2"
}

case $action in
  open)
    mkdir -p "$directory"/{layers,lists,keys,running,failed}
    # Processes of a step name its directory; the first of them takes all others with it.
    for process in /proc/[0-9]*; do
      words=$(tr '\0' ' ' 2>/dev/null <"$process/cmdline") || continue
      case $words in
        *" $directory/running/"*) kill -KILL "${process#/proc/}" 2>/dev/null || true ;;
      esac
    done
    for entry in "$directory"/running/* "$directory"/layers/.part*; do remove "$entry"; done
    for entry in "$directory"/layers/*; do
      [ -d "$entry" ] || continue
      digest=${entry##*/}
      if [ "$(list "$entry")" = "$(cat "$directory/lists/$digest")" ]; then
        printf 'layer %s\n' "$digest"
      else
        printf 'damaged %s\n' "$digest"
        remove "$entry"
      fi
    done
    for entry in "$directory"/keys/*; do
      [ ! -f "$entry" ] || printf 'key %s %s\n' "${entry##*/}" "$(<"$entry")"
    done
    ;;
  unpack)
    part=$directory/layers/.part$4
    remove "$part"
    bash "$here/carry.sh" unpack "$3" "$part"
    rm -f "$3"
    add_layer "$part" "$4"
    ;;
  keep)
    step=$directory/running/$3 layer=$directory/layers/$5
    if [ ! -e "$layer" ]; then
      # Every user sees the same modes, also one who is not root.
      find "$step/layer/tree" -type d ! -perm -u=rx -exec chmod u+rx {} +
      find "$step/layer/tree" -type f ! -perm -u=r -exec chmod u+r {} +
      add_layer "$step/layer/tree" "$5"
    fi
    printf '%s' "$5" >"$directory/keys/.part$4"
    mv -T "$directory/keys/.part$4" "$directory/keys/$4"
    remove "$step"
    ;;
  fail)
    remove "$directory/failed/$4"
    mv -T "$directory/running/$3" "$directory/failed/$4"
    ;;
  mkdir) mkdir -p "$directory/running/$3" ;;
  failed) [ ! -d "$directory/failed/$3" ] || echo yes ;;
  clear) remove "$directory/running/$3" ;;
  *)
    echo "remote.sh: what is $action?" >&2
    exit 2
    ;;
esac
