#!/bin/bash
# Runs one step of a build in Linux namespaces of its own, as root or as an ordinary user.
#
#   enclosure.sh OPTION...
#     --where host|chroot   host: a fresh root with the host's /usr read-only, the sysroot at
#                           /ffs/sysroot; chroot: the sysroot itself is the root
#     --step NAME           the build directory is /build/NAME
#     --layers DIR          links 1, 2, 3... to the directories whose contents make up the sysroot;
#                           a later one covers an earlier one
#     --upper DIR           takes what the step changes; on one file system with --work
#     --work DIR            for the overlay's own use, empty; DIR.root and DIR.fstab are used too
#     --build DIR           becomes /build/NAME
#     --sources FILE        lines NAME<tab>FILE: what stands read-only at /ffs/sources/NAME
#     --prepare FILE        script that unpacks the sources, always run in the host root
#     --script FILE         the step itself
#     --shell PATH          what runs --script
#     --jobs N              FFS_JOBS: the most jobs to run at once
#     --tokens FIFO         named pipe with the job tokens of a jobserver; optional
#     --processes N         the most processes and threads at one time; default: 4096
#     --emulator ARCH       in a chroot phase QEMU's user mode emulation for ARCH, as QEMU names it,
#                           runs the sysroot's programs, unless this machine is an ARCH; optional
#     --cpu MODEL           the CPU that it emulates; default: the emulator's own
#     --environment WORD    NAME=VALUE for the scripts of a host phase; may be given several times
#     --chroot-program WORD a program, and with further such options its first arguments, that enters
#                           the sysroot of a chroot phase in place of this script. An empty directory
#                           for its own use, the sysroot, NAME=VALUE words for the environment, and
#                           the command are added. It still has this machine's root, read-only
#     --volatile            the build directory is in memory, where names come in another order
#     --interactive         run --shell with the terminal instead of the scripts
#
# Needs bash, coreutils and util-linux, and for another architecture a static qemu-ARCH-static or
# qemu-ARCH. The exit code is that of the script; 125 means that the
# enclosure itself could not be set up, and the last line says why.
#
# It goes through three stages:
#   outside  makes a user namespace, and in it all the others
#   inside   is process 1 there. It still has the host's root, puts together the root of the step,
#            and runs its scripts, each through the third stage
#   within   makes a second user namespace with mounts of its own, makes the step's root the only
#            one, and becomes the script. The kernel lets nobody change mounts that come from
#            another user namespace, so the script, root as it is, can neither make the host's
#            files writable nor look below what covers them; and process 1 is out of its reach.
set -euo pipefail

fail() {
  printf 'enclosure: %s\n' "$*" >&2
  exit 125
}

# --- within: COUNT DETACH... ROOT DIRECTORY COMMAND... ---------------------------------------

