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
  const vip = writer?.ip ?? "its VIP";
  const lag =
    chosen === undefined || chosen.lag_bytes === null
      ? ""
      : ` (${to ?? ""} lacks ${showBytes(chosen.lag_bytes)} now)`;
  const steps = [
    `${from} is fenced: it lets go of ${vip}, is powered off by the fence_command, or its lease runs out`,
    `${successor} is promoted, with what it has`,
    `${successor} claims ${vip} and announces it`,
    `the others follow; ${from} comes back as a replica and discards what only it has`,
  ];
  return [
    head(status, group, "forced failover"),
    ...numbered(steps),
    `Acknowledged writes that ${successor} lacks are lost${lag}. "mmm switchover" loses nothing.`,
  ];
}

function head({ cluster }: Status, { name }: GroupStatus, what: string): string {
  return `Plan of the ${what} of ${name} (leader ${cluster.leader ?? "none"}, term ${cluster.term}):`;
}

function numbered(steps: readonly string[]): readonly string[] {
  return steps.map((step, at) => `  ${at + 1}  ${step}`);
}
