# shellcheck shell=bash
# The lab's network: a bridge in a namespace of its own, one cable per host, one observer link per
# database host. Sourced by scripts/lab.
#
# The observer link is a second cable to each database host, with a network of its own. Over it the
# observer asks one host alone whether it serves the VIP, whatever the bridge has learned.

make_network() {
  local host
  add_namespace net
  on_host net ip link add br0 type bridge stp_state 0 forward_delay 0 mcast_snooping 0
  on_host net ip link set br0 up
  for host in $(bridge_hosts); do
    add_namespace "$host"
    plug_in "$host"
  done
  add_namespace observer
  for host in $(node_names); do
    observe_host "$host"
  done
}

add_namespace() {
  local name
  name=$(ns "$1")
  write_name_files "$name"
  ip netns add "$name"
  ip -n "$name" link set lo up
}

# Without these, sudo and sshd would wait for a resolver that cannot be reached from here.
write_name_files() {
  mkdir -p "/etc/netns/$1"
  printf '127.0.0.1 localhost %s\n' "$(hostname)" >"/etc/netns/$1/hosts"
  echo 'nameserver 127.0.0.1' >"/etc/netns/$1/resolv.conf"
}

plug_in() {
  local host=$1
  on_host net ip link add "p-$host" type veth peer name eth1 netns "$(ns "$host")"
  on_host net ip link set "p-$host" master br0 up
  on_host "$host" ip addr add "$(address_of "$host")/24" dev eth1
  on_host "$host" ip link set eth1 up
}

observe_host() {
  local host=$1 number=${1#db}
  on_host observer ip link add "o-$host" type veth peer name obs netns "$(ns "$host")"
  on_host observer ip addr add "10.78.$number.1/24" dev "o-$host"
  on_host observer ip link set "o-$host" up
  on_host "$host" ip addr add "10.78.$number.10/24" dev obs
  on_host "$host" ip link set obs up
}

for_each_namespace() {
  local name
  for name in $(ip netns list 2>/dev/null | cut -d' ' -f1 | grep -x "mmmlab-$LAB_ID-[a-z0-9]*" || true); do
    "$1" "$name"
  done
}

# Processes that sshd or a monitor started have no record of their own, but nobody else's process
# lives in a namespace of this lab.
kill_everything_in() {
  local pid
  for pid in $(ip netns pids "$1"); do
    kill -KILL "$pid" 2>/dev/null || true
  done
}

remove_namespace() {
  ip netns delete "$1"
  rm -rf "/etc/netns/$1"
  rmdir --ignore-fail-on-non-empty /etc/netns 2>/dev/null || true
}

set_port() {
  local state=$1 host=${2:?which host}
  address_of "$host" >/dev/null
  note_event "port-$state" "$host"
  on_host net ip link set "p-$host" "$state"
}

# The table is the lab's own: the tables of redis-mmm on that host are not touched. Addresses are
# dropped in both directions, so neither side hears the other.
isolate() {
  local host=${1:?isolate HOST from HOST…} other
  [[ ${2:-} == from && $# -ge 3 ]] || die "usage: isolate HOST from HOST…"
  shift 2
  on_host "$host" nft -f - <<'NFT'
table inet mmmlab {
  set cut { type ipv4_addr; }
  chain in { type filter hook prerouting priority -350; ip saddr @cut drop; }
  chain out { type filter hook output priority -350; ip daddr @cut drop; }
}
NFT
  for other in "$@"; do
    on_host "$host" nft add element inet mmmlab cut "{ $(address_of "$other") }"
    note_event isolated "$host-$other"
  done
}

heal() {
  local host
  for host in $(bridge_hosts); do
    on_host net ip link set "p-$host" up
    on_host "$host" nft delete table inet mmmlab 2>/dev/null || true
  done
  note_event heal all
}
