# Prints which of the tools that a build needs are missing, one name a line; then, behind "with", the
# package manager that could install them. The names are those of ContainerTools.
LC_ALL=C
export LC_ALL

has() { # PROGRAM...
  for program; do
    command -v "$program" >/dev/null 2>&1 || return 1
  done
}

says() { # WORDS PROGRAM...: each names its maker
  words=$1
  shift
  for program; do
    case $("$program" --version 2>&1 </dev/null) in
    *"$words"*) ;;
    *) return 1 ;;
    esac
  done
}

need() { # NAME COMMAND...
  name=$1
  shift
  "$@" || echo "$name"
}

modern_bash() { bash -c '((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 404))' 2>/dev/null; }

# Never to /dev/null: as root a compiler that fails deletes what it was to write.
compiles() { # COMPILER LANGUAGE HEADER
  made=/tmp/ffs-check.$$
  printf '#include <%s>\nint main(void) { return 0; }\n' "$3" | "$1" -x "$2" -o "$made" - 2>/dev/null
  failed=$?
  rm -f "$made" 2>/dev/null
  return "$failed"
}

need bash modern_bash
need cc compiles cc c stdio.h
need c++ compiles c++ c++ vector
need make says 'GNU Make' make
need tar says 'GNU tar' tar
need xz has xz
need bzip2 has bzip2
need gzip has gzip
need patch has patch
need find says 'GNU findutils' find xargs
need coreutils has chmod cp env ln mkfifo mktemp mv nproc realpath sha256sum sort stat
need sed says 'sed (GNU sed)' sed
need grep says 'GNU grep' grep
need awk has awk
need util-linux says util-linux unshare mount umount setpriv
need pivot_root has pivot_root flock
need hostname has hostname
has ifconfig || need ip has ip

for manager in emerge apt-get dnf apk pacman; do
  if has "$manager"; then
    echo "with $manager"
    break
  fi
done