if [ "${1-}" = --within ]; then
  detach=("${@:3:$2}")
  shift $((2 + $2))
  root=$1 directory=$2
  shift 2
  # Not exported: the environment is the step's.
  PATH=/usr/bin:/usr/sbin:/bin:/sbin
  # A mount from the outer namespace cannot become the root, a copy of it can.
  LIBMOUNT_FORCE_MOUNT2=always mount --rbind "$root" "$root" || fail "cannot bind $root"
  cd "$root"
  pivot_root . ffs/old || fail 'cannot enter the new root'
  cd /
  "${detach[@]}" || fail "cannot detach the old root with ${detach[*]}"
  for name in /ffs/old/*; do
    [ ! -e "$name" ] || fail "the old root is still there: $name"
  done
  cd "$directory"
  # Opened here, /dev/null is the read-only one: with the host's, root could change its mode.
  [ "${FFS_INTERACTIVE-}" ] || exec </dev/null
  unset FFS_INTERACTIVE
  export -n PWD OLDPWD
  exec "$@"
fi

# --- outside ---------------------------------------------------------------------------------

where='' step='' layers='' upper='' work='' build='' sources='' prepare='' script='' shell=''
tokens='' jobs=1 processes=4096 emulator='' cpu='' interactive='' volatile='' stage=outside
declare -a given=("$@") more=() chroot_program=()
while [ $# -gt 0 ]; do
  case $1 in
    --interactive) interactive=yes; shift; continue ;;
    --volatile) volatile=yes; shift; continue ;;
    --environment)
      [[ ${2-} = *=* ]] || fail "$1 lacks its value"
      more+=("$2")
      shift 2
      ;;
    --chroot-program)
      [ $# -ge 2 ] || fail "$1 lacks its value"
      chroot_program+=("$2")
      shift 2
      ;;
    --stage | --where | --step | --layers | --upper | --work | --build | --sources | --prepare | \
      --script | --shell | --jobs | --tokens | --processes | --emulator | --cpu)
      [ $# -ge 2 ] || fail "$1 lacks its value"
      printf -v "${1#--}" %s "$2"
      shift 2
      ;;
    *) fail "unknown option $1" ;;
  esac
done

if [ "$stage" = outside ]; then
  for name in where step layers upper work build sources prepare script shell; do
    [ -n "${!name}" ] || fail "--$name is missing"
  done
  for name in null zero full random urandom; do
    [ -c "/dev/$name" ] || fail "this machine's /dev/$name is not a device: something destroyed it"
  done
  problem=$(unshare --user --map-root-user true 2>&1) ||
    fail "the kernel gives no user namespace (CONFIG_USER_NS, user.max_user_namespaces," \
      "kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns): $problem"
  # In a session of its own a step that signals its process group does not hit the caller.
  session=(setsid)
  [ -z "$interactive" ] || session=()
  # The death signal is set inside the user namespace, for entering one clears it.
  exec unshare --user --map-root-user \
    setpriv --pdeathsig KILL --no-new-privs \
    unshare --mount --pid --fork --kill-child --net --ipc --uts \
    "${session[@]}" bash "$(realpath "$0")" "${given[@]}" --stage inside
fi

# --- inside ----------------------------------------------------------------------------------

# From here on this is process 1 of the step: when it ends, the kernel ends all others.
export PATH=/usr/bin:/usr/sbin:/bin:/sbin LC_ALL=C LIBMOUNT_FORCE_MOUNT2=always
umask 022
# What the caller has open is not for the step.
for name in /proc/self/fd/*; do
  name=${name##*/}
  [ "$name" -le 2 ] || eval "exec $name>&-"
done

# --- Programs of another architecture ---------------------------------------------------------
#
# A user namespace may have a table of binary formats of its own, which counts for those below it
# too. The kernel opens the emulator when it is registered, so the step's root need not hold it.

# Where an emulator is needed "emulated" is set; where it is not the host that has registered one,
# its file and what to write to have it registered.
emulated='' qemu='' registration=''

# What the first 20 bytes of the architecture's programs are, and which bits of them count. Of the
# identification the ABI and what follows it do not; of the two bytes of the type the lowest bit does
# not, so that it is an executable (2) or a shared object (3), as position independent ones are.
elf_header() { # ARCH
  local class data machine
  # Class: 1 for 32 bits, 2 for 64. Data: 1 for the low byte first, 2 for the high one. All as in the
  # generic ABI, and the machine as in its registry.
  case $1 in
    aarch64) class=2 data=1 machine=183 ;;
    aarch64_be) class=2 data=2 machine=183 ;;
    arm) class=1 data=1 machine=40 ;;
    armeb) class=1 data=2 machine=40 ;;
    i386) class=1 data=1 machine=3 ;;
    loongarch64) class=2 data=1 machine=258 ;;
    m68k) class=1 data=2 machine=4 ;;
    mips) class=1 data=2 machine=8 ;;
    mips64) class=2 data=2 machine=8 ;;
    mips64el) class=2 data=1 machine=8 ;;
    mipsel) class=1 data=1 machine=8 ;;
    ppc) class=1 data=2 machine=20 ;;
    ppc64) class=2 data=2 machine=21 ;;
    ppc64le) class=2 data=1 machine=21 ;;
    riscv32) class=1 data=1 machine=243 ;;
    riscv64) class=2 data=1 machine=243 ;;
    s390x) class=2 data=2 machine=22 ;;
    sparc64) class=2 data=2 machine=43 ;;
    x86_64) class=2 data=1 machine=62 ;;
    *) fail "the programs of the architecture '$1' are not known here" ;;
  esac
  header=(127 69 76 70 "$class" "$data" 1 0 0 0 0 0 0 0 0 0)
  mask=(255 255 255 255 255 255 255 0 0 0 0 0 0 0 0 0)
  if [ "$data" -eq 1 ]; then
    header+=(2 0 $((machine % 256)) $((machine / 256)))
    mask+=(254 255 255 255)
  else
    header+=(0 2 $((machine / 256)) $((machine % 256)))
    mask+=(255 254 255 255)
  fi
}

