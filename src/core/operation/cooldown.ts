/**
 * The quiet time after a failover, in which the same node is not failed over again: what took it down
 * may come again, and each time costs what only it had. A person who acknowledges it ends it.
 */
import type { NodeName, WallTime } from "../ids.ts";
import type { GroupPart, PastOperation } from "../state.ts";

/** Milliseconds left of it; null: it is over. */
export function coolingDown(group: GroupPart, node: NodeName, wall: WallTime): number | null {
  const last = group.past.findLast((past) => isFailover(past, node) || isSeen(past, node));
  if (last?.kind !== "failover") return null;
  const { cooldownMs } = group.settings;
  const left = last.startedAt + last.durationMs + cooldownMs - wall;
  return left > 0 && left <= cooldownMs ? left : null;
}

function isFailover({ kind, result, from }: PastOperation, node: NodeName): boolean {
  return kind === "failover" && result === "ok" && from === node;
}

function isSeen({ kind, from }: PastOperation, node: NodeName): boolean {
  return kind === "acknowledged" && (from === null || from === node);
}
