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

# A host of its own has few connections to look through. In the table of this whole machine, which its
# namespaces share otherwise, each look takes several milliseconds of the processors that they share, too.
with_small_table() {
  local knob=/proc/sys/net/ipv4/tcp_child_ehash_entries before status=0
  before=$(cat "$knob" 2>/dev/null) || before=''
  [[ -z $before ]] || echo 1024 >"$knob"
  "$@" || status=$?
  [[ -z $before ]] || echo "$before" >"$knob"
  return "$status"
}

add_namespace() {
  local name
  name=$(ns "$1")
  write_name_files "$name"
  with_small_table ip netns add "$name"
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

# The table is the lab's own: the tables of redis-mmm on that host are not touched. Between `cut`
# hosts nothing passes; of those in `deaf` the host hears nothing, while they still hear it.
isolate() {
  local host=${1:?isolate HOST from HOST…}
  [[ ${2:-} == from && $# -ge 3 ]] || die "usage: isolate HOST from HOST…"
  shift 2
  cut_off "$host" cut "$@"
}

deafen() {
  local host=${1:?deafen HOST to HOST…}
  [[ ${2:-} == to && $# -ge 3 ]] || die "usage: deafen HOST to HOST…"
  shift 2
  cut_off "$host" deaf "$@"
}

cut_off() {
  local host=$1 set=$2 other
  shift 2
  on_host "$host" nft -f - <<'NFT'
table inet mmmlab {
  set cut { type ipv4_addr; }
  set deaf { type ipv4_addr; }
  chain in { type filter hook prerouting priority -350; }
  chain out { type filter hook output priority -350; }
}
flush chain inet mmmlab in
flush chain inet mmmlab out
add rule inet mmmlab in ip saddr @cut drop
add rule inet mmmlab in ip saddr @deaf drop
add rule inet mmmlab out ip daddr @cut drop
NFT
  for other in "$@"; do
    on_host "$host" nft add element inet mmmlab "$set" "{ $(address_of "$other") }"
    note_event "$set" "$host-$other"
  done
}

# A cable that loses packets, both ways. Not every kernel has netem; its packet filter can draw lots.
lose() {
  local percent=${1:-} host=${2:?lose PERCENT HOST}
  [[ $percent =~ ^[1-9][0-9]?$ ]] || die "usage: lose PERCENT HOST (1 to 99)"
  note_event "lose-$percent%" "$host"
  on_host "$host" nft -f - <<NFT
table inet mmmlab_loss {
  chain in { type filter hook prerouting priority -351; iifname "eth1" numgen random mod 100 < $percent drop; }
  chain out { type filter hook postrouting priority 351; oifname "eth1" numgen random mod 100 < $percent drop; }
}
NFT
}

# A cable that carries little, both ways: what does not fit waits, up to 400 ms.
slow() {
  local kbit=${1:-} host=${2:?slow KBIT HOST}
  [[ $kbit =~ ^[1-9][0-9]*$ ]] || die "usage: slow KBIT HOST"
  note_event "slow-${kbit}kbit" "$host"
  on_host net tc qdisc replace dev "p-$host" root tbf rate "${kbit}kbit" burst 4kb latency 400ms
  on_host "$host" tc qdisc replace dev eth1 root tbf rate "${kbit}kbit" burst 4kb latency 400ms
}

# Three sites, or as many as there are nodes, each with a node and a monitor, and the client at the first:
# between two of them a round trip takes so long. It stays until the lab goes.
far() {
  local ms=${1:-} site host links=()
  [[ $ms =~ ^[1-9][0-9]*$ ]] || die "usage: far MS (a round trip between two sites)"
  pid_of far >/dev/null && die "the sites are far from each other already"
  note_event "far-${ms}ms" net
  for site in $(seq "$NODES"); do
    on_host net ip link add "site$site" type bridge stp_state 0 forward_delay 0 mcast_snooping 0
    on_host net ip link add "u$site" type veth peer name "r$site"
    on_host net ip link set "u$site" master "site$site" up
    on_host net ip link set "r$site" up
    on_host net ip link set "site$site" up
    links+=("r$site")
  done
  # Late frames would be blamed on the way.
  spawn far net nice -n -10 python3 "$LAB_SCRIPTS/lab.d/far.py" carry --delay-ms "$((ms / 2)).$((ms % 2 * 5))" "${links[@]}"
  for host in $(bridge_hosts); do
    on_host "$host" python3 "$LAB_SCRIPTS/lab.d/far.py" plain eth1
  done
  # At once: whoever has moved cannot be reached by who has not.
  for host in $(bridge_hosts); do
    echo "link set p-$host master site$(site_of "$host")"
  done | on_host net ip -batch -
}

site_of() {
  case $1 in
    db*) echo "${1#db}" ;;
    mon*) echo "$(((${1#mon} - 1) % NODES + 1))" ;;
    *) echo 1 ;;
  esac
}

# Undoes whatever was done to the cables of these hosts; of none: of all.
heal() {
  local host
  # shellcheck disable=SC2046
  [[ $# -gt 0 ]] || set -- $(bridge_hosts)
  for host in "$@"; do
    mend_cable "$host"
    note_event heal "$host"
  done
}

mend_cable() {
  local host=$1 table
  on_host net ip link set "p-$host" up
  for table in mmmlab mmmlab_loss; do
    on_host "$host" nft delete table inet "$table" 2>/dev/null || true
  done
  on_host net tc qdisc delete dev "p-$host" root 2>/dev/null || true
  on_host "$host" tc qdisc delete dev eth1 root 2>/dev/null || true
}
