/** How a switchover passes its steps: waited for as long as each may take, and told of as they pass. */
import { type Running, turnBack } from "./common.ts";
import { courseOf, type Course, type Step } from "./switchover-steps.ts";

function courseIn({ group, op }: Running): Course {
  return courseOf(group, op.from, op.to ?? "");
}

/** A step is not done yet. True: it is to be gone on without; it turns back if that cannot be. */
export function awaitStep(running: Running, step: Step): boolean {
  if (running.work.since(step.key) <= step.limitMs(courseIn(running))) return false;
  if (step.otherwise === null) return true;
  giveUp(running, step);
  return false;
}

export function giveUp(running: Running, step: Step): void {
  const course = courseIn(running);
  if (step.otherwise !== null)
    turnBack(running, step.otherwise(course, Math.round(step.limitMs(course))));
}

/** Told once, with how long the operation has been on its way. */
export function passed(running: Running, step: Step): void {
  if (hasPassed(running, step)) return;
  const { turn, group, op, work } = running;
  work.reach(milestoneOf(step));
  const text = step.does(courseIn(running));
  const told = { group: group.name, operation: op.id, step: step.key, text };
  turn.report({ kind: "operation.step", ...told, sinceMs: work.ageMs });
}

/** In this attempt. */
export function hasPassed({ work }: Running, step: Step): boolean {
  return work.reached(milestoneOf(step)) !== undefined;
}

function milestoneOf({ key }: Step): string {
  return `told ${key}`;
}

/**
 * A guard answers when the tables are changed, and then runs programs: to look for what is left, to announce an address.
 * What is begun meanwhile on a busy machine comes before them, and before the clients who wait for them. True once that has
 * been so for `ms`, counted from the first time that this is asked; a turn comes by itself then.
 */
export function isCalm({ work, turn, group }: Running, since: string, ms: number): boolean {
  const calmAt = turn.now - work.since(since) + ms;
  if (turn.now >= calmAt) return true;
  turn.news.expect(group.name, calmAt);
  return false;
}
