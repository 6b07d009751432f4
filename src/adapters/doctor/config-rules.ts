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

export function timeFindings(group: Examined): readonly Finding[] {
  if (group.vips.length === 0) return [];
  const backend = group.hasLeases === false ? "off" : group.settings.leaseBackend;
  const text = showBudgets({ ...group.settings, leaseBackend: backend }).join("; ");
  return [new Subject(group.name).ok("time-budget", text)];
}
