/**
 * A master that is not down, so that no failover comes to its aid, and does not serve as it should: its disk is full, its
 * password is another one, or too few of the monitors reach it. A person has to look, and is told at night, too.
 */
import type { Verdict } from "./health/verdict.ts";
import { remembered } from "./remembered.ts";
import type { GroupPart } from "./state.ts";
import type { Turn } from "./turn.ts";

/** Longer than most restarts, and what a script may take. */
const TOLD_AFTER_MS = 10_000;

const unwellAlarm = remembered((name) => `${name}: master`);

export function tellUnwell(turn: Turn, group: GroupPart, verdict: Verdict): void {
  const isFree = group.operation === null && group.pause === undefined;
  const isUnwell = isFree && isUnderDebate(verdict);
  const lasted = turn.lasting(group.name, "unwell", isUnwell);
  turn.alarm(unwellAlarm(group.name), lasted > TOLD_AFTER_MS ? verdict.text : null);
}

/** No majority finds it up, and none down. Of what else may be wrong other alarms tell. */
function isUnderDebate(verdict: Verdict): boolean {
  const isOpen =
    verdict.kind === "suspect" || verdict.kind === "undecided" || verdict.kind === "unreachable";
  return isOpen && verdict.tally !== undefined && verdict.tally.up < verdict.tally.quorum;
}
