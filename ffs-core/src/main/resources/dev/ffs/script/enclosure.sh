#!/bin/bash
# Runs one step of a build in Linux namespaces of its own, as root or as an ordinary user.
#
#   enclosure.sh OPTION...
#     --where host|chroot   host: a fresh root with the host's /usr read-only, the sysroot at
#                           /ffs/sysroot; chroot: the sysroot itself is the root
#     --step NAME           the build directory is /build/NAME
#     --layers FILE         directories whose contents make up the sysroot, one a line; a later
#                           line covers an earlier one
#     --upper DIR           takes what the step changes; on one file system with --work
#     --work DIR            for the overlay's own use, empty
#     --build DIR           becomes /build/NAME
#     --sources FILE        lines NAME<tab>FILE: what stands read-only at /ffs/sources/NAME
#     --prepare FILE        script that unpacks the sources, always run in the host root
#     --script FILE         the step itself
#     --shell PATH          what runs --script
#     --jobs N              FFS_JOBS: the most jobs to run at once
#     --tokens FIFO         named pipe with the job tokens of a jobserver; optional
#     --interactive         run --shell with the terminal instead of the scripts
#
# Needs bash, coreutils and util-linux. The exit code is that of the script; 125 means that the
# enclosure itself could not be set up, and the last line says why.
set -euo pipefail

fail() {
  printf 'enclosure: %s\n' "$*" >&2
  exit 125
}

where='' step='' layers='' upper='' work='' build='' sources='' prepare='' script='' shell=''
tokens='' jobs=1 interactive='' stage=outside
declare -a given=("$@")
while [ $# -gt 0 ]; do
  case $1 in
    --interactive) interactive=yes; shift; continue ;;
    --stage | --where | --step | --layers | --upper | --work | --build | --sources | --prepare | \
      --script | --shell | --jobs | --tokens)
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
  # The death signal is set inside the user namespace, for entering one clears it.
  exec unshare --user --map-root-user \
    setpriv --pdeathsig KILL \
    unshare --mount --pid --fork --kill-child --net --ipc --uts \
    bash "$0" "${given[@]}" --stage inside
fi

# From here on this is process 1 of the step: when it ends, the kernel ends all others.
export PATH=/usr/bin:/usr/sbin:/bin:/sbin LC_ALL=C LIBMOUNT_FORCE_MOUNT2=always
umask 022
# What the caller has open is not for the step.
for name in /proc/self/fd/*; do
  name=${name##*/}
  [ "$name" -le 2 ] || eval "exec $name>&-"
done
mount --make-rprivate / || fail 'cannot make the mounts private'

# Whoever made these may have a mask, or a directory that hands down its group, of their own; the
# step sees their modes. (With four digits chmod would leave a set-group-ID bit as it is.)
chmod 00755 "$upper" "$work" "$build" || fail "cannot set the modes of $upper, $work and $build"

# A fresh root.
root=$work.root
mkdir -p "$root"
mount -t tmpfs -o mode=0755,size=64m ffs "$root" || fail 'cannot mount a tmpfs'
cd "$root"
mkdir -p usr etc proc dev build tmp old "build/$step" ffs/sysroot ffs/sources ffs/layers
chmod 1777 tmp

mount --rbind /usr usr || fail 'cannot bind /usr'
mount -o remount,bind,ro,nosuid usr || fail 'cannot make /usr read-only'
if [ -d usr/local ]; then
  # Whatever the machine's owner put there is not for this build.
  mount -t tmpfs -o ro,mode=0755 ffs usr/local || fail 'cannot cover /usr/local'
fi
for name in bin sbin lib lib32 lib64 libx32; do
  if [ -L "/$name" ]; then
    ln -s "$(readlink "/$name")" "$name"
  elif [ -d "/$name" ]; then
    mkdir "$name"
    mount --rbind "/$name" "$name" || fail "cannot bind /$name"
    mount -o remount,bind,ro,nosuid "$name" || fail "cannot make /$name read-only"
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
  mount --bind "/etc/$name" "etc/$name" || fail "cannot bind /etc/$name"
  mount -o remount,bind,ro,nosuid "etc/$name" || fail "cannot make /etc/$name read-only"
done
printf 'root:x:0:0:root:/build:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n' >etc/passwd
printf 'root:x:0:\nnogroup:x:65534:\n' >etc/group
printf '127.0.0.1 localhost\n::1 localhost\n' >etc/hosts

mount -t tmpfs -o mode=0755,nosuid ffs dev || fail 'cannot mount a tmpfs for /dev'
for name in null zero full random urandom; do
  : >"dev/$name"
  mount --bind "/dev/$name" "dev/$name" || fail "cannot bind /dev/$name"
