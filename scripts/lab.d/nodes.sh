# shellcheck shell=bash
# The database hosts: a redis-server and an sshd each. Sourced by scripts/lab.
#
# Redis saves nothing by itself, so a restarted master is empty: the most dangerous kind of comeback.
# A replica has the file of its last full sync, and comes back with that.

start_nodes() {
  local node
  if [[ -n $LOCAL ]]; then start_local_hosts; else start_ssh_servers; fi
  for node in $(node_names); do
    start_redis "$node"
  done
  wait_until 10 all_linked || die "replication did not come up (see $LAB_DIR/log)"
}

start_ssh_servers() {
  local node
  make_keys
  mkdir -p /run/sshd
  for node in $(node_names); do
    start_sshd "$node"
  done
  for node in $(node_names); do
    wait_until 20 accepts_ssh "$node" || die "$node did not start: $(tail -n 5 "$LAB_DIR/log/sshd-$node.log")"
  done
}

accepts_ssh() { on_host "$1" bash -c "exec 3<>/dev/tcp/$(address_of "$1")/22"; }

make_keys() {
  local node ssh=$LAB_DIR/ssh
  mkdir -p "$ssh"
  ssh-keygen -q -t ed25519 -N '' -C redis-mmm-lab -f "$ssh/id_ed25519"
  cp "$ssh/id_ed25519.pub" "$ssh/authorized_keys"
  for node in $(node_names); do
    ssh-keygen -q -t ed25519 -N '' -C "$node" -f "$ssh/host_$node"
    echo "$(address_of "$node") $(cut -d' ' -f1,2 "$ssh/host_$node.pub")" >>"$ssh/known_hosts"
  done
}

# As scripts/setup-host prepares a host: the monitors' own user, who may run the guard and no more.
# shellcheck disable=SC2046
start_sshd() {
  local node=$1 ssh=$LAB_DIR/ssh
  cat >"$ssh/sshd_$node.conf" <<CONF
ListenAddress $(address_of "$node"):22
HostKey $ssh/host_$node
AuthorizedKeysFile $ssh/authorized_keys .ssh/authorized_keys
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
StrictModes no
UseDNS no
UsePAM no
PidFile none
MaxStartups 100
CONF
  spawn "sshd-$node" "$node" "$LAB_SCRIPTS/lab.d/host-sshd" "$LAB_DIR" "$node" "$SSH_USER" \
    "$WRITER_VIP" $(reader_vips)
}

write_redis_conf() {
  local node=$1 dir=$LAB_DIR/redis/$1
  mkdir -p "$dir"
  cat >"$dir/redis.conf" <<CONF
bind $(if [[ -n $LOCAL ]]; then address_of "$node"; else echo 0.0.0.0; fi)
port $(client_port)
protected-mode no
dir $dir
save ""
appendonly no
repl-diskless-sync yes
repl-diskless-sync-delay 0
repl-ping-replica-period 1
CONF
  [[ $REDIS_TLS == off ]] || redis_tls_lines >>"$dir/redis.conf"
  cat "$LAB_DIR/redis.extra" >>"$dir/redis.conf"
  [[ -z $LOCAL ]] || echo "bind-source-addr $(address_of "$node")" >>"$dir/redis.conf"
  [[ $node == db1 ]] || echo "replicaof $(address_of db1) $REDIS_PORT" >>"$dir/redis.conf"
}

# start_redis NODE [kept]: kept, with the redis.conf that it rewrote itself meanwhile.
start_redis() {
  local node=$1
  [[ ${2:-} == kept && -f $LAB_DIR/redis/$node/redis.conf ]] || write_redis_conf "$node"
  spawn "redis-$node" "$node" "$REDIS_SERVER" "$LAB_DIR/redis/$node/redis.conf"
}

# A restarted node comes back from a file that still names the roles of the first day, as if somebody
# managed it; or (kept) from the one that Redis rewrote.
restart_node() {
  need_node "$@"
  gone "redis-$1" || die "redis on $1 runs already"
  note_event start "$*"
  if [[ " $* " == *" empty "* ]]; then rm -rf "$LAB_DIR/redis/$1"/{dump.rdb,appendonlydir}; fi
  if [[ " $* " == *" kept "* ]]; then start_redis "$1" kept; else start_redis "$1"; fi
}

signal_node() {
  need_node "${2:-}"
  signal_part "$1" "redis-$2"
}

# What a power failure takes: processes, packet filters, and addresses that no file configures.
crash_host() {
  local host=${1:-}
  need_node "$host"
  set_port down "$host"
  kill_everything_in "$(ns "$host")"
  on_host "$host" ip -4 addr flush dev eth1
  on_host "$host" nft flush ruleset
  on_host "$host" ip addr add "$(address_of "$host")/24" dev eth1
}

boot_host() {
  need_node "$@"
  gone "redis-$1" || die "$1 runs already"
  start_sshd "$1"
  start_redis "$1" "${2:-}"
  set_port up "$1"
}

redis() {
  local node=$1
  shift
  on_host "$node" timeout 2 redis-cli -h "$(address_of "$node")" -p "$(client_port)" "$@"
}

all_linked() {
  local node
  for node in $(node_names); do
    [[ $node == db1 ]] && continue
    redis "$node" info replication | grep -q '^master_link_status:up' || return 1
  done
}
