#!/bin/bash
# Has a program such as fchroot enter a root, and runs a command there.
#
#   fchroot.sh step N WORD... DIRECTORY ROOT NAME=VALUE... COMMAND...
#       runs a command of a build step with no other variables than these; enclosure.sh calls it, in
#       mounts and a user namespace that are this step's alone. The N words are the program and its
#       first arguments; DIRECTORY is empty
#   fchroot.sh hold DIRECTORY
#       makes mounts for commands in a root, prints its process, and keeps them until it ends
#   fchroot.sh run DIRECTORY N WORD... ROOT SCRIPT
#       where "hold" has made mounts, runs a script for sh. It finds the descriptors for the output and
#       the errors of its command in /proc/$n/fd as 7 and 8, and as 9 that of DIRECTORY/state, where
#       it says "entered PROCESS" and "ended CODE". DIRECTORY/said gets what the program says
#   fchroot.sh terminal N WORD... ROOT SCRIPT
#       where "hold" has made mounts, runs a script for sh with the terminal
#
# What the program says is not what the command says. So the command writes to what this script has
# for its output, which it reaches through /proc, and the program writes to a file.
#
# fchroot calls chroot, mount, umount and cp in /bin, and QEMU's emulators as /usr/bin/qemu-ARCH,
# static. Where a distribution has them elsewhere, they are added there: in these mounts, not on the
# machine.
set -euo pipefail

fail() {
  printf 'fchroot: %s\n' "$*" >&2
  exit 125
}

quoted() { # NAME TEXT: as any shell reads it
  local quote="'\\''"
  printf -v "$1" %s "'${2//\'/"$quote"}'"
}

