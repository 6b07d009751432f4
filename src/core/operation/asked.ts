/** What the orders that change a master have in common. */
import type { Waiting } from "../local.ts";
import type { GroupPart } from "../state.ts";
import type { Turn } from "../turn.ts";
import { runIdsOf } from "./admission.ts";
import { type Order, refused } from "./order.ts";

/** Why none can begin now; null: one can. */
export function busy(group: GroupPart): Order | null {
  if (group.master === null)
    return refused(`group ${group.name} has no master yet; mmm status says why`);
  if (group.operation === null) return null;
  const { kind, from, to, phase } = group.operation;
  return refused(
    `a ${kind} from ${from} to ${to ?? "a replica to be chosen"} is under way (phase ${phase})`,
  );
}

export function intentOf(turn: Turn, group: GroupPart, waiting: Waiting) {
  return {
    leader: turn.state.name,
    term: turn.term,
    by: waiting.by,
    acceptDataLoss: false,
    requestId: waiting.requestId,
    votes: {},
    runIds: runIdsOf(turn, group),
  };
}
