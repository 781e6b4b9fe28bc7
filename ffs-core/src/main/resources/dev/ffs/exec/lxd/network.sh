# Waits until there is a way out of the container: sh -c THIS ffs-network INTERFACE SECONDS. Ends
# with 2 if there is no such interface, with 1 if it gets no way out in time.
[ -e "/sys/class/net/$1" ] || exit 2

has_default_route() {
  while read -r interface destination _; do
    [ "$interface $destination" != "$1 00000000" ] || return 0
  done </proc/net/route
  [ -r /proc/net/ipv6_route ] || return 1
  while read -r destination prefix line; do
    case $destination/$prefix in
    00000000000000000000000000000000/00)
      [ "${line##* }" != "$1" ] || return 0
      ;;
    esac
  done </proc/net/ipv6_route
  return 1
}

seconds=$2
until has_default_route "$1"; do
  [ "$seconds" -gt 0 ] || exit 1
  seconds=$((seconds - 1))
  sleep 1
done
