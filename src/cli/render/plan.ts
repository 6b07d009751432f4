/** What a forced failover will do, shown before anybody agrees to it. */
import type { GroupStatus, Status } from "../../core/status-types.ts";
import { showBytes } from "./quantities.ts";

export function failoverPlan(
  status: Status,
  group: GroupStatus,
  to: string | null,
): readonly string[] {
  const { master, writer } = group;
  const from = master ?? "the master";
  const successor = to ?? "the freshest replica";
  const chosen = group.nodes.find(({ name }) => name === to);
  const lag =
    chosen === undefined || chosen.lag_bytes === null
      ? ""
      : ` (${to ?? ""} lacks ${showBytes(chosen.lag_bytes)} now)`;
  const steps = [
    writer === null
      ? `there is no VIP to take from ${from}: whoever still reaches it may go on writing to it`
      : `${from} is fenced: it lets go of ${writer.ip}${fencesOf(group)}`,
    `${successor} is promoted, with what it has`,
    ...(writer === null ? [] : [`${successor} claims ${writer.ip} and announces it`]),
    `the others follow; ${from} comes back as a replica and discards what only it has`,
  ];
  return [
    head(status, group, "forced failover"),
    ...numbered(steps),
    `Acknowledged writes that ${successor} lacks are lost${lag}. "mmm switchover" loses nothing.`,
  ];
}

/** What else there is, where it does not let go. */
function fencesOf({ outlook: { fencing }, settings }: GroupStatus): string {
  const command = settings.has_fence_command ? ", is powered off by the fence_command" : "";
  if (fencing === "lease") return `${command}, or its lease runs out`;
  return `${command}, or you say that it is off (mmm adopt --empty)`;
}

function head({ cluster }: Status, { name }: GroupStatus, what: string): string {
  return `Plan of the ${what} of ${name} (leader ${cluster.leader ?? "none"}, term ${cluster.term}):`;
}

function numbered(steps: readonly string[]): readonly string[] {
  return steps.map((step, at) => `  ${at + 1}  ${step}`);
}
