# Runs a command where this shell is. Standard input holds it: a line there, or the end, ends the command
# and all that came of it. This shell stays until the input ends, since some clients lose what is written
# right before the end of what they run.
#
# Arguments: TOKEN DIRECTORY PATH PROGRAM [NAME=VALUE]... PROGRAM [ARGUMENT]...
token=$1 directory=$2 path=$3 program=$4
shift 4

# From here on the command alone has the caller's output as its channels 1 and 2. What a shell remarks,
# such as "Terminated", goes nowhere.
exec 3<&0 4>&1 5>&2 </dev/null >/dev/null 2>&1

# Some clients pass on what signals they get, ^C among them. A trap, not a '', which the command would
# inherit.
trap : HUP INT QUIT TERM USR1 USR2

# Both channels carry it, right behind all that the command wrote there.
say() { # WORD...
  for channel in 4 5; do
    tries=0
    # Another process may have made the pipe one that is sometimes full.
    until printf '%s %s\n' "$token" "$*" >&"$channel" || [ "$tries" -ge 60 ]; do
      tries=$((tries + 1))
      sleep 1
    done
  done
}

stay() {
  while read -r _ <&3; do :; done
}

refuse() { # WORD...
  say "$@"
  stay
  exit 0
}

is_program() { [ -f "$1" ] && [ -x "$1" ]; }

# Not `command -v`, which knows what is built into a shell, too.
look_for_program() {
  case $program in
  */*)
    is_program "$program" && return
    if [ -d "$program" ]; then
      refuse no-program is a directory
    elif [ -e "$program" ]; then
      refuse no-program is not executable
    else
      refuse no-program is not there
    fi
    ;;
  esac
  rest=$path:
  while [ -n "$rest" ]; do
    place=${rest%%:*} rest=${rest#*:}
    is_program "${place:-.}/$program" && return
  done
  refuse no-program is not in its PATH
}

# Looks at a process: its state, its parent, and when it began, since numbers are used again.
look_at() { # NUMBER; fails if it is gone
  stat=
  while read -r line; do
    stat="$stat $line"
  done <"/proc/$1/stat" || return 1
  # The name, in parentheses, may hold anything.
  # shellcheck disable=SC2086 # words
  set -- ${stat##*) }
  [ "$#" -gt 19 ] || return 1
  state=$1 parent=$2
  shift 19
  began=$1
}

# shellcheck disable=SC2317 # called by its name
is_child() { # of what is ours
  case $members in *" $parent:"*) return 0 ;; esac
  [ "$parent" = "$runner" ]
}

# POSIX has no -ef, but dash, bash and busybox know it.
# shellcheck disable=SC2317,SC3013
writes_here() { # NUMBER
  for channel in "/proc/$1/fd/1" "/proc/$1/fd/2"; do
    [ "$channel" -ef /proc/self/fd/4 ] || [ "$channel" -ef /proc/self/fd/5 ] && return
  done
  return 1
}

find_one_more() { # HOW; adds to the members, or fails
  for process in /proc/[0-9]*; do
    process=${process#/proc/}
    case $others in *" $process "*) continue ;; esac
    look_at "$process" || continue
    case $members in *" $process:$began "*) continue ;; esac
    if "$1" "$process"; then
      members="$members$process:$began "
      [ "$1" = is_child ] || return 0
      found=yes
    fi
  done
  [ -n "$found" ]
}

# The command's is what came of it and, since a process whose parent has ended is nobody's child any
# more, what writes where the command writes. Parents come before their children: who sees his child
# end first says so.
find_living() { # fails if there are none
  found=''
  while find_one_more is_child || find_one_more writes_here; do
    found=''
  done
  living=''
  for process in $members; do
    look_at "${process%:*}" || continue
    [ "$began" = "${process#*:}" ] || continue
    case $state in
    Z | X) ;; # Ended; where nobody reaps orphans, it stays.
    *) living="$living ${process%:*}" ;;
    esac
  done
  [ -n "$living" ]
}

now() { # in seconds, of a clock that nobody sets
  read -r time _ </proc/uptime
  time=${time%.*}
}

# TERM first, KILL after 2 seconds. Counts seconds, not rounds, which take long on a busy machine.
end_all() { # fails if it cannot
  # What this shell came from may write to the same channels.
  others=" $runner $watcher " parent=$$
  while others="$others$parent " && look_at "$parent"; do :; done
  members=' ' asked=' '
  now
  start=$time
  while find_living; do
    now
    took=$((time - start))
    [ "$took" -lt 12 ] || return
    for process in $living; do
      if [ "$took" -ge 2 ]; then
        kill -s KILL "$process"
      else
        case $asked in *" $process "*) continue ;; esac
        kill -s TERM "$process"
        asked="$asked$process "
      fi
    done
    sleep 0.1 || sleep 1
  done
}

# Succeeds if it ended the command, fails if it could not, and is killed if it need not.
watch() {
  read -r watcher _ </proc/self/stat
  read -r _ <&3
  trap '' TERM
  end_all
  [ -z "$living" ] && exit 0
  # The command itself may be one of them, so nobody else will tell.
  # shellcheck disable=SC2086 # numbers
  say left $living
  exit 1
}

say started
cd -- "${directory:-.}" || refuse no-directory
look_for_program

# Where a client that is lost has this shell killed, it alone is: so the command hangs on another.
(
  read -r runner _ </proc/self/stat
  watch &
  watcher=$!
  # Not without a shell of its own: one may make its remarks where it sent those of its command.
  (exec env -i -- "$@" >&4 2>&5 3<&- 4>&- 5>&-)
  code=$?
  kill "$watcher"
  wait "$watcher"
  say ended "$code" "$?"
  stay
)
exit 0
