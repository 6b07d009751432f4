# shellcheck shell=bash
# Names, addresses and process records of the lab. Sourced by scripts/lab.
#
# Hosts:  db1… 10.77.0.11…   mon1… 10.77.0.21…   client 10.77.0.30   writer VIP 10.77.0.70
# A process is recorded as "pid start-time", so that a reused pid is never signalled.

use_addresses() {
  WRITER_VIP=10.77.0.70
  REDIS_PORT=6379
  MONITOR_PORT=7400
  SSH_PORT=22
  HOST_NET=10.77.0
  [[ -z $LOCAL ]] || use_local_addresses
}

die() {
  echo "lab: $*" >&2
  exit 1
}

need_parts() {
  local tool tools=("$REDIS_SERVER" redis-cli node)
  if [[ -z $LOCAL ]]; then
    [[ $(id -u) == 0 ]] || die "network namespaces need root: run it with sudo, or with --local"
    tools+=(ip nft ss arping sshd ssh-keygen sudo python3)
  fi
  [[ $REDIS_SERVER != */* || (-f $REDIS_SERVER && -x $REDIS_SERVER) ]] || die "$REDIS_SERVER is no program (MMM_REDIS_SERVER)"
  for tool in "${tools[@]}"; do
    command -v "$tool" >/dev/null || die "$tool is missing: apt-get install $(package_of "$tool")"
  done
}

package_of() {
  case $1 in
    ip | ss) echo iproute2 ;;
    nft) echo nftables ;;
    arping) echo iputils-arping ;;
    redis-server | redis-cli) echo redis-server ;;
    sshd) echo openssh-server ;;
    ssh-keygen) echo openssh-client ;;
    node) echo "nodejs (20 or newer)" ;;
    *) echo "$1" ;;
  esac
}

need_lab() {
  [[ -f $LAB_DIR/lab.env ]] || die "no lab \"$LAB_ID\" in $LAB_DIR: scripts/lab up"
  # shellcheck disable=SC1091
  source "$LAB_DIR/lab.env"
  need_parts
  use_addresses
}

need_cables() {
  need_lab
  [[ -z $LOCAL ]] || die "a local lab has no cables, packet filters or power switches"
}

ns() { echo "mmmlab-$LAB_ID-$1"; }

node_names() { seq -f 'db%g' 1 "$NODES"; }
monitor_names() { [[ $MONITORS == 0 ]] || seq -f 'mon%g' 1 "$MONITORS"; }
reader_vips() { [[ $READERS == 0 ]] || seq -f '10.77.0.%g' 71 $((70 + READERS)); }
bridge_hosts() { node_names; monitor_names; echo client; }

# Where the clients of the lab find a Redis: in the clear, whatever the monitors and replicas speak.
client_port() { if [[ $REDIS_TLS == off ]]; then echo "$REDIS_PORT"; else echo "$((REDIS_PORT + 1))"; fi; }

address_of() {
  case $1 in
    db[1-9]) echo "$HOST_NET.1${1#db}" ;;
    mon[1-9]) echo "$HOST_NET.2${1#mon}" ;;
    client) echo "$HOST_NET.30" ;;
    *) die "unknown host $1" ;;
  esac
}

need_node() { [[ ${1:-} =~ ^db[1-9]$ && ${1#db} -le $NODES ]] || die "expected a node (db1 … db$NODES), got \"${1:-}\""; }
need_monitor() { [[ ${1:-} =~ ^mon[1-9]$ && ${1#mon} -le $MONITORS ]] || die "expected a monitor, got \"${1:-}\""; }

on_host() {
  local host=${1:?exec HOST CMD…}
  shift
  if [[ -n $LOCAL ]]; then "$@"; else ip netns exec "$(ns "$host")" "$@"; fi
}

# Field 22 of /proc/PID/stat. The command in field 2 may hold blanks, so it is cut off first. A
# zombie has ended.
start_time_of() {
  local stat
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  stat=${stat##*) }
  [[ $stat != Z* ]] || return 1
  cut -d' ' -f20 <<<"$stat"
}

# spawn NAME HOST CMD…: every exec keeps the pid, so $! is the pid of the command itself.
spawn() {
  local name=$1 host=$2
  shift 2
  [[ -n $LOCAL ]] || set -- ip netns exec "$(ns "$host")" "$@"
  setsid "$@" >>"$LAB_DIR/log/$name.log" 2>&1 </dev/null &
  disown
  echo "$! $(start_time_of $!)" >"$LAB_DIR/run/$name.pid"
}

# Prints the pid of a recorded process if that very process still lives.
pid_of() {
  local pid started
  read -r pid started 2>/dev/null <"$LAB_DIR/run/$1.pid" || return 1
  [[ $(start_time_of "$pid") == "$started" ]] && echo "$pid"
}

signal_part() {
  local signal=$1 name=$2 pid
  pid=$(pid_of "$name") || die "$name does not run"
  note_event "$signal" "$name"
  kill "-$signal" "$pid"
  [[ $signal != KILL ]] || wait_until 5 gone "$name"
}

stop_part() {
  local pid
  pid=$(pid_of "$1") || return 0
  kill -TERM "$pid"
  kill -CONT "$pid"
  wait_until 5 gone "$1" || kill -KILL "$pid" 2>/dev/null || true
}

gone() { ! pid_of "$1" >/dev/null; }

# wait_until SECONDS CMD…: polls, quietly.
wait_until() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < deadline)) || return 1
    sleep 0.05
  done
}

# Every fault is noted with the monotonic clock that the clients and the observer use, too; that is
# known to 10 ms only, and the wall clock finer.
note_event() {
  local uptime
  read -r uptime _ </proc/uptime
  echo "{\"at\": $uptime, \"wall\": $EPOCHREALTIME, \"what\": \"$1\", \"target\": \"$2\"}" >>"$LAB_DIR/events.jsonl"
}

show_logs() {
  if [[ $# == 0 ]]; then
    ls "$LAB_DIR/log"
  else
    cat "$LAB_DIR/log/$1.log"
  fi
}
