#!/bin/bash
# Builds everything that this bundle describes, without anything but bash, a C compiler, make, tar,
# the compressors of the archives, patch, coreutils, findutils, grep, sed, awk and util-linux.
# Started again, it goes on where it stopped: a step whose scripts, sources and needs are as they
# were is kept.
#
#   build.sh [-j JOBS] [-s SOURCES] [-w WORK] [-o OUTPUT] [-f]
#     -j JOBS      jobs of each step; default: the number of processors
#     -s SOURCES   directory with a directory of archives for each source; what is not there is
#                  fetched into it
#                  (default: sources in this bundle)
#     -w WORK      where steps and logs are kept (default: work in this bundle)
#     -o OUTPUT    where the tarball goes (default: out in this bundle)
#     -f           only fetch the sources
#
# Exit codes: 0 done, 1 a step failed, 2 wrong options, 4 a source cannot be had, 5 this machine
# lacks something.
set -euo pipefail
umask 022
export LC_ALL=C

bundle=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
jobs=$(nproc) sources=$bundle/sources work=$bundle/work output=$bundle/out only_fetch=''
while getopts j:s:w:o:f option; do
  case $option in
    j) jobs=$OPTARG ;;
    s) sources=$OPTARG ;;
    w) work=$OPTARG ;;
    o) output=$OPTARG ;;
    f) only_fetch=yes ;;
    *) sed -n '/^#   build.sh/,/^set/{/^#/s/^# \{0,3\}//p}' "$0" >&2; exit 2 ;;
  esac
done

name=$(<"$bundle/name")
epoch=$(<"$bundle/epoch")
mkdir -p "$sources" "$work/steps" "$work/logs" "$output"
sources=$(cd "$sources" && pwd) work=$(cd "$work" && pwd) output=$(cd "$output" && pwd)
exec 9>"$work/lock"
flock -n 9 || { echo "another build.sh is at work in $work" >&2; exit 1; }

digest_of() { # FILE
  local line
  line=$(sha256sum <"$1")
  printf '%s' "${line%% *}"
}

# --- Sources ---------------------------------------------------------------------------------

