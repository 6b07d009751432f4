/**
 * From what was heard of each target to what this monitor takes its own network for. An address is silent
 * only if ping itself says that nothing came back; a ping that says nothing, or cannot run, makes the whole
 * unknown. An address that never answered is no evidence: it may be a wrong one.
 */
import type { OwnNetwork } from "../../core/health/own-network.ts";

export interface TargetFacts {
  readonly target: string;
  /** When the ping that is asked now was started. */
  readonly since: number;
  readonly answeredAt: number | null;
  /** When ping last said that nothing came back. */
  readonly silentAt: number | null;
  /** What is wrong with ping itself; null: it works, or has not said anything yet. */
  readonly trouble: string | null;
}

export interface PingTimes {
  readonly intervalMs: number;
  /** Without an answer for so long a target is silent. */
  readonly silentMs: number;
}

/** `unsettled`: wait for the next line. `never`: it has not answered once. */
export type TargetState = "answers" | "silent" | "never" | "unsettled" | "unknown";

/** One answer may be lost, and the next one be on its way: two intervals, and the time that it takes. */
const LOST_ONE = 2.25;
/** Longer than anything that works is quiet. */
const QUIET_INTERVALS = 3;
const QUIET_MS = 1000;

/** Of `down_after`: an end to it before any node is down for this monitor. */
const SHARE = 0.75;
/** At most this share of `down_after` may be one interval, see `LOST_ONE`. */
export const INTERVAL_SHARE = 1 / 3;

export function silentMsFor(downAfterMs: number, intervalMs: number): number {
  return Math.max(downAfterMs * SHARE, intervalMs * LOST_ONE);
}

export function hungMs({ intervalMs }: PingTimes): number {
  return QUIET_INTERVALS * intervalMs + QUIET_MS;
}

/** When ping last said anything of the target; before that: when it was begun. */
function heardAt({ since, answeredAt, silentAt }: TargetFacts): number {
  return Math.max(since, answeredAt ?? since, silentAt ?? since);
}

export function isHung(facts: TargetFacts, times: PingTimes, now: number): boolean {
  return now - heardAt(facts) >= hungMs(times);
}

export function targetState(facts: TargetFacts, times: PingTimes, now: number): TargetState {
  const { answeredAt, silentAt, trouble } = facts;
  if (answeredAt !== null && now - answeredAt < times.silentMs) return "answers";
  if (trouble !== null || isHung(facts, times, now)) return "unknown";
  if (answeredAt === null) return silentAt === null ? "unsettled" : "never";
  return silentAt !== null && silentAt > answeredAt ? "silent" : "unsettled";
}

export function networkOf(
  all: readonly TargetFacts[],
  times: PingTimes,
  now: number,
  before: OwnNetwork,
): OwnNetwork {
  const states = all.map((facts) => ({ facts, state: targetState(facts, times, now) }));
  const inState = (wanted: TargetState): readonly TargetFacts[] =>
    states.filter(({ state }) => state === wanted).map(({ facts }) => facts);
  if (inState("answers").length > 0) return { is: "up", problem: null };
  const [broken] = inState("unknown");
  if (broken !== undefined) return { is: "unknown", problem: troubleOf(broken) };
  if (inState("unsettled").length > 0)
    return before.is === null ? { is: "unknown", problem: null } : before;
  const silent = inState("silent");
  const list = (facts: readonly TargetFacts[]) => facts.map(({ target }) => target).join(", ");
  if (silent.length === 0)
    return { is: "unknown", problem: `none of ping_ips has ever answered: ${list(all)}` };
  return { is: "down", problem: `no answer from ${list(silent)}` };
}

export function troubleOf({ target, trouble }: TargetFacts): string {
  return `${target}: ${trouble ?? "ping says nothing"}`;
}

/** When what is known means something else by its age alone; Infinity: it will not. */
export function nextLookAt(all: readonly TargetFacts[], times: PingTimes, now: number): number {
  const limits = all.flatMap((facts) => [
    (facts.answeredAt ?? -Infinity) + times.silentMs,
    heardAt(facts) + hungMs(times),
  ]);
  return Math.min(Infinity, ...limits.filter((at) => at > now));
}
