# shellcheck shell=bash
# Clients as people have them, with the settings that they come with. Sourced by scripts/lab. Each
# leaves its lines in $LAB_DIR/stock-NAME.lines; what they add up to is worked out elsewhere.

stock_command() {
  local name
  for name in $(stock_clients); do
    case ${1:-} in
      start) start_stock_client "$name" ;;
      stop) stop_stock_client "$name" ;;
      *) die "usage: stock start | stock stop" ;;
    esac
  done
}

# redis-py is there only if Debian's python3-redis is installed.
stock_clients() {
  echo ioredis redis-cli
  ! /usr/bin/python3 -c 'import redis' 2>/dev/null || echo redis-py
}

start_stock_client() {
  local name=$1 program=$LAB_SCRIPTS/lab.d/stock-$1
  case $name in
    ioredis) set -- node "$program.mjs" ;;
    redis-cli) set -- "$program" ;;
    redis-py) set -- /usr/bin/python3 "$program.py" ;;
  esac
  # shellcheck disable=SC2046
  spawn "stock-$name" client "$@" $(way_to_master) --lines "$LAB_DIR/stock-$name.lines"
}

# Whoever waits for an answer that never comes does not hear of a polite request either.
stop_stock_client() {
  kill_recorded "stock-$1"
}
