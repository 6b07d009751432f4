/** What there is to say of a configuration by itself: its warnings, its times. */
import { showBudgets } from "../config/time-budget.ts";
import type { Config } from "../config/types.ts";
import { type Finding, Subject } from "./finding.ts";
import type { Examined } from "./subject.ts";

/** @param who the monitor, or the host that looks */
export function configFindings(who: string, config: Config): readonly Finding[] {
  const subject = new Subject(who);
  return config.warnings.map((text) =>
    subject.warning(
      "config-warning",
      text,
      "it is legal, but less than what is probably wanted",
      `change it in ${config.file}, then: mmm config check, mmm reload`,
    ),
  );
}

/** What nobody promises where no address can be taken away. Running monitors say it in their status. */
export function noVipFindings(who: string, { groups, file }: Config): readonly Finding[] {
  const subject = new Subject(who);
  return groups
    .filter(({ writer, readers }) => writer === null && readers.length === 0)
    .map(({ name, settings }) =>
      subject.hint(
        "config-warning",
        `group ${name} has no virtual IP (vip = off)`,
        `nothing ends the service of an old master that cannot be reached: what is still written there is lost${settings.writeGuard ? ", until write_guard stops it" : ""}`,
        settings.writeGuard
          ? "nothing, if addresses cannot move in this network"
          : `if addresses cannot move: write_guard = on in ${file}, so that a master without replicas takes no writes`,
      ),
    );
}

export function timeFindings(group: Examined): readonly Finding[] {
  const backend = group.hasLeases === false ? "off" : group.settings.leaseBackend;
  const settings = { ...group.settings, leaseBackend: backend };
  const text = showBudgets(settings, { hasVip: group.vips.length > 0 }).join("; ");
  return [new Subject(group.name).ok("time-budget", text)];
}
