# shellcheck shell=bash
# The local lab: what stands for hosts, bridge and VIP where nobody may make namespaces. Sourced by
# scripts/lab. See test/helpers/local-hosts.ts.

use_local_addresses() {
  WRITER_VIP=$(own_address)
  [[ -n $WRITER_VIP ]] || die "the local lab needs an address of this machine besides loopback"
  REDIS_PORT=16379
  MONITOR_PORT=17400
  SSH_PORT=12222
  HOST_NET=127.0.0
}

own_address() {
  node -e 'const all = Object.values(require("node:os").networkInterfaces()).flat();
    console.log(all.find((one) => one.family === "IPv4" && !one.internal)?.address ?? "")'
}

start_local_hosts() {
  local node hosts=()
  for node in $(node_names); do
    hosts+=("$node=$(address_of "$node")")
  done
  spawn hosts client node --import tsx "$REPO/test/helpers/local-hosts.ts" --dir "$LAB_DIR" \
    --vip "$WRITER_VIP" --port "$REDIS_PORT" --ssh-port "$SSH_PORT" \
    --nodes "$(IFS=,; echo "${hosts[*]}")"
  wait_until 10 test -f "$LAB_DIR/ssh/known_hosts" ||
    die "the hosts did not start: $(tail -n 3 "$LAB_DIR/log/hosts.log")"
}

# The hosts know themselves which of them held the lease when.
local_observer() {
  case $1 in
    start) kill -USR2 "$(pid_of hosts)" ;;
    stop)
      rm -f "$LAB_DIR/observer.json"
      kill -HUP "$(pid_of hosts)"
      wait_until 5 test -s "$LAB_DIR/observer.json" || die "the hosts gave no report"
      cat "$LAB_DIR/observer.json"
      ;;
    *) die "usage: observer start | observer stop" ;;
  esac
}
