#!/bin/bash
# Runs one step of a build without namespaces: on the machine as it is, in one shared root. For
# machines that give no namespaces, and only on request, for a step sees all of the machine here.
#
# Takes the options of enclosure.sh but for --processes and --interactive, and emulates nothing.
# Instead of mounting an overlay it copies the sysroot together before the step, and finds what
# changed by comparing it with what it was. The build directory is /build/NAME itself. The exit codes
# are those of enclosure.sh.
set -euo pipefail
export PATH=/usr/bin:/usr/sbin:/bin:/sbin LC_ALL=C
umask 022

fail() {
  printf 'enclosure: %s\n' "$*" >&2
  exit 125
}

where='' step='' layers='' upper='' work='' sources='' prepare='' script='' shell=''
jobs=1 tokens=''
while [ $# -gt 0 ]; do
  case $1 in
    --build | --cpu) shift 2 ;;
    --emulator)
      machine=$(uname -m)
      case ${2-}:$machine in
        "$machine:$machine" | arm:armv* | i386:i?86) shift 2 ;;
        *)
          fail "without an enclosure nothing emulates another machine: programs of ${2-} do not run" \
            "here, on $machine. Build on such a machine, or allow user namespaces"
          ;;
      esac
      ;;
    --where | --step | --layers | --upper | --work | --sources | --prepare | --script | --shell | \
      --jobs | --tokens)
      [ $# -ge 2 ] || fail "$1 lacks its value"
      printf -v "${1#--}" %s "$2"
      shift 2
      ;;
    *) fail "$1 is not to be had without an enclosure" ;;
  esac
done
for name in where step layers upper work sources prepare script shell; do
  [ -n "${!name}" ] || fail "--$name is missing"
done

# --- Whether it may run here at all ----------------------------------------------------------

user=$(id -u)
# The inode is the kernel's name for the first process namespace: this is no container.
if [ "$user" -eq 0 ] && [ "$(readlink /proc/self/ns/pid)" = 'pid:[4026531836]' ]; then
  fail 'without an enclosure a build never runs as root, for it could destroy this machine: become' \
    'an ordinary user, or use a container'
fi
if [ "$where" = chroot ] && [ "$user" -ne 0 ]; then
  fail 'without an enclosure a chroot phase needs chroot(2), which only root may use: build as root' \
    'in a container, or allow user namespaces'
fi
if [ "$user" -eq 0 ]; then
  mkdir -p /ffs/sysroot /build
  for name in tools cross-tools; do
    [ -L "/$name" ] || ln -s "ffs/sysroot/$name" "/$name"
  done
fi
for name in /ffs /build; do
  # The paths are part of what is built, so they are the same on every machine.
  if ! [ -d "$name" ] || ! [ -O "$name" ] || ! [ -w "$name" ]; then
    fail "without an enclosure $name must be a directory of yours. As root, once:" \
      "install -d -o $user /ffs /build &&" \
      'ln -s ffs/sysroot/tools ffs/sysroot/cross-tools /'
  fi
done
for name in tools cross-tools; do
  [ "$(readlink "/$name")" = "ffs/sysroot/$name" ] ||
    fail "without an enclosure /$name must be a link. As root, once: ln -s ffs/sysroot/$name /$name"
done
exec 9>/ffs/lock
flock -n 9 || fail 'another build without an enclosure is at work on this machine'

# --- The sysroot, as the layers make it ------------------------------------------------------

remove() {
  [ ! -e "$1" ] || { chmod -R u+rwX "$1" && rm -rf "$1"; }
}
remove /ffs/sysroot
remove "/build/$step"
rm -rf /ffs/sources /ffs/jobs
mkdir /ffs/sysroot /ffs/sources "/build/$step"

