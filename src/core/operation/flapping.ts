/**
 * The flap rule: a node that was down too often within the window awaits a person's `set_online`.
 * An outage counts once: when a failover from the node begins, or, of a node that was no master,
 * when it answers again.
 */
import { tallyOf } from "../health/tally.ts";
import type { NodeName, WallTime } from "../ids.ts";
import { remembered } from "../remembered.ts";
import { type GroupPart, memberNames, type Node } from "../state.ts";
import type { Turn } from "../turn.ts";

/** Shorter than this is no outage: a probe was late, a connection was renewed. */
const OUTAGE_MS = 1000;

/** One more outage of this node; beyond the limit it is not to be chosen any more. */
export function withOutage(group: GroupPart, name: NodeName, wall: WallTime): GroupPart {
  return { ...group, nodes: group.nodes.map((node) => (node.name === name ? down(node) : node)) };

  function down(node: Node): Node {
    const { flapCount, flapWindowMs } = group.settings;
    const recent = node.outages.filter((at) => at <= wall && wall - at < flapWindowMs);
    const outages = [...recent, wall].slice(-flapCount - 1);
    const flaps = node.admin === "online" && outages.length > flapCount;
    return { ...node, outages, admin: flaps ? "awaiting-recovery" : node.admin };
  }
}

const downKey = remembered((name) => `down ${name}`);

/** Notices the replicas that were down and answer again. A failover has counted the old master already. */
export function countOutages(turn: Turn, group: GroupPart): void {
  const members = memberNames(turn.state.committed);
  const { evidence } = turn.local(group.name);
  for (const { name, admin } of group.nodes) {
    const { down, up, quorum } = tallyOf(evidence, members, name, turn.now);
    const key = downKey(name);
    if (down !== null) turn.lasting(group.name, key, true);
    if (up < quorum || turn.isChanging(group.name)) continue;
    const since = turn.local(group.name).since[key];
    turn.lasting(group.name, key, false);
    // Whoever pauses a group is about to stop something of it on purpose.
    const planned = group.pause !== undefined || name in group.rejoining;
    const counts = name !== group.master && !planned && admin === "online";
    if (since === undefined || turn.now - since < OUTAGE_MS || !counts) continue;
    turn.change(group.name, (part) => withOutage(part, name, turn.at.wall));
  }
}
