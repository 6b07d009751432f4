# shellcheck shell=bash
# Redis Sentinel in the place of the monitors, to be compared with them: in the same namespaces, under
# the same names, so that a Sentinel is killed, stopped and unplugged like a monitor. Sourced by scripts/lab.
#
# Tuned as somebody would who wants it fast. failover-timeout is three times a down-after of 1 s (the
# default of 180 s makes every second attempt wait for six minutes), and leaves the three looks, once a
# second, that Sentinel takes at a promotion. Both replicas follow a new master at once.

SENTINEL_PORT=26379
SENTINEL_GROUP=main
FAILOVER_TIMEOUT_MS=3000

start_sentinel() {
  local name=$1 dir=$LAB_DIR/data/$1
  mkdir -p "$dir"
  [[ -f $dir/sentinel.conf ]] || write_sentinel_conf "$name" >"$dir/sentinel.conf"
  spawn "$name" "$name" "$REDIS_SERVER" "$dir/sentinel.conf" --sentinel
}

# Sentinel rewrites it: what it knows of the others is kept there, too.
write_sentinel_conf() {
  cat <<CONF
bind $(address_of "$1")
port $SENTINEL_PORT
protected-mode no
dir $LAB_DIR/data/$1
sentinel resolve-hostnames no
sentinel monitor $SENTINEL_GROUP $(address_of db1) $REDIS_PORT $((MONITORS / 2 + 1))
sentinel down-after-milliseconds $SENTINEL_GROUP $(milliseconds "$DOWN_AFTER")
sentinel failover-timeout $SENTINEL_GROUP $FAILOVER_TIMEOUT_MS
sentinel parallel-syncs $SENTINEL_GROUP $NODES
CONF
}

milliseconds() {
  case $1 in
    *ms) echo "${1%ms}" ;;
    *s) echo "$((${1%s} * 1000))" ;;
    *) die "expected a duration like 1s or 600ms, got \"$1\"" ;;
  esac
}

run_sentinel() {
  local name=$1
  need_monitor "$name"
  shift
  on_host "$name" timeout 2 redis-cli -h "$(address_of "$name")" -p "$SENTINEL_PORT" "$@"
}

# Each has found all the replicas and all the others, and could fail over.
sentinels_know_all() {
  local name found
  for name in $(monitor_names); do
    found=$(run_sentinel "$name" sentinel master "$SENTINEL_GROUP" | paste -sd' ') || return 1
    [[ " $found " == *" num-slaves $((NODES - 1)) num-other-sentinels $((MONITORS - 1)) "* ]] || return 1
    run_sentinel "$name" sentinel ckquorum "$SENTINEL_GROUP" | grep -q '^OK' || return 1
  done
}

sentinel_addresses() {
  local name
  for name in $(monitor_names); do
    echo "$(address_of "$name"):$SENTINEL_PORT"
  done
}
