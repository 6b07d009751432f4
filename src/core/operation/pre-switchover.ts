/**
 * What the operator's `pre_switchover` says before a switchover that a person ordered, or that `prefer`
 * calls for, begins. It is asked when everything else would allow it, once for each, and nothing has been
 * touched while it thinks. When it has answered, everything is looked at again.
 */
import type { NodeName } from "../ids.ts";
import type { Waiting } from "../local.ts";
import { type GroupPart, nodeOf } from "../state.ts";
import { targetOf } from "../target.ts";
import type { Turn } from "../turn.ts";
import { dropErrand } from "./drop-errand.ts";
import { Work } from "./errand.ts";
import { type Consent, meaningOf } from "./pre-failover.ts";

/** Whose wish it is: an order, or the preference for a node. */
export type Asker = Pick<Waiting, "requestId" | "by">;

export interface Move {
  readonly from: NodeName;
  readonly to: NodeName;
}

export function consentToMove(
  turn: Turn,
  group: GroupPart,
  asker: Asker,
  { from, to }: Move,
): Consent {
  const hook = group.settings.preSwitchover;
  const node = nodeOf(group, from);
  if (hook === undefined || node === undefined) return { kind: "given" };
  const work = new Work(turn, group.name, scopeOf(asker));
  const task = work.task(`${from} to ${to}`, hook.timeoutMs, (id) => ({
    kind: "hook",
    id,
    target: targetOf(group.name, node),
    command: hook.command,
    facts: { hook: "pre_switchover", group: group.name, from, to, by: asker.by },
    deadlineMs: hook.timeoutMs,
  }));
  if (task.finishedAt === null) return { kind: "awaited" };
  forgetMove(turn, group, asker);
  return meaningOf(hook, task.outcome, "pre_switchover");
}

/** What was said of one order says nothing of the next. */
export function forgetMove(turn: Turn, group: GroupPart, asker: Asker): void {
  dropErrand(turn, group.name, scopeOf(asker), group.nodes);
}

function scopeOf({ requestId }: Asker): string {
  return `pre-switchover ${requestId}`;
}
