# shellcheck shell=bash
# The monitors, their configuration file, and the command line that asks them. Sourced by
# scripts/lab. Also the life of the whole lab: up, down, status.

# What --set adds may be a secret.
write_config() { (umask 077 && config_lines >"$LAB_DIR/mmm.conf"); }

config_lines() {
  local node monitor
  echo "master_ip = $WRITER_VIP"
  [[ $READERS == 0 ]] || echo "slave_ip = $(reader_vips | paste -sd,)"
  cat <<CONF
cluster_interface = $(if [[ -n $LOCAL ]]; then echo lo; else echo eth1; fi)
ssh_key = $LAB_DIR/ssh/id_ed25519
ssh_known_hosts = $LAB_DIR/ssh/known_hosts
$(security_of operator-lab)
down_after = $DOWN_AFTER
vip_lease = $LEASE
CONF
  [[ $REDIS_TLS == off ]] || redis_tls_keys
  [[ ${#EXTRA[@]} == 0 ]] || printf '%s\n' "${EXTRA[@]}"
  for node in $(node_names); do
    printf '\n[%s]\naddress = %s\nport = %s\nssh_user = %s\nssh_port = %s\n' \
      "$node" "$(address_of "$node")" "$REDIS_PORT" "$SSH_USER" "$SSH_PORT"
  done
  for monitor in $(monitor_names); do
    printf '\n[monitor:%s]\naddress = %s\nport = %s\n' \
      "$monitor" "$(address_of "$monitor")" "$MONITOR_PORT"
  done
}

start_monitor() {
  if [[ $MANAGER == sentinel ]]; then start_sentinel "$1"; else start_mmm_mon "$1"; fi
}

environment_of_unit() { sed -n 's/^Environment=//p' "$REPO/config/mmm-mon.service"; }

# For developers: MMM_DIST is another build, MMM_NODE_FLAGS are flags of node (--cpu-prof).
start_mmm_mon() {
  local name=$1 other peers=()
  # As its systemd unit does by CPUWeight: to the scheduler each session is a group.
  # shellcheck disable=SC2016
  local preferred=(sh -c 'echo -10 2>/dev/null >/proc/$$/autogroup; exec "$@"' sh)
  [[ -z $LOCAL ]] || preferred=()
  preferred+=(env "$(environment_of_unit)")
  [[ $TLS != off ]] || peers+=(--tls off)
  for other in $(monitor_names); do
    [[ $other == "$name" ]] || peers+=(--peer "$other=$(address_of "$other"):$MONITOR_PORT")
  done
  # shellcheck disable=SC2086
  MMM_FAIL_AFTER=$LAB_DIR/fail-after spawn "$name" "$name" "${preferred[@]}" node ${MMM_NODE_FLAGS:-} "${MMM_DIST:-$REPO/dist}/mmm-mon.js" --config "$(config_of "$name")" --name "$name" \
    --listen "$(address_of "$name"):$MONITOR_PORT" "${peers[@]}" \
    --data-dir "$LAB_DIR/data/$name"
}

restart_monitor() {
  need_monitor "$@"
  gone "$1" || die "$1 runs already"
  note_event start "$1"
  start_monitor "$1"
}

# Only a build with fail points obeys (build.mjs --fail-points, named by MMM_DIST).
arm_fail_point() {
  local signal=${1:-} deed=${2:-} node=${3:-}
  if [[ $# == 0 ]]; then
    cat "$LAB_DIR/fail-after" 2>/dev/null || true
    return
  fi
  [[ $signal =~ ^(KILL|STOP)$ && -n $deed && -n $node ]] || die "usage: fail-after KILL|STOP DEED NODE"
  echo "$signal $deed $node" >"$LAB_DIR/fail-after.new"
  mv "$LAB_DIR/fail-after.new" "$LAB_DIR/fail-after"
}

signal_monitor() {
  need_monitor "${2:-}"
  signal_part "$1" "$2"
}

run_mmm() {
  on_host client node "${MMM_DIST:-$REPO/dist}/mmm.js" --config "$LAB_DIR/mmm.conf" "$@"
}

vip_answers() {
  [[ $(on_host client timeout 1 redis-cli -h "$WRITER_VIP" -p "$(client_port)" role | head -1) == master ]]
}

parse_up_options() {
  NODES=3 MONITORS=3 READERS=0 DOWN_AFTER=1s LEASE=1s SSH_USER=redis-mmm EXTRA=() REDIS_EXTRA=()
  MANAGER=mmm TLS=off REDIS_TLS=off
  while [[ $# -gt 0 ]]; do
    case $1 in
      --nodes) NODES=$2 ;;
      --monitors) MONITORS=$2 ;;
      --readers) READERS=$2 ;;
      --down-after) DOWN_AFTER=$2 ;;
      --lease) LEASE=$2 ;;
      --ssh-user) SSH_USER=$2 ;;
      --manager) MANAGER=$2 ;;
      --tls) TLS=$2 ;;
      --redis-tls) REDIS_TLS=$2 ;;
      --set) EXTRA+=("${2/=/ = }") ;;
      --redis) REDIS_EXTRA+=("$2") ;;
      *) die "unknown option $1 of up" ;;
    esac
    shift 2 || die "an option of up lacks its value"
  done
  [[ -z $LOCAL ]] || SSH_USER=root
  [[ $TLS =~ ^(on|off)$ ]] || die "--tls takes on or off"
  [[ $REDIS_TLS == off || ($REDIS_TLS == on && -z $LOCAL && $MANAGER == mmm) ]] ||
    die "--redis-tls takes on or off; on, neither in a local lab nor with Sentinels"
  [[ $NODES =~ ^[1-9]$ && $MONITORS =~ ^[0-9]$ && $READERS =~ ^[0-9]$ ]] ||
    die "--nodes takes 1 to 9, --monitors and --readers 0 to 9"
  [[ $MANAGER == mmm || ($MANAGER == sentinel && -z $LOCAL) ]] ||
    die "--manager takes mmm or sentinel, a local lab mmm only"
}