done
mkdir dev/shm
chmod 1777 dev/shm
ln -s /proc/self/fd dev/fd
ln -s /proc/self/fd/0 dev/stdin
ln -s /proc/self/fd/1 dev/stdout
ln -s /proc/self/fd/2 dev/stderr
mount -t proc -o nosuid,nodev,noexec proc proc || fail 'cannot mount /proc'
mount -t tmpfs -o mode=1777,nosuid,nodev ffs tmp || fail 'cannot mount a tmpfs for /tmp'
mount --bind "$build" "build/$step" || fail "cannot bind $build"

while IFS=$'\t' read -r name file; do
  mkdir -p "ffs/sources/$(dirname "$name")"
  : >"ffs/sources/$name"
  mount --bind "$file" "ffs/sources/$name" || fail "cannot bind $file"
  mount -o remount,bind,ro,nosuid,nodev "ffs/sources/$name" || fail "cannot make $name read-only"
done <"$sources"
cp "$prepare" ffs/prepare.sh
cp "$script" ffs/build.sh
if [ -n "$tokens" ]; then
  : >ffs/jobs
  mount --bind "$tokens" ffs/jobs || fail "cannot bind $tokens"
fi

# The sysroot. The kernel takes at most one page of mount options, so each layer goes by a short
# link; the lowest one holds the mount points of a chroot phase, which must not show up as changed.
mkdir ffs/layers/0
if [ "$where" = chroot ]; then
  (cd ffs/layers/0 && mkdir -p proc dev tmp build ffs && chmod 1777 tmp)
fi
lower=0 count=0
while IFS= read -r layer; do
  count=$((count + 1))
  ln -s "$layer" "ffs/layers/$count"
  lower=$count:$lower
done <"$layers"
# Their names may hold what a list of mount options may not.
ln -s "$upper" ffs/layers/upper
ln -s "$work" ffs/layers/work
(
  cd ffs/layers
  mount -t overlay -o "lowerdir=$lower,upperdir=upper,workdir=work,userxattr" ffs ../sysroot
) || fail "cannot mount an overlay of $count layers (CONFIG_OVERLAY_FS, Linux 5.11 or newer)"
for name in tools cross-tools; do
  ln -s "ffs/sysroot/$name" "$name"
done

# A name for the machine, and a loopback that works.
hostname ffs || fail 'cannot set the host name with hostname(1)'
if command -v ip >/dev/null; then
  ip link set lo up
elif command -v ifconfig >/dev/null; then
  ifconfig lo 127.0.0.1 up
else
  echo 'enclosure: the loopback interface stays down: neither ip nor ifconfig is there' >&2
fi

pivot_root . old || fail 'cannot enter the new root'
cd /
umount -l /old || fail 'cannot leave the old root'
rmdir /old
# The lowest layer itself stays where it is, for it is in use.
find /ffs/layers -type l -delete

environment=(FFS_JOBS="$jobs" MAKEFLAGS="-j$jobs")
chroot=$(command -v chroot) || fail 'there is no chroot(8)'
run_in() { # DIRECTORY COMMAND...: runs it with nothing but the step's environment
  local directory=$1
  shift
  cd "$directory"
  if [ -n "$interactive" ]; then
    env -i "${environment[@]}" TERM="${TERM-dumb}" "$@"
  else
    env -i "${environment[@]}" "$@" </dev/null
  fi
}

if [ -z "$interactive" ]; then
  run_in "/build/$step" /bin/bash /ffs/prepare.sh
fi

if [ "$where" = host ]; then
  mount -o remount,bind,ro / || fail 'cannot make the root read-only'
  if [ -n "$interactive" ]; then
    run_in "/build/$step" PATH="$PATH" HOME="/build/$step" "$shell" -i
  else
    run_in "/build/$step" "$shell" /ffs/build.sh
  fi
else
  cd /ffs/sysroot
  if ! [ -x ".$shell" ] && ! [ -L ".$shell" ]; then
    echo "the sysroot has no $shell to run the step with" >&2
    exit 127
  fi
  mount --rbind /proc proc || fail 'cannot bind /proc'
  mount --rbind /dev dev || fail 'cannot bind /dev'
  mount --rbind /tmp tmp || fail 'cannot bind /tmp'
  mount --rbind /build build || fail 'cannot bind /build'
  mount -t tmpfs -o mode=0755,size=16m ffs ffs || fail 'cannot mount a tmpfs for /ffs'
  mkdir ffs/sources
  cp /ffs/build.sh ffs/build.sh
  if [ -n "$tokens" ]; then
    : >ffs/jobs
    mount --bind /ffs/jobs ffs/jobs || fail 'cannot bind /ffs/jobs'
  fi
  mount --rbind /ffs/sources ffs/sources || fail 'cannot bind /ffs/sources'
  if [ -n "$interactive" ]; then
    run_in / PATH="$PATH:/tools/bin" HOME="/build/$step" "$chroot" /ffs/sysroot "$shell" -i
  else
    run_in / "$chroot" /ffs/sysroot "$shell" /ffs/build.sh
  fi
fi