debian_mirrors() { # the mirrors that this machine's apt is set up with, one a line
  {
    grep -hE '^deb(-src)? ' /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
      sed -E 's/^deb(-src)? +(\[[^]]*\] +)?([^ ]+).*/\3/'
    grep -hE '^URIs:' /etc/apt/sources.list.d/*.sources 2>/dev/null |
      sed 's/^URIs://' | tr ' ' '\n'
  } | grep -E '^https?://' | awk '!seen[$0]++' || true
}

download() { # URL FILE
  if [[ $1 == file:///* ]]; then
    cp "${1#file://}" "$2"
  elif command -v curl >/dev/null; then
    curl --fail --silent --show-error --location --connect-timeout 20 --output "$2" "$1"
  elif command -v wget >/dev/null; then
    wget --quiet --timeout=60 --output-document "$2" "$1"
  elif [[ $1 =~ ^http://([^/:]+)(:([0-9]+))?(/.*)$ ]]; then
    # The digest is checked afterwards, so this need not be clever.
    local host=${BASH_REMATCH[1]} port=${BASH_REMATCH[3]:-80} path=${BASH_REMATCH[4]} line status
    {
      printf 'GET %s HTTP/1.0\r\nHost: %s\r\nUser-Agent: ffs\r\nConnection: close\r\n\r\n' \
        "$path" "$host" >&8
      IFS= read -r status <&8
      [[ $status =~ ^HTTP/[0-9.]+\ 200 ]] || { echo "${status%$'\r'}" >&2; return 1; }
      while IFS= read -r line <&8 && [ "$line" != $'\r' ]; do :; done
      cat <&8 >"$2"
    } 8<>"/dev/tcp/$host/$port"
  else
    echo "neither curl nor wget is there to fetch it" >&2
    return 1
  fi
}

fetch() { # SOURCE: leaves the archive's name in "chosen"
  local source file sha256 url place problem=$work/fetch.problem
  local -a attempts=()
  while IFS=$'\t' read -r source file sha256 url; do
    [ "$source" = "$1" ] || continue
    if [ -e "$sources/$1/$file" ] && [ "$(digest_of "$sources/$1/$file")" = "$sha256" ]; then
      chosen=$file
      return
    fi
  done <"$bundle/sources.tsv"
  mkdir -p "$sources/$1"
  while IFS=$'\t' read -r source file sha256 url <&7; do
    [ "$source" = "$1" ] || continue
    local -a places=("$url")
    if [[ $url == mirror://debian/* ]]; then
      mapfile -t places < <(debian_mirrors | sed "s#/*\$#/${url#mirror://debian/}#")
      [ "${#places[@]}" -gt 0 ] || attempts+=("$url: this machine has no Debian mirror set up")
    fi
    for place in "${places[@]}"; do
      echo "fetching $place"
      if ! download "$place" "$sources/$1/$file.part" 2>"$problem"; then
        attempts+=("$place: $(tail -n 1 "$problem")")
      elif [ "$(digest_of "$sources/$1/$file.part")" != "$sha256" ]; then
        attempts+=("$place: what came does not have the digest $sha256")
      else
        mv "$sources/$1/$file.part" "$sources/$1/$file"
        chosen=$file
        return
      fi
    done
  done 7<"$bundle/sources.tsv"
  rm -f "$sources/$1"/*.part
  {
    echo "error: no archive of $1 could be had"
    [ "${#attempts[@]}" -eq 0 ] || printf '  %s\n' "${attempts[@]}"
    echo "  Put one of these into $sources/$1 and start again:"
    awk -F '\t' -v id="$1" '$1 == id { print "    " $2 "  sha256 " $3 }' "$bundle/sources.tsv"
  } >&2
  exit 4
}

declare -A archive_of archive_digest
while IFS=$'\t' read -r source rest; do
  [ -z "${archive_of[$source]-}" ] || continue
  chosen=''
  fetch "$source"
  archive_of[$source]=$chosen
  archive_digest[$source]=$(digest_of "$sources/$source/$chosen")
done <"$bundle/sources.tsv"
[ -z "$only_fetch" ] || exit 0

# --- Steps -----------------------------------------------------------------------------------

# The identity of the host's compiler counts for the steps that use it.
host_compiler=''
if cut -f 4 "$bundle/steps.tsv" | grep -qx host; then
  problem=$work/compiler.problem
  host_compiler=$(sh "$bundle/compiler.sh" 2>"$problem") || {
    echo "error: there is no C compiler and linker, which the first compiler is built with" >&2
    sed 's/^/  /' "$problem" >&2
    exit 5
  }
  rm -f "$problem"
fi
declare -A key_of
total=$(wc -l <"$bundle/steps.tsv") number=0

remove() { # DIR: the overlay's work directory has no permissions at all
  [ ! -e "$1" ] || { chmod -R u+rwx "$1" && rm -rf "$1"; }
}

# A step has a session of its own, so ^C does not reach it.
enclosure=''
trap '[ -z "$enclosure" ] || kill -KILL "$enclosure"; exit 130' INT TERM

while IFS=$'\t' read -r -u 6 id where shell toolchain limit sees uses emulator cpu; do
  number=$((number + 1))
  [ "$sees" != - ] || sees=''
  [ "$uses" != - ] || uses=''
  emulation=()
  [ "$emulator" = - ] || emulation+=(--emulator "$emulator")
  [ "$cpu" = - ] || emulation+=(--cpu "$cpu")
  scripts=$bundle/steps/$id step=${id#*/} layer=$work/steps/$id log=$work/logs/${id/\//-}.log
  run=$work/running
  key=$({
    cat "$bundle/enclosure.sh" "$scripts/prepare.sh" "$scripts/build.sh"
    [ "$toolchain" != host ] || echo "$host_compiler"
    # How many jobs it may have at the most is nothing that its result depends on.
    printf '%s\n' "$id" "$where" "$shell" "$toolchain" "$sees" "$uses" "${emulation[*]}"
    for other in $sees; do echo "${key_of[$other]}"; done
    for source in $uses; do
      echo "${archive_digest[$source]}"
      [ ! -d "$bundle/patches/$source" ] || cat "$bundle/patches/$source"/*
    done
  } | sha256sum)
  key_of[$id]=$key
  if [ -e "$layer/key" ] && [ "$(<"$layer/key")" = "$key" ]; then
    printf '[%d/%d] %s kept\n' "$number" "$total" "$id"
    continue
  fi
  printf '[%d/%d] %s ' "$number" "$total" "$id"
  remove "$run"
  mkdir -p "$run"/{tree,overlay,build,layers}
  count=0
  for other in $sees; do
    count=$((count + 1))
    ln -s "$work/steps/$other/tree" "$run/layers/$count"
  done
  for source in $uses; do
    printf '%s\t%s\n' "$source/${archive_of[$source]}" "$sources/$source/${archive_of[$source]}"
    for patch in "$bundle/patches/$source"/*; do
      [ ! -e "$patch" ] || printf '%s\t%s\n' "$source/patches/${patch##*/}" "$patch"
    done
  done >"$run/sources"
  count=$jobs
  [ "$limit" = - ] || [ "$limit" -ge "$count" ] || count=$limit
  began=$SECONDS status=0
  bash "$bundle/enclosure.sh" --where "$where" --step "$step" --layers "$run/layers" \
    --upper "$run/tree" --work "$run/overlay" --build "$run/build" --sources "$run/sources" \
    --prepare "$scripts/prepare.sh" --script "$scripts/build.sh" --shell "$shell" --jobs "$count" \
    "${emulation[@]}" >"$log" 2>&1 9>&- </dev/null &
  enclosure=$!
  wait "$enclosure" || status=$?
  enclosure=''
  if [ "$status" -ne 0 ]; then
    printf 'failed with exit code %d after %d s\n' "$status" $((SECONDS - began))
    {
      tail -n 30 "$log"
      echo "error: step $id failed"
      echo "  log: $log"
      echo "  its tree: $run/build"
      echo "  to go on: ${BASH_SOURCE[0]}"
    } >&2
    # 125 with such a line is the enclosure's own; a step may end with any code.
    if [ "$status" -eq 125 ] && [[ $(tail -n 1 "$log") == 'enclosure: '* ]]; then exit 5; fi
    exit 1
  fi
  for part in overlay build overlay.root overlay.fstab layers; do remove "$run/$part"; done
  printf '%s\n' "$key" >"$run/key"
  # What the rename makes visible is on disk before it.
  bash "$bundle/keep.sh" "$run/tree" "$epoch"
  remove "$layer"
  mkdir -p "${layer%/*}"
  mv "$run" "$layer"
  printf 'done in %d s\n' $((SECONDS - began))
done 6<"$bundle/steps.tsv"

# --- Output ----------------------------------------------------------------------------------

pack=$work/pack
remove "$pack"
remove "$pack.upper"
mkdir -p "$pack"/{layers,root,work} "$pack.upper"
unshare --user --map-root-user --mount bash "$bundle/pack.sh" "$bundle/output.tsv" "$work/steps" \
  "$pack" "$pack.upper" "$epoch" "$output/$name.tar"
remove "$pack"
remove "$pack.upper"
xz --threads=1 --stdout "$output/$name.tar" >"$output/$name.tar.xz.part"
mv "$output/$name.tar.xz.part" "$output/$name.tar.xz"
rm "$output/$name.tar"
printf '%s  %s\n' "$(digest_of "$output/$name.tar.xz")" "$output/$name.tar.xz"
