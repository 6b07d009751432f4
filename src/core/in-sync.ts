/**
 * Who was seen in sync with the master, as the process that it is now. A monitor that starts has not seen it yet, and
 * cannot any more once the master is dead. So it is agreed on: it changes only when a replica is restarted.
 */
import { candidateOf } from "./health/facts.ts";
import type { NodeName } from "./ids.ts";
import type { GroupPart } from "./state.ts";
import type { Turn } from "./turn.ts";

export function keepInSync(turn: Turn, group: GroupPart): void {
  // What matters to an operation that runs is known to whoever runs it, and was agreed on before.
  if (group.master === null || group.operation !== null || turn.isChanging(group.name)) return;
  const before = group.inSync ?? {};
  const now = inSyncNow(turn, group, before);
  const names = Object.keys(now);
  const isSame =
    names.length === Object.keys(before).length &&
    names.every((name) => now[name] === before[name]);
  if (!isSame) turn.change(group.name, (part) => ({ ...part, inSync: now }));
}

function inSyncNow(
  turn: Turn,
  group: GroupPart,
  before: Readonly<Record<NodeName, string>>,
): Readonly<Record<NodeName, string>> {
  const { evidence } = turn.local(group.name);
  const now: Record<NodeName, string> = {};
  for (const { name } of group.nodes) {
    const { info, linkSeenUp } = candidateOf(evidence, name, turn.now);
    const runId = linkSeenUp ? info?.runId : before[name];
    if (runId !== undefined) now[name] = runId;
  }
  return now;
}
