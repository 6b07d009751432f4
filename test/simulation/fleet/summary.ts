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
  /** Finished operations by kind and result, and broken promises. */
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
  for (const [name, times] of Object.entries(report.operations))
    summary.operations[name] = (summary.operations[name] ?? 0) + times;
  if (report.failure === null) return;
  summary.failures += 1;
  summary.rules[report.failure.rule] = (summary.rules[report.failure.rule] ?? 0) + 1;
}

export function describeSummary(
  summary: Summary,
  seconds: number,
  cores: number,
): readonly string[] {
  const minutes = summary.simulatedMs / 60_000;
  const perSecond = minutes / seconds;
  return [
    `${summary.seeds} seeds, ${minutes.toFixed(0)} simulated minutes in ${seconds.toFixed(1)} s: ` +
      `${perSecond.toFixed(1)} cluster-minutes per second, ${(perSecond / cores).toFixed(1)} on each of ${cores} cores`,
    `${summary.events} events, ${summary.turns} turns, ${summary.claims} claims, ` +
      `${summary.acknowledged} acknowledged writes, ${summary.checkedSwitchovers} switchovers checked`,
    `operations: ${JSON.stringify(summary.operations)}; needed a person: ${summary.human}; ` +
      `slowest to become whole: ${(summary.slowestMs / 1000).toFixed(1)} s`,
    `failures: ${summary.failures} ${JSON.stringify(summary.rules)}`,
  ];
}
