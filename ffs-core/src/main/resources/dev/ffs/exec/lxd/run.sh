# Runs one command in a container and answers for it: sh -c THIS ffs-run TOKEN DIRECTORY PATH PROGRAM
# COMMAND...
#
# Standard input is a lifeline. Words come along it, one a line: "end" ends the command with all that
# came of it, "bye" ends this script. When it breaks, nobody listens any more: the command is ended.
# An answer is the token, words and a line end, right behind the last that the command wrote: "end" on
# standard output; on standard error "exit CODE", and if the command was to be ended "gone" or
# "left PID...". This script never ends before "bye", since LXD loses what is written last before the
# end.
token=$1 directory=$2 path=$3 program=$4
shift 4

# A shell's own remarks, such as "Terminated", are not the command's: they go nowhere.
exec 3<&0 4>&2 </dev/null 2>/dev/null

# lxc passes on what signals it gets, ^C among them. A trap, not a '', which the command would inherit.
trap : HUP INT QUIT TERM USR1 USR2

answer() { # DESCRIPTOR WORD...
  to=$1 tries=0
  shift
  # Another process may have made the pipe one that is sometimes full.
  until printf '%s %s\n' "$token" "$*" >&"$to" || [ "$tries" -gt 60 ]; do
    tries=$((tries + 1))
    sleep 1
  done
}

refuse() { # WORD...
  answer 1 end
  answer 4 "$@"
  read -r word <&3
  exit 0
}

is_program() { [ -f "$1" ] && [ -x "$1" ]; }

look_for_program() {
  case $program in
  */*)
    is_program "$program" && return
    if [ -d "$program" ]; then
      refuse program is a directory
    elif [ -e "$program" ]; then
      refuse program is not executable
    else
      refuse program is not there
    fi
    ;;
  esac
  rest=$path:
  while [ -n "$rest" ]; do
    place=${rest%%:*} rest=${rest#*:}
    is_program "${place:-.}/$program" && return
  done
  refuse program is not in its PATH
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

# POSIX has no -ef, but every sh in use does.
# shellcheck disable=SC2317,SC3013
writes_here() { # NUMBER
  [ "/proc/$1/fd/1" -ef /proc/self/fd/1 ] || [ "/proc/$1/fd/2" -ef /proc/self/fd/1 ] ||
    [ "/proc/$1/fd/1" -ef /proc/self/fd/4 ] || [ "/proc/$1/fd/2" -ef /proc/self/fd/4 ]
}

find_one_more() { # HOW; adds to the members, or fails
  for process in /proc/[0-9]*; do
    process=${process#/proc/}
    case $process in "$$" | "$runner" | "$watcher") continue ;; esac
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
  read -r time line </proc/uptime
  time=${time%.*}
}

# TERM first, KILL after 2 seconds. Counts seconds, not rounds, which take long on a busy machine.
end_all() {
  asked=' '
  now
  start=$time
  while find_living; do
    now
    if [ "$((time - start))" -gt 15 ]; then
      # shellcheck disable=SC2086 # numbers
      answer 4 left $living
      return
    fi
    for process in $living; do
      if [ "$((time - start))" -gt 2 ]; then
        kill -KILL "$process"
      else
        case $asked in *" $process "*) continue ;; esac
        kill -TERM "$process"
        asked="$asked$process "
      fi
    done
    sleep 0.1 >&2 3<&- 4>&- || sleep 1 >&2 3<&- 4>&-
  done
  answer 4 gone
}

watch() {
  read -r watcher line </proc/self/stat
  members=' '
  while read -r word <&3; do
    case $word in
    bye) return ;;
    end) end_all ;;
    esac
  done
  end_all
}

cd -- "$directory" || refuse directory
look_for_program

# When lxc is killed, LXD kills this shell, and it alone: so the command hangs on another.
(
  read -r runner line </proc/self/stat
  watch &
  watcher=$!
  # Not `"$@" 2>&4`: a shell may make its remarks where it sent those of its command.
  (exec "$@" 2>&4 3<&- 4>&-)
  code=$?
  answer 1 end
  answer 4 exit "$code"
  wait "$watcher"
)
exit 0
