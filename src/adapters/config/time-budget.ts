/**
 * How long clients go without a master, by what the settings say: each kind of fault as the sum of
 * what passes one after the other. `mmm doctor`, `mmm config check` and docs/doctor.md have their
 * figures from here.
 */
import { DEFAULT_TIMERS } from "../../core/consensus/types.ts";
import type { GroupSettings } from "../../core/settings.ts";
import { ACTING_MS, leaseArithmetic, silenceMs } from "./lease-arithmetic.ts";

export interface Span {
  readonly what: string;
  readonly ms: number;
}

export interface Budget {
  /** `its process dies` */
  readonly fault: string;
  readonly spans: readonly Span[];
}

/** Votes and the first round of a new leader, on a slow local network. */
const ROUNDS_MS = 200;
const ROUND_TRIPS_OF_ELECTION = 4;
/**
 * Commits, comparing the replicas, promoting, pointing clients and claiming, one after the other.
 * Measured: docs/performance.md, "Sites that are far from each other".
 */
const ROUND_TRIPS_OF_ACTING = 13;

export interface Place {
  /** Between the farthest two hosts, there and back; 0: they are near each other. */
  readonly rttMs?: number;
  /** Without one there is nothing to wait for: nothing ends the service of an old master. */
  readonly hasVip?: boolean;
}

/** The most ordinary first; the last is the worst case. */
export function timeBudgets(
  settings: GroupSettings,
  { rttMs = 0, hasVip = true }: Place = {},
): readonly Budget[] {
  const { downAfterMs, probeIntervalMs, restartGraceMs, leaseBackend } = settings;
  const detectMs = downAfterMs + probeIntervalMs;
  const detection = { what: "detect", ms: detectMs };
  const act = {
    what: hasVip ? "promote and move the address" : "promote",
    ms: ACTING_MS + ROUND_TRIPS_OF_ACTING * rttMs,
  };
  const refused = { what: "detect", ms: Math.max(restartGraceMs, probeIntervalMs) };
  const budgets = [
    { fault: "its process dies", spans: [refused, act] },
    { fault: "it hangs", spans: [detection, act] },
  ];
  if (!hasVip) return [...budgets, ...withoutVip(detectMs, electionMs(rttMs), act)];
  if (leaseBackend === "off") return budgets;
  const { waitMs } = leaseArithmetic(settings);
  const notice = { what: "notice", ms: silenceMs(settings, rttMs) };
  const elect = { what: "elect a leader", ms: electionMs(rttMs) };
  return [
    ...budgets,
    { fault: "its host is unplugged", spans: [...unplugged(detectMs, notice, waitMs), act] },
    {
      fault: "its host is unplugged, and the leader with it",
      spans: [...unplugged(detectMs, elect, waitMs), act],
    },
  ];
}

/** A leader is elected while the others count how long the master has been silent. */
function withoutVip(detectMs: number, electMs: number, act: Span): readonly Budget[] {
  const longer =
    electMs > detectMs ? { what: "elect a leader", ms: electMs } : { what: "detect", ms: detectMs };
  return [
    { fault: "its host is unplugged", spans: [{ what: "detect", ms: detectMs }, act] },
    { fault: "its host is unplugged, and the leader with it", spans: [longer, act] },
  ];
}

/** The waiting time runs while the failure is still being detected; the longer of the two counts. */
function unplugged(detectMs: number, untilMarked: Span, waitMs: number): readonly Span[] {
  if (detectMs >= untilMarked.ms + waitMs) return [{ what: "detect", ms: detectMs }];
  return [untilMarked, { what: "wait until the lease is over for certain", ms: waitMs }];
}

function electionMs(rttMs: number): number {
  const { electionMs: silenceMs, jitterMs } = DEFAULT_TIMERS;
  return silenceMs + jitterMs + ROUNDS_MS + ROUND_TRIPS_OF_ELECTION * rttMs;
}

export function totalMs({ spans }: Budget): number {
  return spans.reduce((sum, { ms }) => sum + ms, 0);
}

/** `3.4 s = elect a leader 1.6 s + wait … 1.7 s + promote and move the address 0.1 s` */
export function showBudget(budget: Budget): string {
  const parts = budget.spans.map(({ what, ms }) => `${what} ${seconds(ms)}`);
  return `${seconds(totalMs(budget))} = ${parts.join(" + ")}`;
}

/** All of them in one line, and the worst with what it is made of in another. */
export function showBudgets(settings: GroupSettings, place: Place = {}): readonly string[] {
  const budgets = timeBudgets(settings, place);
  const each = budgets.map((one) => `${seconds(totalMs(one))} if ${one.fault}`);
  const worst = budgets.at(-1);
  return [
    `without a master for about ${each.join(", ")}`,
    ...(worst === undefined ? [] : [`at worst ${showBudget(worst)}`]),
  ];
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
