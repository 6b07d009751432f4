# shellcheck shell=bash
# Certificates of the monitors, of an operator and of a reader (up --tls on). Sourced by scripts/lab.

security_of() {
  if [[ $TLS == off ]]; then
    echo "tls = off"
  else
    printf 'tls_ca = %s\ntls_cert = %s\ntls_key = %s\n' \
      "$LAB_DIR/tls/ca.pem" "$LAB_DIR/tls/$1.pem" "$LAB_DIR/tls/$1.key"
  fi
}

make_certificates() {
  local name names=()
  [[ $TLS != off && $MONITORS != 0 ]] || return 0
  for name in $(monitor_names); do names+=(--monitor "$name"); done
  mmm_of_lab tls init "$LAB_DIR/tls" >/dev/null
  mmm_of_lab tls issue "$LAB_DIR/tls" "${names[@]}" >/dev/null
  mmm_of_lab tls issue "$LAB_DIR/tls" --operator lab >/dev/null
  mmm_of_lab tls issue "$LAB_DIR/tls" --reader eve >/dev/null
}

renew_certificate() {
  need_monitor "$@"
  mmm_of_lab tls issue "$LAB_DIR/tls" --monitor "$1" --renew >/dev/null
  signal_part HUP "$1"
}

# The file of a monitor differs from that of the operator by the certificate alone.
config_of() {
  [[ $TLS != off ]] || { echo "$LAB_DIR/mmm.conf"; return; }
  sed "s|/tls/operator-lab\.|/tls/monitor-$1.|" "$LAB_DIR/mmm.conf" >"$LAB_DIR/$1.conf"
  echo "$LAB_DIR/$1.conf"
}

mmm_of_lab() {
  node "${MMM_DIST:-$REPO/dist}/mmm.js" "$@"
}
