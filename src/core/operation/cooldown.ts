/**
 * The quiet time after a failover, in which the same node is not failed over again: what took it down
 * may come again, and each time costs what only it had. A person who acknowledges it ends it. It stands
 * with the node, for the history that is agreed on is short.
 */
import { endedAt } from "../deeds.ts";
import type { NodeName, WallTime } from "../ids.ts";
import { type GroupPart, nodeOf } from "../state.ts";
import { lastDeed } from "./outline.ts";

const TURNED_BACK_MS = 3000;

/** Milliseconds left of it; null: it is over. */
export function coolingDown(group: GroupPart, node: NodeName, wall: WallTime): number | null {
  const { cooldownMs } = group.settings;
  const left = (nodeOf(group, node)?.failedOverAt ?? -Infinity) + cooldownMs - wall;
  return left > 0 && left <= cooldownMs ? left : null;
}

/** What made it turn back, or lets it do so now, may still be so: it is not begun again at once. Milliseconds left; null: it may. */
export function turnedBackFor(group: GroupPart, node: NodeName, wall: WallTime): number | null {
  const { operation } = group;
  const isTurning = operation?.kind === "failover" && operation.phase === "undo";
  if (isTurning && operation.from === node) return leftSince(operation.phaseStartedAt, wall);
  const last = lastDeed(group);
  if (last?.kind !== "failover" || last.result !== "undone" || last.from !== node) return null;
  return leftSince(endedAt(last), wall);
}

function leftSince(turnedBackAt: WallTime, wall: WallTime): number | null {
  const ago = wall - turnedBackAt;
  return ago >= 0 && ago < TURNED_BACK_MS ? TURNED_BACK_MS - ago : null;
}