runs_natively() { # ARCH
  case $1:$(uname -m) in
    "$1:$1" | arm:armv* | i386:i?86) ;;
    *) false ;;
  esac
}

# Whether the host has registered an emulator that is open already; says which in "interpreter".
registered_by_host() {
  local file key value enabled flags offset magic bits found='' i
  [ -r /proc/sys/fs/binfmt_misc/status ] || return 1
  [ "$(</proc/sys/fs/binfmt_misc/status)" = enabled ] || return 1
  for file in /proc/sys/fs/binfmt_misc/*; do
    case ${file##*/} in
      status | register) continue ;;
    esac
    enabled='' flags='' offset='' magic='' bits='' value=''
    while read -r key value; do
      case $key in
        enabled) enabled=yes ;;
        interpreter) interpreter=$value ;;
        flags:) flags=$value ;;
        offset) offset=$value ;;
        magic) magic=$value ;;
        mask) bits=$value ;;
      esac
    done <"$file"
    if [ -z "$enabled" ] || [ "$offset" != 0 ]; then continue; fi
    [ -n "$bits" ] || bits=${magic//??/ff}
    for ((i = 0; 2 * i < ${#magic}; i++)); do
      (((0x${magic:2*i:2} & 0x${bits:2*i:2}) == (${header[i]-0} & 0x${bits:2*i:2}))) || continue 2
    done
    # The kernel takes any that fits.
    [[ $flags = *F* ]] || return 1
    found=$interpreter
  done
  interpreter=$found
  [ -n "$found" ]
}

escaped() { # NUMBER...
  printf '\\x%02x' "$@"
}

format() { # PROGRAM: the line that registers it; P is for programs that look at their own name
  printf ':qemu-%s:M::%s:%s:%s:PF' "$emulator" "$(escaped "${header[@]}")" \
    "$(escaped "${mask[@]}")" "$1"
}

prepare_emulator() {
  local -a header mask
  local problem program interpreter said
  elf_header "$emulator"
  ! runs_natively "$emulator" || return 0
  emulated=yes
  program=$(type -P "qemu-$emulator-static" || type -P "qemu-$emulator") || program=''
  # A tmpfs is about to cover it: it has to be there, and nobody has to see it.
  if problem=$(mount -t binfmt_misc ffs "$work.root" 2>&1); then
    [ -n "$program" ] ||
      fail "this machine has neither qemu-$emulator-static nor qemu-$emulator, which is to run the" \
        "programs of the target: install QEMU's static user mode emulation (qemu-user-static)"
    qemu=$program
    exec {register}>"$work.root/register" || fail 'cannot register an emulator'
    registration=$(format "ffs/emulator/qemu-$emulator")
  elif registered_by_host; then
    # Through /proc/PID/exe, for the kernel has opened it on a mount that is not read-only.
    [ ! -O "$interpreter" ] ||
      fail "the step would be the owner of $interpreter, so it could change it for the whole" \
        "machine, and the kernel gives it none of its own (before Linux 6.7; ${problem//$'\n'/;}):" \
        "build as an ordinary user"
    # Not every such file tells its version.
    said=$("$(realpath "$interpreter")" --version 2>/dev/null | head -n 1) || said=''
    announce_emulator "${said:-$interpreter}, as this machine has registered it"
  else
    fail "programs of $emulator do not run here: the kernel gives a user namespace no emulators of" \
      "its own (before Linux 6.7 none does; ${problem//$'\n'/;}), and the machine has none registered" \
      "with the flag F. As root, until the next start, with QEMU's static user mode emulation" \
      "(qemu-user-static) installed:" \
      "mountpoint -q /proc/sys/fs/binfmt_misc ||" \
      "mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc;" \
      "printf %s '$(format "${program:-/usr/bin/qemu-$emulator-static}")'" \
      '>/proc/sys/fs/binfmt_misc/register'
  fi
}

announce_emulator() { # WHAT
  echo "emulator: $1${cpu:+, CPU $cpu}"
}

register_emulator() {
  local said
  # In a root that holds nothing else, as the step's.
  said=$(chroot ffs/emulator "/qemu-$emulator" --version 2>&1) ||
    fail "$qemu needs files of this machine, so it cannot run in the root of the step: install QEMU's" \
      "static user mode emulation (qemu-user-static); ${said//$'\n'/;}"
  said=${said%%$'\n'*}
  # Before, it took the name that the program was called by for its first argument.
  if ! [[ $said =~ version\ ([0-9]+) ]] || [ "${BASH_REMATCH[1]}" -lt 6 ]; then
    fail "$qemu is not QEMU 6 or later: $said"
  fi
  printf %s "$registration" >&"$register" || fail "cannot register $qemu as an emulator"
  exec {register}>&-
  announce_emulator "$said"
}

# --- The root of the step --------------------------------------------------------------------

# Whoever made these may have a mask, or a directory that hands down its group, of their own; the
# step sees their modes. (With four digits chmod would leave a set-group-ID bit as it is.)
chmod 00755 "$upper" "$work" "$build" || fail "cannot set the modes of $upper, $work and $build"

mkdir -p "$work.root"
[ -z "$emulator" ] || [ "$where" = host ] || prepare_emulator
mount -t tmpfs -o mode=0755,size=64m ffs "$work.root" || fail 'cannot mount a tmpfs'
cd -P "$work.root"
root=$PWD

# All mounts are done by two calls of mount, for each call costs some milliseconds.
fstab=''
declare -A wanted=()
escape() { # NAME TEXT: as an fstab has it
  local text=${2//\\/\\134}
  text=${text// /\\040}
  text=${text//$'\t'/\\011}
  printf -v "$1" %s "${text//$'\n'/\\012}"
}
plan() { # SOURCE TARGET TYPE OPTIONS: TARGET is in the new root
  local source target
  escape source "$1"
  escape target "$root/$2"
  fstab+="$source $target $3 $4 0 0"$'\n'
  wanted[$root/$2]=yes
}
mount_planned() {
  local problem
  printf %s "$fstab" >"$work.fstab"
  problem=$(cd "$root/ffs/layers" && mount --all --fstab "$work.fstab" 2>&1) ||
    fail "cannot mount what the step sees: ${problem//$'\n'/; }"
  fstab=''
}

mkdir -p usr etc proc dev/shm build/"$step" tmp ffs/{sysroot,sources,old,layers/0,chroot/old}
mkdir ffs/chroot/sources
plan /usr usr none rbind
# Whatever the machine's owner put there is not for this build.
[ ! -d /usr/local ] || plan ffs usr/local tmpfs mode=0755,size=4k
for name in bin sbin lib lib32 lib64 libx32; do
  if [ -L "/$name" ]; then
    ln -s "$(readlink "/$name")" "$name"
  elif [ -d "/$name" ]; then
    mkdir "$name"
    plan "/$name" "$name" none rbind
  fi
done
# What the host's compiler needs of /etc, and nothing else.
for name in alternatives ld.so.cache ld.so.conf ld.so.conf.d env.d; do
  if [ -d "/etc/$name" ]; then
    mkdir "etc/$name"
  elif [ -e "/etc/$name" ]; then
    : >"etc/$name"
  else
    continue
  fi
  plan "/etc/$name" "etc/$name" none rbind
done
printf 'root:x:0:0:root:/build:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n' >etc/passwd
printf 'root:x:0:\nnogroup:x:65534:\n' >etc/group
printf '127.0.0.1 localhost\n::1 localhost\n' >etc/hosts

for name in null zero full random urandom; do
  : >"dev/$name"
  plan "/dev/$name" "dev/$name" none bind
done
ln -s /proc/self/fd dev/fd
ln -s /proc/self/fd/0 dev/stdin
ln -s /proc/self/fd/1 dev/stdout
ln -s /proc/self/fd/2 dev/stderr
plan ffs dev/shm tmpfs mode=1777,nosuid,nodev
plan proc proc proc nosuid,nodev,noexec
plan ffs tmp tmpfs mode=1777,nosuid,nodev
if [ "$volatile" ]; then
  plan ffs "build/$step" tmpfs mode=0755,nosuid,nodev
else
  plan "$build" "build/$step" none bind
fi

while IFS=$'\t' read -r name file; do
  [ -d "ffs/sources/${name%/*}" ] || mkdir -p "ffs/sources/${name%/*}"
  : >"ffs/sources/$name"
  plan "$file" "ffs/sources/$name" none bind
done <"$sources"
cp "$prepare" ffs/prepare.sh
cp "$script" ffs/build.sh
if [ -n "$tokens" ]; then
  : >ffs/jobs
  plan "$tokens" ffs/jobs none bind
fi
for name in tools cross-tools; do
  ln -s "ffs/sysroot/$name" "$name"
done

# The sysroot. The kernel takes at most one page of mount options, so each layer goes by a short
# name, and by none that means something in a list of options. The lowest one holds the mount
# points of a chroot phase, which must not show up as changed.
ln -s "$layers" ffs/layers/of
ln -s "$upper" ffs/layers/upper
ln -s "$work" ffs/layers/work
lower=0 count=0
while [ -L "$layers/$((count + 1))" ]; do
  count=$((count + 1))
  lower=of/$count:$lower
done
plan ffs ffs/sysroot overlay "lowerdir=$lower,upperdir=upper,workdir=work,userxattr"
if [ "$where" = chroot ]; then
  mkdir ffs/layers/0/{proc,dev,tmp,build,ffs}
  chmod 1777 ffs/layers/0/tmp
  for name in proc dev tmp build; do plan "$root/$name" "ffs/sysroot/$name" none rbind; done
  # Of what is in /ffs, a chroot phase is to see no more than this.
  cp ffs/build.sh ffs/chroot/build.sh
  plan "$root/ffs/chroot" ffs/sysroot/ffs none bind
  plan "$root/ffs/sources" ffs/sysroot/ffs/sources none rbind
  if [ -n "$tokens" ]; then
    : >ffs/chroot/jobs
    plan "$tokens" ffs/sysroot/ffs/jobs none bind
  fi
fi
if [ -n "$qemu" ]; then
  mkdir ffs/emulator
  : >"ffs/emulator/qemu-$emulator"
  plan "$qemu" "ffs/emulator/qemu-$emulator" none bind
fi
mount_planned
[ -z "$qemu" ] || register_emulator

# A name for the machine, and a loopback that works.
hostname ffs || fail 'cannot set the host name with hostname(1)'
if command -v ip >/dev/null; then
  ip link set lo up
elif command -v ifconfig >/dev/null; then
  ifconfig lo 127.0.0.1 up
else
  echo 'enclosure: the loopback interface stays down: neither ip nor ifconfig is there' >&2
fi

# Bounds, the same on every machine. Real root is not bound by the number that a user may have, but
# since Linux 6.14 each process namespace has a bound of its own. (Before, that setting is the
# whole machine's, which root could change from here.)
ulimit -c 0 || fail 'cannot forbid core dumps'
ulimit -n 4096 || fail 'cannot allow 4096 open files: the hard limit is lower'
ulimit -s 8192 || fail 'cannot allow 8 MiB of stack: the hard limit is lower'
# Who may have fewer has fewer.
ulimit -u "$processes" 2>/dev/null || [ "$(ulimit -u)" -lt "$processes" ] ||
  fail "cannot bound the number of processes to $processes"
IFS=.- read -r major minor _ </proc/sys/kernel/osrelease
if ((major > 6 || (major == 6 && minor >= 14))); then
  echo "$processes" >proc/sys/kernel/pid_max ||
    fail "cannot bound the number of processes to $processes"
elif [ "$(awk '$1 == 0 { print $2 }' /proc/self/uid_map)" = 0 ]; then
  echo 'enclosure: before Linux 6.14 nothing bounds the number of processes of root' >&2
fi

# Everything is read-only but what the step is there to write; of /proc and the devices too, whose
# modes and settings root could change. A flag that the host has set cannot be taken back here.
rm ffs/layers/{of,upper,work}
while read -r _ _ _ _ target flags _; do
  printf -v name %b "$target"
  case $name in
    "$root" | "$root"/*)
      unset "wanted[$name]"
      case ${name#"$root"} in
        /tmp | /dev/shm | "/build/$step") continue ;;
        /ffs/sysroot | /ffs/sysroot/tmp | /ffs/sysroot/dev/shm | "/ffs/sysroot/build/$step") continue ;;
      esac
      ;;
    # The program that enters the sysroot leaves the machine's root where it is. unshare writes to
    # /proc, which the program then covers; and what cannot be reached cannot be changed.
    *) if [ -z "${chroot_program[*]}" ] || [ "$name" = /proc ] || [ ! -e "$name" ]; then continue; fi ;;
  esac
  options=remount,bind,ro,nosuid
  for flag in nodev noexec; do
    [[ ,$flags, != *,$flag,* ]] || options+=,$flag
  done
  fstab+="none $target none $options 0 0"$'\n'
done </proc/self/mountinfo
for name in "${!wanted[@]}"; do fail "$name was not mounted"; done
mount_planned
# Open it stays. Where it came from is nothing to find in /proc.
[ -z "$qemu" ] || umount --lazy "ffs/emulator/qemu-$emulator" || fail 'cannot hide the emulator'
# Of a list of mounts, mount leaves out this one.
[ -z "${chroot_program[*]}" ] || mount -o remount,bind,ro,nosuid / ||
  fail "cannot make this machine's root read-only"

# Sets "detach" to a command that detaches /ffs/old when nothing is left of the host but that: the
# libraries of umount and their loader are there too, but not where umount looks for them.
find_detach() {
  local program loader='' name arrow file path=''
  local -a files=()
  program=$(type -P umount) || fail 'there is no umount(8)'
  while read -r name arrow file _; do
    case $name:$arrow in
      /*:'('*) loader=$name ;;
      *:'=>') files+=("$file") ;;
    esac
  done < <(ldd "$program" 2>/dev/null)
  if [ -z "$loader" ]; then
    # Static, or what follows fails and says so.
    detach=("/ffs/old$(realpath "$program")")
  else
    mapfile -t files < <(realpath "$program" "$loader" "${files[@]}")
    for file in "${files[@]:2}"; do path+=:/ffs/old${file%/*}; done
    detach=("/ffs/old${files[1]}" --library-path "${path#:}" "/ffs/old${files[0]}")
  fi
  detach+=(--no-canonicalize --internal-only --lazy /ffs/old)
}

find_detach

environment=(FFS_JOBS="$jobs" MAKEFLAGS="-j$jobs")
[ "$where" = chroot ] || environment+=("${more[@]}")
unshare=$(command -v unshare)
enter() { # ROOT DIRECTORY COMMAND...: runs it with nothing but the step's environment
  # Whatever signals the caller ignores, as a shell does for what it runs in the background.
  env -i --default-signal "${environment[@]}" "$unshare" --user --map-root-user --mount \
    /bin/bash "$0" --within "${#detach[@]}" "${detach[@]}" "$@"
}

through_program() { # COMMAND...: as enter, but another program enters the sysroot
  env -i --default-signal "$unshare" --user --map-root-user --mount \
    "${chroot_program[@]}" "$root/ffs/old" "$root/ffs/sysroot" "${environment[@]}" "$@"
}

if [ -n "$interactive" ]; then
  environment+=(FFS_INTERACTIVE=yes TERM="${TERM-dumb}" HOME="/build/$step")
else
  enter "$root" "/build/$step" /bin/bash /ffs/prepare.sh
  # Nothing of it lives on.
  kill -KILL -1 2>/dev/null || true
fi

if [ "$where" = host ]; then
  if [ -n "$interactive" ]; then
    environment+=(PATH="$PATH")
    enter "$root" "/build/$step" "$shell" -i
  else
    enter "$root" "/build/$step" "$shell" /ffs/build.sh
  fi
else
  sysroot=$root/ffs/sysroot
  if [ -n "$emulated" ] && [ -n "$cpu" ]; then environment+=(QEMU_CPU="$cpu"); fi
  if ! [ -x "$sysroot$shell" ] && ! [ -L "$sysroot$shell" ]; then
    echo "the sysroot has no $shell to run the step with" >&2
    exit 127
  fi
  enter=(enter "$sysroot" /)
  [ -z "${chroot_program[*]}" ] || enter=(through_program)
  if [ -n "$interactive" ]; then
    environment+=(PATH="$PATH:/tools/bin")
    "${enter[@]}" "$shell" -i
  else
    "${enter[@]}" "$shell" /ffs/build.sh
  fi
fi
