# shellcheck shell=bash
# Certificates of the monitors, of an operator and of a reader (up --tls on), and of each Redis and its clients
# (up --redis-tls on). Sourced by scripts/lab.

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
  (umask 077 && sed "s|/tls/operator-lab\.|/tls/monitor-$1.|" "$LAB_DIR/mmm.conf" >"$LAB_DIR/$1.conf")
  echo "$LAB_DIR/$1.conf"
}

mmm_of_lab() {
  node "${MMM_DIST:-$REPO/dist}/mmm.js" "$@"
}

# One for all of them: it is good for each address at which a monitor asks, those of the VIPs, too.
make_redis_certificates() {
  local dir=$LAB_DIR/redis-tls node vip addresses=IP:$WRITER_VIP
  [[ $REDIS_TLS != off ]] || return 0
  command -v openssl >/dev/null || die "openssl is missing: apt-get install openssl"
  mkdir -p "$dir"
  for vip in $(reader_vips); do addresses+=,IP:$vip; done
  for node in $(node_names); do addresses+=,IP:$(address_of "$node"); done
  redis_certificate ca
  redis_certificate server -CA "$dir/ca.pem" -CAkey "$dir/ca.key" -addext "subjectAltName=$addresses"
  redis_certificate client -CA "$dir/ca.pem" -CAkey "$dir/ca.key"
}

redis_certificate() {
  local file=$LAB_DIR/redis-tls/$1
  shift
  openssl req -x509 -days 1 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc \
    -subj "/CN=lab-$(basename "$file")" -keyout "$file.key" -out "$file.pem" "$@" 2>/dev/null
}

# Replication over TLS, too; who comes there shows a certificate.
redis_tls_lines() {
  cat <<CONF
tls-port $REDIS_PORT
tls-replication yes
tls-auth-clients yes
tls-ca-cert-file $LAB_DIR/redis-tls/ca.pem
tls-cert-file $LAB_DIR/redis-tls/server.pem
tls-key-file $LAB_DIR/redis-tls/server.key
CONF
}

redis_tls_keys() {
  printf 'redis_tls = %s\nredis_tls_cert = %s\nredis_tls_key = %s\n' \
    "$LAB_DIR/redis-tls/ca.pem" "$LAB_DIR/redis-tls/client.pem" "$LAB_DIR/redis-tls/client.key"
}
