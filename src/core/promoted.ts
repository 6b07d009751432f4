/**
 * Whom an operation made master, as which process, and who did not take over then: it was given up, or turned back from.
 * Keys that expire there, and what it says to its replicas, look like writes of its own; those of a master that a person
 * made are left for a person to judge. So it is agreed on whose doing it is, before it is done.
 *
 * It is forgotten when that process was told to follow again and does, is seen to follow for a while, or is gone: whoever
 * promotes it after that has a reason.
 */
import { candidateOf } from "./health/facts.ts";
import type { NodeInfo } from "./health/types.ts";
import type { NodeName } from "./ids.ts";
import type { GroupPart } from "./state.ts";
import type { Turn } from "./turn.ts";

/** What was seen of it may be older than its promotion. */
const FOLLOWS_FOR_MS = 3000;

export function isOurDoing({ promoted }: GroupPart, node: NodeName, { runId }: NodeInfo): boolean {
  return promoted?.[node] === runId;
}

export function withPromoted(group: GroupPart, node: NodeName, runId: string): GroupPart {
  return { ...group, promoted: { ...group.promoted, [node]: runId } };
}

export function withoutPromoted(group: GroupPart, node: NodeName): GroupPart {
  const { promoted, ...others } = group;
  const left = Object.entries(promoted ?? {}).filter(([name]) => name !== node);
  return left.length === 0 ? others : { ...others, promoted: Object.fromEntries(left) };
}

export function forgetPromoted(turn: Turn, group: GroupPart): void {
  if (group.operation !== null) return;
  for (const name of Object.keys(group.promoted ?? {})) {
    const key = `follows again: ${name}`;
    const lasted = turn.lasting(group.name, key, isOver(turn, group, name));
    if (lasted < FOLLOWS_FOR_MS || turn.isChanging(group.name)) continue;
    turn.lasting(group.name, key, false);
    turn.change(group.name, (part) => withoutPromoted(part, name));
  }
}

function isOver(turn: Turn, group: GroupPart, name: NodeName): boolean {
  if (!group.nodes.some((node) => node.name === name)) return true;
  const { info, reachable } = candidateOf(turn.local(group.name).evidence, name, turn.now);
  if (!reachable || info === null) return false;
  return info.role === "replica" || !isOurDoing(group, name, info);
}