lay() { # DIRECTORY: puts a layer on what is there
  local path
  while IFS= read -r -d '' path; do
    # What is of another kind makes room, and so does what the layer deletes.
    [ ! -L "/ffs/sysroot/${path:1}" ] || rm "/ffs/sysroot/${path:1}"
    case $path in
      d*) [ -d "/ffs/sysroot/${path:1}" ] || rm -f "/ffs/sysroot/${path:1}" ;;
      *) rm -rf "/ffs/sysroot/${path:1}" ;;
    esac
  done < <(find "$1" -mindepth 1 -printf '%y%P\0')
  tar -c -C "$1" --sparse . | tar -x -p -C /ffs/sysroot
  find /ffs/sysroot -type c -delete
}
count=1
while [ -L "$layers/$count" ]; do
  lay "$(readlink "$layers/$count")"
  count=$((count + 1))
done

while IFS=$'\t' read -r name file; do
  mkdir -p "/ffs/sources/${name%/*}"
  ln -s "$file" "/ffs/sources/$name"
done <"$sources"
cp "$prepare" /ffs/prepare.sh
cp "$script" /ffs/build.sh
[ -z "$tokens" ] || ln -s "$tokens" /ffs/jobs

# --- The step --------------------------------------------------------------------------------

run() { # DIRECTORY COMMAND...: with the environment that a step has in an enclosure
  (
    cd "$1"
    shift
    ulimit -c 0
    exec env -i --default-signal FFS_JOBS="$jobs" MAKEFLAGS="-j$jobs" "$@" </dev/null 9>&-
  )
}

run "/build/$step" /bin/bash /ffs/prepare.sh

if [ "$where" = chroot ]; then
  cd /ffs/sysroot
  mkdir -p proc dev tmp build ffs
  chmod 1777 tmp
  # Links to places outside would lead nowhere.
  cp -r -L /ffs/sources /ffs/build.sh ffs
  cd /
fi

state() { # one record for each file: what changes when it changes, and its name
  find /ffs/sysroot -mindepth 1 \
    \( "${hidden[@]}" \) -prune -o -printf '%i %C@ %s %m %y\t%P\0' | sort -z
}
# In a chroot phase an enclosure covers these.
hidden=(-false)
if [ "$where" = chroot ]; then
  hidden=()
  for name in proc dev tmp build ffs; do hidden+=(-path "/ffs/sysroot/$name" -o); done
  hidden+=(-false)
fi
state >"$work/before"
top=$(stat -c %a /ffs/sysroot)

if [ "$where" = host ]; then
  run "/build/$step" "$shell" /ffs/build.sh
else
  # shellcheck disable=SC2016 # for the inner shell
  run / unshare --mount /bin/bash -c '
    for name in proc dev build; do
      mount --rbind "/$name" "/ffs/sysroot/$name" || {
        echo "enclosure: without an enclosure a chroot phase must mount /$name, which is refused" >&2
        exit 125
      }
    done
    exec chroot /ffs/sysroot "$@"' bash "$shell" /ffs/build.sh
fi

# --- What changed ----------------------------------------------------------------------------

state >"$work/after"
[ "$(stat -c %a /ffs/sysroot)" = "$top" ] || chmod "$(stat -c %a /ffs/sysroot)" "$upper"
declare -A changed=()
while IFS= read -r -d '' record; do
  path=${record#*$'\t'}
  # With each file its directories, whose modes are the layer's too.
  while [ -z "${changed[$path]-}" ]; do
    changed[$path]=yes
    [[ $path == */* ]] || break
    path=${path%/*}
  done
done < <(comm -z -13 "$work/before" "$work/after")
if [ "${#changed[@]}" -gt 0 ]; then
  printf '%s\0' "${!changed[@]}" | sort -z |
    tar -c -C /ffs/sysroot --no-recursion --null --verbatim-files-from --files-from=- --sparse |
    tar -x -p -C "$upper"
fi
while IFS= read -r -d '' path; do
  parent=/ffs/sysroot/$path
  parent=${parent%/*}
  # What was below a directory that is gone needs no mark of its own.
  if [ -d "$parent" ] && [ ! -L "$parent" ]; then
    mkdir -p "$(dirname "$upper/$path")"
    mknod "$upper/$path" c 0 0 || fail 'cannot mark what a step deleted (Linux 5.8 or newer)'
  fi
done < <(comm -z -23 <(sed -z 's/^[^\t]*\t//' "$work/before" | sort -z) \
  <(sed -z 's/^[^\t]*\t//' "$work/after" | sort -z))
