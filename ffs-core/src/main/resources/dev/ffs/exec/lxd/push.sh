# Unpacks an archive from standard input: sh -c THIS ffs-push tree DIRECTORY, or
# sh -c THIS ffs-push file PARENT NAME NEW-NAME. Ends with 113 if that fails: so any other code but 0
# is not tar's.
LC_ALL=C
export LC_ALL

unpack() { # DIRECTORY
  tar -x -p --no-same-owner --warning=no-timestamp -f - -C "$1" 2>&1
}

push() {
  if [ "$1" = tree ]; then
    # An old link itself is replaced, not what it points to.
    [ ! -L "$2" ] || rm -f -- "$2" 2>&1 || return
    mkdir -p -- "$2" 2>&1 && unpack "$2"
    return
  fi
  mkdir -p -- "$2" 2>&1 || return
  new=$(mktemp -d "${2%/}/.ffs-push.XXXXXX" 2>&1) || {
    echo "$new"
    return 1
  }
  unpack "$new" && mv -f -T -- "$new/$3" "${2%/}/$4" 2>&1
  failed=$?
  rm -rf -- "$new"
  return "$failed"
}

errors=$(push "$@") && exit 0
printf '%s\n' "$errors" >&2
# LXD loses what is written right before the end.
sleep 1
exit 113
