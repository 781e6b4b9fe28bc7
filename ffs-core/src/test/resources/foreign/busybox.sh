#!/bin/bash
# busybox.sh DIRECTORY ARCHITECTURE...: gets Debian's static busybox for other architectures, as
# busybox-ARCHITECTURE, from the mirror that this machine's apt is set up with. Debian's stable
# release has all of them, whichever release this machine runs. Leaves apt's own state alone.
set -euo pipefail
directory=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$directory" "$work"/{lists,cache/archives}/partial
: >"$work/status"
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -m 1 '/debian/*$') || {
  echo "apt is not set up with a Debian mirror" >&2
  exit 1
}
architectures=$*
echo "deb [arch=${architectures// /,}] $mirror stable main" >"$work/sources.list"
apt=(apt-get -q -o Dir::Etc::SourceList="$work/sources.list" -o Dir::Etc::SourceParts=-
  -o Dir::State::Lists="$work/lists" -o Dir::State::Status="$work/status" -o Dir::Cache="$work/cache"
  -o APT::Sandbox::User=root -o Acquire::Languages=none)
for architecture; do apt+=(-o APT::Architectures::="$architecture"); done
"${apt[@]}" update
cd "$work"
for architecture; do
  "${apt[@]}" download "busybox-static:$architecture"
  # Debian has moved it from /bin to /usr/bin.
  dpkg-deb --fsys-tarfile busybox-static_*_"$architecture".deb |
    tar -x --wildcards --transform 's#.*/##' '*/bin/busybox'
  mv busybox "$directory/busybox-$architecture"
done
