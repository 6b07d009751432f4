/** What a person must know, in sentences: what does not hold, and what somebody chose that holds things back. */
import { membersMet, wasRemoved, witnessesHeard } from "./consensus/consensus.ts";
import type { MonitorState } from "./local.ts";
import { describePause } from "./pause.ts";
import { preferenceWarnings } from "./status-preference.ts";
import { waitingText } from "./waiting-text.ts";
import type { ClusterStatus, GroupStatus, Warning } from "./status-types.ts";
import { type GroupPart, writerVip } from "./state.ts";

/** @param shown the status of the same groups */
export function warningsOf(
  state: MonitorState,
  cluster: ClusterStatus,
  groups: readonly GroupPart[],
  shown: readonly GroupStatus[],
): readonly Warning[] {
  if (wasRemoved(state.consensus)) {
    const text = `this monitor, ${state.name}, was removed from cluster ${cluster.id}: it watches nothing and votes for nothing. Stop it, or add it again: mmm monitor add ${state.name}=HOST:PORT`;
    return [{ level: "critical", text }];
  }
  const warnings: Warning[] = Object.entries(state.alarms).map(([id, text]) => ({
    level: "critical",
    text: `${id}: ${text}`,
  }));
  if (cluster.id === null) {
    warnings.push({ level: "warning", text: notFounded(state) });
  } else if (cluster.monitors.length === 1) {
    warnings.push({
      level: "warning",
      text: "a single monitor: if it or its network fails there is no failover, and it cannot tell a dead master from its own lost link",
    });
  } else if (!cluster.has_quorum) {
    warnings.push({
      level: "critical",
      text: `this monitor reaches fewer than ${cluster.quorum} of ${cluster.monitors.length} monitors: its view may be stale, and no failover is possible from here`,
    });
  }
  warnings.push(...networkWarnings(state, cluster));
  for (const group of groups) warnings.push(...groupWarnings(group));
  for (const { name, master, preference, waiting } of shown) {
    warnings.push(...preferenceWarnings(name, preference));
    if (waiting !== null)
      warnings.push({
        level: "warning",
        text: `group ${name}: mode is wait: no automatic failover ${waitingText({ master }, waiting)}; mmm mode active ends it`,
      });
  }
  return warnings;
}

/** Why there is no cluster, for a monitor that belongs to none. */
function notFounded({ name, consensus }: MonitorState): string {
  const met = membersMet(consensus);
  const witnesses = witnessesHeard(consensus);
  if (met.length === 0 && witnesses.length > 0)
    return `this monitor, ${name}, belongs to no cluster, and founds none: ${witnesses.join(" and ")}, which ${witnesses.length === 1 ? "belongs" : "belong"} to none either, met one; mmm status there says what to do`;
  if (met.length === 0)
    return "the monitors have not founded a cluster yet: all configured monitors must be running and reach each other";
  return `this monitor, ${name}, belongs to no cluster, and founds none beside that of ${met.join(", ")}: add it there (mmm monitor add ${name}=HOST:PORT, or mmm monitor replace ${name} if its disk was lost), or stop ${met.join(", ")} if that cluster is to be no more, and restart this monitor`;
}

/** A monitor that says nothing of its network now says nothing of it that counts. */
function networkWarnings(
  { name: self, network: own }: MonitorState,
  { monitors }: ClusterStatus,
): readonly Warning[] {
  return monitors.flatMap(({ name, network, reachable }) => {
    const problem = name === self && own.problem !== null ? `: ${own.problem}` : "";
    if (!reachable) return [];
    if (network === "down")
      return [
        {
          level: "warning" as const,
          text: `monitor ${name}: none of its ping_ips answers, so it takes its own network for down and abstains where it hears nothing${problem}`,
        },
      ];
    if (network !== "unknown" || (name === self && own.problem === null)) return [];
    return [
      {
        level: "warning" as const,
        text: `monitor ${name}: it cannot check its own network (ping_ips), and votes without${problem}; mmm doctor says more`,
      },
    ];
  });
}

function groupWarnings(group: GroupPart): readonly Warning[] {
  const warnings: Warning[] = [];
  // Somebody chose that, so it is no reason to call the group degraded.
  if (writerVip(group) === undefined)
    warnings.push({
      level: "hint",
      text: `group ${group.name}: it has no virtual IP ${group.vips.length === 0 ? "(vip = off)" : "of its master (no master_ip)"}, so nothing ends the service of an old master that cannot be reached: what is still written there is lost, unless write_guard stops it`,
    });
  // Where there is no address, none can be kept.
  if (group.backend === "off" && group.vips.length > 0) {
    warnings.push({
      level: "critical",
      text: `group ${group.name}: lease_backend is off: an old master that cannot be reached keeps its VIP; two hosts may serve it, unless fence_command succeeds`,
    });
  }
  if (group.pause !== undefined)
    warnings.push({
      level: "warning",
      text: `group ${group.name}: ${describePause(group.pause)}: no automatic failover, nothing is repaired; mmm resume ends it`,
    });
  // Of one that waits it is told what for.
  if (group.mode !== "active" && group.mode !== "wait")
    warnings.push({
      level: "warning",
      text: `group ${group.name}: mode is ${group.mode}: no automatic failover`,
    });
  return warnings;
}
