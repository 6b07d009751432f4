# shellcheck shell=bash
# The clients that measure from outside. Sourced by scripts/lab. Each writes what it saw to a file;
# `start` waits until it is at work; `stop` ends it and prints its report as one JSON object; `check`
# prints one, too, and the writer and the observer go on.

client_command() {
  local kind=$1 verb=${2:-}
  if [[ $kind == observer && -n $LOCAL ]]; then
    local_observer "$verb"
    return
  fi
  shift 2 || die "usage: $kind start | $kind check | $kind stop"
  case $verb in
    start)
      gone "$kind" || die "the $kind runs already"
      rm -f "$LAB_DIR/$kind.json" "$LAB_DIR/$kind.json.ready"
      start_client "$kind" "$@"
      ;;
    stop)
      pid_of "$kind" >/dev/null || [[ -f $LAB_DIR/$kind.json ]] || die "the $kind does not run: $(tail -n 3 "$LAB_DIR/log/$kind.log")"
      stop_client "$kind"
      ;;
    check) check_client "$kind" ;;
    *) die "usage: $kind start | $kind check | $kind stop" ;;
  esac
}

check_client() {
  local kind=$1 pid
  [[ $kind != waiters ]] || die "the waiters report only when they are stopped"
  pid=$(pid_of "$kind") || die "the $kind does not run: $(tail -n 3 "$LAB_DIR/log/$kind.log")"
  rm -f "$LAB_DIR/$kind.json"
  kill -USR1 "$pid"
  wait_until 50 test -s "$LAB_DIR/$kind.json" || die "the $kind gave no report"
  cat "$LAB_DIR/$kind.json"
}

start_client() {
  local kind=$1
  shift
  case $kind in
    writer)
      # shellcheck disable=SC2046
      spawn writer client node "$LAB_SCRIPTS/lab.d/writer.mjs" $(way_to_master) \
        --report "$LAB_DIR/writer.json" "$@"
      ;;
    waiters)
      spawn waiters client node "$LAB_SCRIPTS/lab.d/waiters.mjs" --vip "$WRITER_VIP" \
        --port "$(client_port)" --report "$LAB_DIR/waiters.json" "$@"
      ;;
    observer)
      # shellcheck disable=SC2046
      spawn observer observer python3 "$LAB_SCRIPTS/lab.d/observer.py" --vip "$WRITER_VIP" \
        --port "$REDIS_PORT" --report "$LAB_DIR/observer.json" "$@" $(node_names)
      ;;
  esac
  wait_until 10 test -f "$LAB_DIR/$kind.json.ready" ||
    die "the $kind did not start: $(tail -n 3 "$LAB_DIR/log/$kind.log")"
}

# What a client is told about where the master is.
way_to_master() {
  if [[ $MANAGER == sentinel ]]; then
    echo "--sentinels $(sentinel_addresses | paste -sd,) --service $SENTINEL_GROUP"
  else
    echo "--vip $WRITER_VIP --port $(client_port)"
  fi
}

stop_client() {
  local kind=$1 pid
  if pid=$(pid_of "$kind"); then
    kill -TERM "$pid"
    wait_until 30 gone "$kind" || die "the $kind did not end"
  fi
  cat "$LAB_DIR/$kind.json"
}
