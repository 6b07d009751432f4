/** What is worth changing on the interfaces to which virtual IPs go: whether they are there, and whether clients hear of an address on them. */
import type { Finding, Subject } from "./finding.ts";
import type { HostCase } from "./host-rules.ts";
import type { HostFacts } from "./host-sight.ts";

export function interfaceFindings(host: HostCase, facts: HostFacts): readonly Finding[] {
  return [...interfaces(host, facts), ...arpIgnore(host, facts), ...arpFilter(host, facts)];
}

function interfaces(
  { subject, wanted }: HostCase,
  { interfaces: present, addresses }: HostFacts,
): readonly Finding[] {
  return [...new Set(wanted.map(({ device }) => device))].map((device) => {
    const vips = wanted.filter((one) => one.device === device).map(({ vip }) => vip);
    if (!present.has(device)) return lacksInterface(subject, device, addresses);
    const own = addresses.filter((one) => one.device === device).map(({ form }) => form);
    const others = own.filter((form) => !vips.includes(form.split("/")[0] ?? ""));
    const stray = vips.filter((vip) => !others.some((form) => contains(form, vip)));
    if (stray.length === 0)
      return subject.ok(
        "host-interface",
        `${device} is there, ${others.join(" ") || "without address"}`,
      );
    return subject.warning(
      "host-interface",
      `${stray.join(", ")} ${stray.length === 1 ? "is" : "are"} of no network of ${device} (${others.join(" ") || "none"})`,
      "clients would look for it elsewhere, unless somebody routes it here",
      "correct master_ip, slave_ip, cluster_interface or the interface of this node",
    );
  });
}

function lacksInterface(
  subject: Subject,
  device: string,
  addresses: HostFacts["addresses"],
): Finding {
  const known = [...new Set(addresses.map((one) => one.device))].join(", ");
  return subject.error(
    "host-interface",
    `there is no interface ${device}; there is ${known === "" ? "none with an address" : known}`,
    "no virtual IP can be put there",
    "correct cluster_interface, or write interface = NAME into the section of this node; then: mmm reload",
  );
}

/** `10.0.0.5/24` and `10.0.0.70` */
function contains(form: string, ip: string): boolean {
  const [own = "", length = "32"] = form.split("/");
  const bits = Number(length);
  const mask = bits === 0 ? 0 : (-1 << (32 - bits)) >>> 0;
  return (numberOf(own) & mask) >>> 0 === (numberOf(ip) & mask) >>> 0;
}

function numberOf(ip: string): number {
  return ip.split(".").reduce((sum, part) => sum * 256 + Number(part), 0) >>> 0;
}

/** 8: answers nobody. 2: only whoever is of the same network, and a /32 has none. */
function arpIgnore({ subject, wanted }: HostCase, { knobs }: HostFacts): readonly Finding[] {
  return [...new Set(wanted.map(({ device }) => device))].flatMap((device) => {
    const value = knobs.get(`${device} arp_ignore`) ?? 0;
    if (value !== 8 && value !== 2) return [];
    return subject.error(
      "host-arp",
      `arp_ignore of ${device} is ${value}`,
      "it does not answer when clients ask where a virtual IP is",
      `sysctl -w net.ipv4.conf.${device}.arp_ignore=1 (and net.ipv4.conf.all.arp_ignore, if it is the larger); and in /etc/sysctl.d`,
    );
  });
}

/**
 * Where it is on, an interface answers only whom the host would write to by that interface. That is so where it
 * alone is of the virtual IP's network; with a second one there, or none, the way may lead elsewhere. Then that
 * other one answers in its place, or nobody does, if arp_ignore lets each answer for its own addresses only.
 */
function arpFilter(
  { subject, wanted }: HostCase,
  { knobs, addresses }: HostFacts,
): readonly Finding[] {
  return wanted.flatMap(({ vip, device }) => {
    if ((knobs.get(`${device} arp_filter`) ?? 0) === 0) return [];
    const near = addresses.filter(({ form }) => !form.startsWith(`${vip}/`) && contains(form, vip));
    const others = [...new Set(near.map((one) => one.device))].filter((name) => name !== device);
    const isNear = near.some((one) => one.device === device);
    if (isNear && others.length === 0) return [];
    const where = isNear
      ? `${others.join(", ")} ${others.length === 1 ? "is" : "are"} of the network of ${vip}, too`
      : `${device} is not of the network of ${vip}`;
    const isMute = (knobs.get(`${device} arp_ignore`) ?? 0) > 0;
    return [
      subject[isMute ? "error" : "warning"](
        "host-arp",
        `arp_filter of ${device} is 1, and ${where}`,
        isMute
          ? "clients that this host writes to by another interface are told by nobody where a virtual IP is (arp_ignore)"
          : "clients that this host writes to by another interface are sent to that one, and back when an announcement comes",
        `sysctl -w net.ipv4.conf.${device}.arp_filter=0 net.ipv4.conf.all.arp_filter=0; and in /etc/sysctl.d`,
      ),
    ];
  });
}
