/** The end of an errand: what it learned is forgotten, and its connections are closed. */
import type { Node } from "../state.ts";
import { targetOf } from "../target.ts";
import type { Turn } from "../turn.ts";
import { ACTION_DEADLINE_MS } from "./errand.ts";

export function dropErrand(turn: Turn, group: string, scope: string, nodes: readonly Node[]): void {
  const local = turn.local(group);
  const errand = local.errands[scope];
  if (errand === undefined) return;
  const { [scope]: _, ...errands } = local.errands;
  turn.setLocal(group, { errands });
  for (const node of nodes) {
    const connection = errand.connections[node.name];
    if (connection === undefined || connection.stage === "broken") continue;
    const id = turn.state.nextId;
    turn.state.nextId = id + 1;
    turn.emit({
      kind: "redis",
      id,
      target: targetOf(group, node),
      connection: connection.name,
      action: { kind: "close" },
      deadlineMs: ACTION_DEADLINE_MS,
    });
  }
}
