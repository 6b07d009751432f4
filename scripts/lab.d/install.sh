# shellcheck shell=bash
# What a fresh machine lacks: Debian packages, node_modules, the build. Sourced by scripts/demo,
# scripts/test and scripts/figures, which set REPO.

PACKAGES=(redis-server nftables iproute2 iputils-arping iputils-ping openssh-server openssh-client sudo python3
  shellcheck z3 haproxy tcpdump prometheus python3-redis)
LAB_TOOLS=(redis-server nft ip arping ping sshd ssh-keygen sudo python3 shellcheck)
# z3 answers for the arithmetic of the waiting time, haproxy is what docs/http.md speaks of, tcpdump sees what
# a guard announces, promtool tries the alerts, redis-py asks the Sentinel endpoint; those tests are skipped
# without them.
TOOLS=("${LAB_TOOLS[@]}" z3 haproxy tcpdump promtool redis-py)
# Makes the Debian 13 that boots with the packages; looks at the page of the monitors.
LONG_TOOLS=(debootstrap chromium)

prepare_machine() {
  require_node && install_missing_packages && install_node_modules && build
}

require_node() {
  command -v node >/dev/null || fail "Node.js is missing: install Node 20.19 or newer"
  node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' ||
    fail "Node $(node --version) is too old: install Node 20.19 or newer"
}

missing_tools() {
  local tool
  PATH=$PATH:/usr/sbin:/sbin
  for tool in "$@"; do
    has_tool "$tool" || echo "$tool"
  done
}

has_tool() {
  case $1 in
    arping) command -v arping >/dev/null && is_iputils_arping ;;
    # Not a command, but what Debian's own Python can import.
    redis-py) /usr/bin/python3 -c 'import redis' 2>/dev/null ;;
    *) command -v "$1" >/dev/null ;;
  esac
}

# Debian has another arping, too, whose options mean other things; only one of them can be installed.
is_iputils_arping() {
  arping -V 2>&1 | grep -q iputils
}

# Installing redis-server and openssh-server must not open a Redis and an SSH port on this machine,
# now or at the next boot: the lab starts its own, inside its namespaces.
install_missing_packages() {
  local missing
  if [[ -n ${MMM_LONG:-} ]]; then
    TOOLS+=("${LONG_TOOLS[@]}")
    PACKAGES+=("${LONG_TOOLS[@]}")
  fi
  missing=$(missing_tools "${TOOLS[@]}" | tr '\n' ' ')
  [[ -n $missing ]] || return 0
  if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
    say "missing and not installed (needs root and apt-get): $missing"
    return 0
  fi
  say "installing what is missing: $missing"
  forbid_service_starts
  apt_install || fail "apt-get could not install ${PACKAGES[*]}"
  allow_service_starts
  disable_new_services "$missing"
}

apt_install() {
  apt-get update -qq &&
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
      "${PACKAGES[@]}" >/dev/null
}

POLICY=/usr/sbin/policy-rc.d

forbid_service_starts() {
  [[ ! -e $POLICY ]] || return 0
  printf '#!/bin/sh\n# redis-mmm lab: no service starts while its packages are installed\nexit 101\n' >"$POLICY"
  chmod +x "$POLICY"
}

allow_service_starts() {
  ! grep -qs 'redis-mmm lab' "$POLICY" || rm -f "$POLICY"
}

disable_new_services() {
  [[ -d /run/systemd/system ]] || return 0
  [[ $1 != *redis-server* ]] || systemctl disable --quiet redis-server || true
  [[ $1 != *haproxy* ]] || systemctl disable --quiet haproxy || true
  [[ $1 != *promtool* ]] || systemctl disable --quiet prometheus || true
  [[ $1 != *sshd* ]] || systemctl disable --quiet ssh || true
}

# npm ci empties the directory first, and would do so through a link: that one belongs to another
# checkout, which other people may be working in.
install_node_modules() {
  local stamp=$REPO/node_modules/.package-lock.json
  if [[ -L $REPO/node_modules ]]; then
    [[ -f $stamp ]] && return 0
    fail "node_modules is a link to $(readlink "$REPO/node_modules"), where nothing is installed: run npm ci there"
  fi
  [[ -f $stamp && ! $REPO/package-lock.json -nt $stamp ]] && return 0
  say "installing node modules"
  (cd "$REPO" && npm ci --no-audit --no-fund --loglevel=error)
}

build() {
  (cd "$REPO" && npm run --silent build)
}

# Namespaces with packet filters are what the lab is made of; a plain container has neither.
can_run_lab() {
  [[ $(id -u) == 0 && -z $(missing_tools "${LAB_TOOLS[@]}") ]] || return 1
  unshare --net --mount sh -c 'ip link set lo up && nft add table inet mmmlab_try && nft add chain arp mmmlab_try 2>/dev/null; nft list tables >/dev/null' 2>/dev/null || return 1
  ip netns add mmmlab-try-$$ 2>/dev/null && ip netns delete mmmlab-try-$$
}

# A local lab needs no rights, only a redis-server and an address besides loopback.
can_run_local_lab() {
  command -v redis-server >/dev/null && command -v redis-cli >/dev/null &&
    node -e 'const all = Object.values(require("node:os").networkInterfaces()).flat();
      process.exit(all.some((one) => one.family === "IPv4" && !one.internal) ? 0 : 1)'
}
