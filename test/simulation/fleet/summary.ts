/** What many runs add up to. */
import type { RunReport } from "../world/run.ts";

export interface Summary {
  seeds: number;
  simulatedMs: number;
  events: number;
  turns: number;
  claims: number;
  checkedSwitchovers: number;
  acknowledged: number;
  /** Runs in which a person had to help. */
  human: number;
  /** The longest time until a cluster was whole again. */
  slowestMs: number;
  failures: number;
  /** Faults by kind, finished operations by kind and result, and broken promises. */
  readonly faults: Record<string, number>;
  readonly operations: Record<string, number>;
  readonly rules: Record<string, number>;
}

export function emptySummary(): Summary {
  return {
    seeds: 0,
    simulatedMs: 0,
    events: 0,
    turns: 0,
    claims: 0,
    checkedSwitchovers: 0,
    acknowledged: 0,
    human: 0,
    slowestMs: 0,
    failures: 0,
    faults: {},
    operations: {},
    rules: {},
  };
}

export function addReport(summary: Summary, report: RunReport): void {
  summary.seeds += 1;
  summary.simulatedMs += report.simulatedMs;
  summary.events += report.events;
  summary.turns += report.turns;
  summary.claims += report.claims;
  summary.checkedSwitchovers += report.checkedSwitchovers;
  summary.acknowledged += report.acknowledged;
  summary.human += report.human ? 1 : 0;
  summary.slowestMs = Math.max(summary.slowestMs, report.wholeAfterMs);
  addUp(summary.faults, report.faults);
  addUp(summary.operations, report.operations);
  if (report.failure === null) return;
  summary.failures += 1;
  addUp(summary.rules, { [report.failure.rule]: 1 });
}

function addUp(sums: Record<string, number>, counts: Readonly<Record<string, number>>): void {
  for (const [name, times] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + times;
}

/** The most frequent first. */
function list(counts: Readonly<Record<string, number>>): string {
  const sorted = Object.entries(counts).toSorted(([, a], [, b]) => b - a);
  return sorted.map(([name, times]) => `${times} ${name}`).join(", ") || "none";
}

/** What a series took. */
export interface Effort {
  readonly seconds: number;
  /** Of all cores together: what counts where others work, too. */
  readonly cpuSeconds: number;
  readonly workers: number;
}

export function describeSummary(
  summary: Summary,
  { seconds, cpuSeconds, workers }: Effort,
): readonly string[] {
  const minutes = summary.simulatedMs / 60_000;
  const perSecond = minutes / seconds;
  const faults = Object.values(summary.faults).reduce((sum, times) => sum + times, 0);
  return [
    `${summary.seeds} seeds, ${minutes.toFixed(0)} simulated minutes in ${seconds.toFixed(1)} s: ` +
      `${perSecond.toFixed(1)} cluster-minutes per second, ${(perSecond / workers).toFixed(2)} in each of ${workers} threads, ` +
      `${(minutes / cpuSeconds).toFixed(2)} per second of a core`,
    `${summary.events} events, ${summary.turns} turns, ${summary.claims} claims, ` +
      `${summary.acknowledged} acknowledged writes, ${summary.checkedSwitchovers} switchovers checked`,
    `${faults} faults: ${list(summary.faults)}`,
    `operations: ${list(summary.operations)}; needed a person: ${summary.human}; ` +
      `slowest to become whole: ${(summary.slowestMs / 1000).toFixed(1)} s`,
    `failures: ${summary.failures}${summary.failures === 0 ? "" : ` (${list(summary.rules)})`}`,
  ];
}
