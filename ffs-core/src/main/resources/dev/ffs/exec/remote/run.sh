# Runs a command where this shell is and ends it when standard input ends: because the caller let go of
# it, or because the way to the caller is lost.
#
# Arguments: TOKEN DIRECTORY PATH PROGRAM [NAME=VALUE]... PROGRAM [ARGUMENT]...
token=$1 directory=$2 path=$3 program=$4
shift 4

# From here on the command alone has the caller's output as its channels 1 and 2.
exec 3<&0 4>&1 5>&2 </dev/null >/dev/null 2>&1

# Both channels carry it, after all that the command wrote there.
say() {
  printf '\n%s %s\n' "$token" "$*" >&4
  printf '\n%s %s\n' "$token" "$*" >&5
}

# The processes of the command: descendants of this shell but for $self, those met before, and
# whatever writes to the caller, unless this shell came from it.
family() {
  {
    # shellcheck disable=SC3013 # dash, bash and busybox know -ef
    for channel in /proc/[0-9]*/fd/[12]; do
      if [ "$channel" -ef "/proc/$$/fd/4" ] || [ "$channel" -ef "/proc/$$/fd/5" ]; then
        channel=${channel#/proc/}
        echo "${channel%%/*}"
      fi
    done
    cat /proc/[0-9]*/stat
  } | awk -v root="$$" -v self="$self" -v met="$met" '
    BEGIN { member[root]; for (i = split(met, pids); i > 0; i--) member[pids[i]] }
    NF == 1 { member[$1]; next }
    { pid = $1; sub(/^.*\) /, ""); if ($1 != "Z") parent[pid] = $2 }
    END {
      for (pid = parent[root]; pid in parent; pid = parent[pid]) delete member[pid]
      do {
        grown = 0
        for (pid in parent)
          if (!(pid in member) && (parent[pid] in member) && pid != self) { member[pid]; grown = 1 }
      } while (grown)
      for (pid in parent) if ((pid in member) && pid != root) print pid
    }'
}

# Seconds since the machine was started, which no clock changes.
seconds() {
  read -r uptime _ </proc/uptime
  echo "${uptime%.*}"
}

# Succeeds if it ended the command, fails if it could not, and is killed if it need not.
end_with_input() {
  read -r self _ </proc/self/stat
  read -r _ <&3
  trap '' TERM
  met='' began=$(seconds)
  while living=$(family) && [ -n "$living" ]; do
    took=$(($(seconds) - began))
    [ "$took" -lt 12 ] || exit 1
    for pid in $living; do
      case " $met " in
        *" $pid "*) [ "$took" -lt 2 ] || kill -s KILL "$pid" ;;
        *) kill -s TERM "$pid"; met="$met $pid" ;;
      esac
    done
    sleep 0.1
  done
}

say started
cd -- "${directory:-.}" || { say no-directory; exit; }
(PATH=$path; command -v -- "$program") || { say no-program; exit; }
end_with_input &
exec 3<&-
env -i -- "$@" >&4 2>&5 4>&- 5>&-
code=$?
kill "$!"
wait "$!"
say "ended $code $?"
