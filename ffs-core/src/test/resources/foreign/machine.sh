#!/bin/bash
# machine.sh DIRECTORY SETUP COMMAND...: runs a command on what looks like another machine: one whose
# root has run SETUP. What it mounts is gone afterwards. Run by unshare --user --map-root-user --mount.
set -euo pipefail
directory=$1 setup=$2
shift 2
table=/proc/sys/fs/binfmt_misc

has_table() { # the machine has a table of binary formats; without it, none is mounted
  mount -t binfmt_misc none "$table"
}

old_kernel() { # no user namespace may have a table of its own
  cp "$(type -P mount)" "$directory/mount.real"
  cat >"$directory/mount" <<SH
#!/bin/bash
if [ "\$1 \$2" = '-t binfmt_misc' ]; then
  echo 'mount: /somewhere: permission denied.' >&2
  exit 32
fi
exec '$directory/mount.real' "\$@"
SH
  chmod 755 "$directory/mount"
  mount --bind "$directory/mount" "$(type -P mount)"
}

without() { # FILE: the machine lacks it
  mkdir "$directory/without"
  mknod "$directory/without/${1##*/}" c 0 0
  mount -t overlay -o "lowerdir=$directory/without:${1%/*},userxattr" none "${1%/*}"
}

replace() { # FILE PROGRAM: the machine has another program of this name
  mount --bind "$2" "$1"
}

mount -t tmpfs none "$table"
eval "$setup"
"$@"
