/**
 * The shell script with which a host is looked at: it runs as the monitors' own user, reads, and
 * prints one line for each thing that it found, behind a mark that no login shell prints by chance.
 * What may wait for a name server or for sudo is given three seconds.
 */
import type { Ip } from "../../core/ids.ts";

export interface HostQuestion {
  readonly vips: readonly Ip[];
  readonly interfaces: readonly string[];
}

const INTERFACE = /^[A-Za-z0-9][A-Za-z0-9_.:@-]{0,14}$/;
const IP = /^[0-9.]{7,15}$/;

/** Values that do not look as they should are left out: they come from a file or a message. */
export function hostScript({ vips, interfaces }: HostQuestion, mark: string): string {
  const devices = interfaces.filter((name) => INTERFACE.test(name)).join(" ");
  const addresses = vips.filter((vip) => IP.test(vip)).join(" ");
  return `mark='${mark}' interfaces='${devices}' vips='${addresses}'\n${SCRIPT}`;
}

// Whatever is started must not read standard input: the rest of this script is there.
const SCRIPT = String.raw`
set -u
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
say() { printf '%s %s\n' "$mark" "$*"; }
limited() { timeout 3 "$@" </dev/null 2>/dev/null; }
say begin
for program in nft ip ss arping sudo timeout; do
	if command -v "$program" >/dev/null; then say program "$program"; fi
done
say arping "$(arping -V </dev/null 2>&1 | head -n 2 | tr '\n' ' ')"
ip -o -4 addr show </dev/null 2>/dev/null | while read -r _ device _ form _; do say address "$device" "$form"; done
for interface in $interfaces; do
	knobs=/proc/sys/net/ipv4/conf
	[ -d "$knobs/$interface" ] || continue
	say interface "$interface" "$(cat "/sys/class/net/$interface/address" 2>/dev/null)"
	for knob in arp_ignore arp_filter; do
		say knob "$interface" "$knob" "$(cat "$knobs/all/$knob")" "$(cat "$knobs/$interface/$knob")"
	done
done
guard=/usr/lib/redis-mmm/guard
if [ -e "$guard" ]; then
	sum=$(sha256sum "$guard" 2>/dev/null </dev/null)
	say guard "$(printf '%s' "$sum" | cut -c1-64)"
	for path in /usr/lib/redis-mmm "$guard" /etc/redis-mmm /etc/redis-mmm/guard.list; do
		ls -ldn -- "$path" 2>/dev/null </dev/null | while read -r mode _ owner _; do
			case "$mode $owner" in [d-]????-??-?*' 0') ;; *) say loose "$path" ;; esac
		done
	done
fi
if [ -r /etc/redis-mmm/guard.list ]; then
	say list
	while read -r ip device _; do
		case $ip in [0-9]*) say listed "$ip" "$device" ;; esac
	done </etc/redis-mmm/guard.list
fi
may() {
	name=$1
	shift
	limited sudo -n -l "$@" >/dev/null
	case $? in 0) say sudo "$name" yes ;; 124) say sudo "$name" slow ;; *) say sudo "$name" no ;; esac
}
if [ "$(id -u)" = 0 ]; then say root; elif command -v sudo >/dev/null; then
	may guard "$guard"
	may shell /bin/sh -s
	for vip in $vips; do for interface in $interfaces; do may address ip addr add "$vip/32" dev "$interface"; break 2; done; done
fi
for file in /etc/nftables.conf /etc/sysconfig/nftables.conf; do
	if grep -q '^[[:space:]]*flush ruleset' "$file" 2>/dev/null; then say flush "$file"; fi
done
units=$(find /etc/systemd/system -path '*.wants/*' \( -name nftables.service -o -name firewalld.service \) </dev/null 2>/dev/null)
case $units in *nftables.service*) say enabled nftables ;; esac
case $units in *firewalld.service*) say enabled firewalld ;; esac
if [ -e /etc/systemd/system/nftables.service.wants/mmm-guard-close.service ]; then say enabled mmm-guard-close; fi
if grep -qi '^ENABLED=yes' /etc/ufw/ufw.conf 2>/dev/null; then say enabled ufw; fi
for vip in $vips; do
	grep -rlwF -- "$vip" /etc/network /etc/netplan /etc/systemd/network /etc/sysconfig/network-scripts \
		/etc/NetworkManager/system-connections /etc/keepalived /etc/rc.local </dev/null 2>/dev/null |
		while read -r file; do say static "$vip" "$file"; done
	ip -o -4 neigh show to "$vip" </dev/null 2>/dev/null | while read -r line; do say neighbour "$line"; done
done
cat /etc/ssh/sshd_config /etc/ssh/sshd_config.d/*.conf 2>/dev/null </dev/null |
	grep -iE '^[[:space:]]*(UseDNS|ClientAliveInterval)[[:space:]]' | while read -r key value; do say sshd "$key" "$value"; done
if limited getent hosts "$(hostname)" >/dev/null; then say resolved; else say unresolved "$(hostname)"; fi
say end
`;