save_lab() {
  mkdir -p "$LAB_DIR"/{log,run,redis,data}
  {
    echo "LOCAL=$LOCAL NODES=$NODES MONITORS=$MONITORS READERS=$READERS SSH_USER=$SSH_USER"
    echo "DOWN_AFTER=$DOWN_AFTER LEASE=$LEASE MANAGER=$MANAGER TLS=$TLS REDIS_TLS=$REDIS_TLS EXTRA=()"
    printf 'REDIS_SERVER=%q\n' "$REDIS_SERVER"
  } >"$LAB_DIR/lab.env"
  printf '%s\n' "${REDIS_EXTRA[@]}" >"$LAB_DIR/redis.extra"
}

lab_up() {
  local monitor
  need_parts
  use_addresses
  parse_up_options "$@"
  [[ ! -e $LAB_DIR ]] || die "$LAB_DIR exists: scripts/lab down"
  [[ $MONITORS == 0 || $MANAGER != mmm || -f ${MMM_DIST:-$REPO/dist}/mmm-mon.js ]] || die "dist/mmm-mon.js is missing: npm run build"
  [[ -n ${MMM_LAB_KEEP:-} ]] || trap 'lab_down; trap - EXIT' EXIT
  save_lab
  [[ -n $LOCAL ]] || make_network
  make_redis_certificates
  start_nodes
  make_certificates
  write_config
  for monitor in $(monitor_names); do
    start_monitor "$monitor"
  done
  [[ $MONITORS == 0 ]] || wait_until_served
  trap - EXIT
}

wait_until_served() {
  if [[ $MANAGER == sentinel ]]; then
    wait_until 30 sentinels_know_all || die "the Sentinels did not find each other (see $LAB_DIR/log)"
    return
  fi
  wait_until 60 served_or_hopeless || true
  vip_answers || die "the VIP is not served; the monitors say:
$(tail -n 12 "$LAB_DIR"/log/mon*.log)"
}

served_or_hopeless() {
  local monitor
  vip_answers && return
  for monitor in $(monitor_names); do
    ! gone "$monitor" || return 0
  done
  return 1
}

# Safe to run at any time, any number of times.
lab_down() {
  local record
  if [[ -d $LAB_DIR/run ]]; then
    for record in "$LAB_DIR"/run/*.pid; do
      [[ -f $record ]] && kill_recorded "$(basename "$record" .pid)"
    done
  fi
  if [[ $(id -u) == 0 ]]; then
    for_each_namespace kill_everything_in
    for_each_namespace remove_namespace
  fi
  if [[ -f $LAB_DIR/lab.env ]]; then
    rm -rf "$LAB_DIR"
  fi
}

kill_recorded() {
  local pid
  pid=$(pid_of "$1") || return 0
  kill -KILL "$pid" 2>/dev/null || true
}

lab_status() {
  local node monitor
  echo "lab $LAB_ID in $LAB_DIR"
  for node in $(node_names); do
    printf '%-7s %-12s redis %-8s %-24s VIP %s\n' "$node" "$(address_of "$node")" \
      "$(state_of "redis-$node")" "$(redis "$node" role 2>/dev/null | head -1)" \
      "$(has_vip "$node" && echo present || echo -)"
  done
  for monitor in $(monitor_names); do
    printf '%-7s %-12s %s\n' "$monitor" "$(address_of "$monitor")" "$(state_of "$monitor")"
  done
}

has_vip() {
  [[ -z $LOCAL ]] && on_host "$1" ip -4 -o addr show | grep -q " $WRITER_VIP/"
}

# running, stopped (SIGSTOP) or dead.
state_of() {
  local pid
  pid=$(pid_of "$1") || { echo dead; return; }
  if grep -q '^State:.T' "/proc/$pid/status"; then echo stopped; else echo running; fi
}
