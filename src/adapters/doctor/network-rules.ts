/** What there is to say of a monitor's check of its own network (`ping_ips`), one finding for each address. */
import type { TargetReport } from "../ping/self-check.ts";
import { type Finding, Subject } from "./finding.ts";

const SETTING = "/etc/sysctl.d/50-ping.conf";
const SYSCTL = `echo "net.ipv4.ping_group_range = 0 2147483647" >${SETTING}; sysctl -p ${SETTING}`;

export function networkFindings(
  monitor: string,
  targets: readonly TargetReport[],
): readonly Finding[] {
  const subject = new Subject(monitor);
  return targets.map((report) => findingOf(subject, report));
}

function findingOf(subject: Subject, { target, state, trouble }: TargetReport): Finding {
  switch (state) {
    case "answers":
      return subject.ok("own-network", `${target} (ping_ips) answers`);
    case "unsettled":
      return subject.ok("own-network", `${target} (ping_ips) is being asked`);
    case "silent":
      return subject.warning(
        "own-network",
        `${target} (ping_ips) does not answer any more`,
        "while none of them does, this monitor abstains where it hears nothing, and one vote fewer can make a failover",
        "look at this monitor's network; an address that is gone for good is to be taken out of ping_ips",
      );
    case "never":
      return subject.warning(
        "own-network",
        `${target} (ping_ips) has never answered since the monitor was started`,
        "it says nothing of this monitor's network, so it is not counted",
        "write the address of something that answers pings, best of two: a router, and a host on the way to the databases",
      );
    case "unknown":
      return subject.warning(
        "own-network",
        `${target} (ping_ips) cannot be asked: ${trouble ?? "ping says nothing"}`,
        "this monitor does not know whether its own network is up, and votes as if it had not asked",
        fixOf(trouble ?? ""),
      );
  }
}

/** By what hinders ping: not there, another one, or not allowed to this service. */
function fixOf(trouble: string): string {
  if (/ENOENT/.test(trouble)) return "apt-get install iputils-ping, on its host";
  if (/EPERM|EACCES/.test(trouble))
    return "the unit must have CapabilityBoundingSet=CAP_NET_RAW, or ping with its file capability cannot be started";
  if (/not permitted|permission denied|cap_net_raw/i.test(trouble)) return `${SYSCTL}, on its host`;
  return "ping must be that of iputils (apt-get install iputils-ping); try it: ping -n -O ADDRESS";
}