add_programs() { # DIRECTORY: puts what it holds into /bin and /usr/bin, for these mounts
  local emulator name directory covered=''
  for emulator in /usr/bin/qemu-*-static; do
    name=${emulator##*/}
    [ ! -e "$emulator" ] || ln -s "$emulator" "$1/${name%-static}"
  done
  for name in chroot mount umount cp; do
    [ -e "$1/$name" ] || [ -e "/bin/$name" ] ||
      ln -s "$(type -P "$name" || echo /nonexistent)" "$1/$name"
  done
  for directory in "$(realpath /bin)" "$(realpath /usr/bin)"; do
    [ "$directory" != "$covered" ] || continue
    covered=$directory
    # A relative name, for a colon or a comma means something in the options of a mount.
    (cd "$1" && mount -t overlay -o "lowerdir=.:$directory,userxattr" ffs "$directory") ||
      fail "cannot add programs to $directory, where fchroot looks for them"
  done
}

called() { # PROGRAM AND ARGUMENTS...: with nothing of the caller's, and apart from the command
  env -i PATH="$PATH" LC_ALL=C HOME=/ PYTHONDONTWRITEBYTECODE=1 ${TMPDIR+TMPDIR="$TMPDIR"} \
    ${TERM+TERM="$TERM"} "$@"
}

give_up() { # PROBLEM: with all that the program said, which is in the file "said"
  cat said >&2
  fail "$1"
}

# --- step ------------------------------------------------------------------------------------

in_root() { # NAME PATH: where a path of the root leads to, seen from outside
  local rest=$2 so_far='' part link hops=0
  while [ -n "$rest" ]; do
    rest=${rest#/}
    part=${rest%%/*}
    if [[ $rest == */* ]]; then rest=${rest#*/}; else rest=''; fi
    case $part in
      '' | .) continue ;;
      ..) so_far=${so_far%/*}; continue ;;
    esac
    if [ -L "$root$so_far/$part" ]; then
      hops=$((hops + 1))
      [ "$hops" -le 40 ] || fail "too many links on the way to $2 in the root"
      link=$(readlink "$root$so_far/$part")
      [[ $link != /* ]] || so_far=''
      rest=$link/$rest
    else
      so_far=$so_far/$part
    fi
  done
  printf -v "$1" %s "$root$so_far"
}

# Some versions of fchroot take no x86 program that is position independent, or for the GNU ABI, for
# one of x86. So they get to see a header that has nothing but the architecture.
show_architecture() { # PROGRAM FILE: makes FILE
  local -a header
  local escaped
  read -r -a header < <(od -A n -v -t u1 -w20 -N 20 "$1")
  [ "${header[*]:0:4}" = '127 69 76 70' ] ||
    fail "$1 is no program, so nobody can tell the architecture of the root by it"
  header[7]=0
  if [ "${header[5]}" = 1 ]; then header[16]=2; else header[17]=2; fi
  printf -v escaped '\\x%02x' "${header[@]}" 0 0 0
  printf %b "$escaped" >"$2"
}

# fchroot puts files of its own into the root that it is given: its emulator and a wrapper for it,
# the machine's resolv.conf. They would be part of what the step made. So it gets a root that shows
# it the step's shell, to tell the architecture by, and that is thrown away; when it calls chroot,
# the root of the step stands in its place.
step() {
  local -a program=("${@:2:$1}") environment=()
  shift $(($1 + 1))
  local directory=$1 shell word text command='' interactive='' real code
  root=$2
  shift 2
  while [[ $1 == [A-Za-z_]*=* ]]; do
    if [ "$1" = FFS_INTERACTIVE=yes ]; then interactive=yes; else environment+=("$1"); fi
    shift
  done
  mount -t tmpfs -o mode=0755,size=64m ffs "$directory" || fail 'cannot mount a tmpfs'
  cd "$directory"
  mkdir root root/etc programs tmp
  export TMPDIR=$directory/tmp
  # Of the processes of the machine nothing is shown.
  mount --rbind "$root/proc" /proc || fail 'cannot mount /proc'
  shell=$1
  mkdir -p "root${shell%/*}"
  in_root real "$shell"
  show_architecture "$real" "root$shell"
  cp -L "$(type -P chroot)" chroot || fail 'there is no chroot(8)'
  quoted word "$root"
  quoted text "$directory"
  cat >programs/chroot <<END
#!/bin/bash
mount --rbind $word $text/root && exec $text/chroot "\$@"
END
  chmod 755 programs/chroot
  add_programs "$directory/programs"
  # The kernel knows the emulators already that a step needs.
  if [ -d /proc/sys/fs/binfmt_misc ]; then
    mount -t tmpfs -o mode=0755,size=16k ffs /proc/sys/fs/binfmt_misc ||
      fail 'cannot mount a tmpfs'
    for word in arm-32bit arm-64bit powerpc-32bit powerpc-64bit riscv-64bit; do
      : >"/proc/sys/fs/binfmt_misc/$word"
    done
  fi
  text='unset PS1 TERM;'
  for word in "${environment[@]}"; do
    quoted word "$word"
    text+=" export $word;"
  done
  for word in "$@"; do
    quoted word "$word"
    command+=" $word"
  done
  exec 9>state
  text="exec 9>>/proc/$$/fd/9; echo entered >&9;$text"
  if [ -n "$interactive" ]; then
    text="$text$command 9>&-; echo ended \$? >&9"
    called "${program[@]}" --nobind "$directory/root" "$shell" -c "$text" || true
    : >said
  else
    for word in 1 2; do
      (: >>"/proc/$$/fd/$word") 2>/dev/null ||
        fail 'the output goes to a pipe of another user, which the step cannot open'
    done
    text="$text$command 9>&- </dev/null >>/proc/$$/fd/1 2>>/proc/$$/fd/2; echo ended \$? >&9"
    # In a process of its own, for these redirections are not those of this one.
    (called "${program[@]}" --nobind "$directory/root" "$shell" -c "$text") \
      </dev/null >said 2>&1 9>&- || true
  fi
  code=$(sed -n 's/^ended //p' state)
  [ -s state ] || give_up "${program[*]} did not enter the root of the step"
  [ -n "$code" ] || give_up "${program[*]} ended before the step did"
  exit "$code"
}

# --- hold, run and terminal ------------------------------------------------------------------

hold() { # DIRECTORY
  # The death signal is set inside the user namespace, for entering one clears it.
  printf 'process %s\n' $$
  exec unshare --user --map-root-user \
    setpriv --pdeathsig KILL \
    unshare --mount --pid --fork --kill-child /bin/bash "$(realpath "$0")" held "$1"
}

# Process 1 of all commands: when it ends, the kernel ends all others, and their mounts are gone.
held() { # DIRECTORY
  local name
  cd "$1"
  mount -t tmpfs -o mode=0755,size=1m ffs . || fail 'cannot mount a tmpfs'
  cd "$1"
  mkdir dev dev/shm programs
  for name in null zero full random urandom tty; do
    : >"dev/$name"
    # The machine's own /dev is nothing to be root in: a build may delete /dev/null.
    mount -o bind,ro "/dev/$name" "dev/$name" || fail "cannot bind /dev/$name"
  done
  ln -s /proc/self/fd dev/fd
  ln -s /proc/self/fd/0 dev/stdin
  ln -s /proc/self/fd/1 dev/stdout
  ln -s /proc/self/fd/2 dev/stderr
  mount -t tmpfs -o mode=1777,nosuid,nodev ffs dev/shm || fail 'cannot mount a tmpfs'
  mount --rbind dev /dev || fail 'cannot mount /dev'
  mount -t proc -o nosuid,nodev,noexec proc /proc || fail 'cannot mount /proc'
  mount -t tmpfs -o ro,size=4k ffs /sys || fail 'cannot mount /sys'
  # A table of emulators of its own, if the kernel gives one (Linux 6.7).
  mount -t binfmt_misc ffs /proc/sys/fs/binfmt_misc 2>/dev/null || true
  add_programs "$1/programs"
  echo ready
  # Children of other processes become its own, and are to be reaped, which bash does.
  while true; do sleep 1000000 & wait $! || true; done
}

# What ends the command ends its own processes, too, but these two shells not before them. Of signals
# they have something to say that is not the command's.
run() { # DIRECTORY N WORD... ROOT SCRIPT
  local code=0
  trap : TERM
  exec 8>&2 2>/dev/null
  unshare --mount /bin/bash "$0" runs "$@" 2>&8 8>&- || code=$?
  exit "$code"
}

runs() {
  local directory=$1 pid='' code=''
  local -a program=("${@:3:$2}")
  shift $(($2 + 2))
  trap : TERM
  # A pipe that nothing comes through, to wait at.
  exec 6<><(:) 7>&1 8>&2 >/dev/null 2>&1 9>"$directory/state"
  (called "${program[@]}" "$1" /bin/sh -c "n=$$; $2") \
    >"$directory/said" 2>&1 6>&- 7>&- 8>&- 9>&- || true
  # If it was killed, the command may live on. What is started now would be killed at once.
  until read_state "$directory/state" || [ -z "$pid" ] || ! kill -0 "$pid"; do
    read -r -t 0.05 -u 6 || true
  done
  exit "${code:-125}"
}

read_state() { # FILE: sets "pid" and "code", if it is known
  local word value
  while read -r word value; do
    case $word in
      entered) pid=$value ;;
      ended) code=$value ;;
    esac
  done <"$1"
  [ -n "$code" ]
}

terminal() { # N WORD... ROOT SCRIPT
  local -a program=("${@:2:$1}")
  shift $(($1 + 1))
  called "${program[@]}" "$1" /bin/sh -c "$2"
}

# Not of the caller's choice, for it is to be the same everywhere.
export PATH=/usr/bin:/usr/sbin:/bin:/sbin LC_ALL=C LIBMOUNT_FORCE_MOUNT2=always
umask 022
case ${1-} in
  step | hold | held | run | runs) "$@" ;;
  terminal) unshare --mount /bin/bash "$0" terminal-here "${@:2}" ;;
  terminal-here) terminal "${@:2}" ;;
  *) fail "unknown mode '${1-}'" ;;
esac
