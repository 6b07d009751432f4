/** What a soak prints, and the JSON file that it leaves. */
import type { Injected } from "./injector.ts";
import { type RoundRecord, type Verdict, WHOLE_WITHIN_S } from "./record.ts";

export interface Report {
  readonly seed: number;
  readonly settings: string;
  readonly started_at: string;
  readonly minutes: number;
  readonly rounds: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly failovers: number;
  readonly switchovers: number;
  readonly undone: number;
  readonly worst_gap_ms: number;
  readonly acknowledged: number;
  readonly lost: number;
  readonly losses: readonly {
    readonly count: number;
    readonly from_s: number;
    readonly to_s: number;
    readonly reason: string;
  }[];
  readonly overlaps: number;
  readonly observer_longest_stall_ms: number;
  readonly whole_within_s: number;
  readonly whole_after_s: readonly (number | null)[];
  readonly problems: readonly string[];
}

export interface Soak {
  readonly seed: number;
  readonly settings: string;
  readonly startedAt: string;
  readonly minutes: number;
  readonly rounds: readonly RoundRecord[];
  readonly verdict: Verdict;
}

export function toReport({ seed, settings, startedAt, minutes, rounds, verdict }: Soak): Report {
  const last = rounds.at(-1);
  const moves = rounds.flatMap((round) => round.moves);
  const done = (kind: string) =>
    moves.filter((move) => move.kind === kind && move.result === "ok").length;
  return {
    seed,
    settings,
    started_at: startedAt,
    minutes: Math.round(minutes * 10) / 10,
    rounds: rounds.length,
    faults: counts(rounds.flatMap(({ faults }) => faults)),
    failovers: done("failover"),
    switchovers: done("switchover"),
    undone: moves.filter(({ result }) => result !== "ok").length,
    worst_gap_ms: Math.max(0, ...rounds.map(({ gapMs }) => gapMs)),
    acknowledged: last?.writer.acknowledged ?? 0,
    lost: last?.writer.lost ?? 0,
    losses: verdict.losses.map(({ count, from_s, to_s, window }) => ({
      count,
      from_s,
      to_s,
      reason:
        window === null
          ? "a bug"
          : `asynchronous replication, failover ${window.move.epoch} from ${window.move.from} to ${window.move.to}`,
    })),
    overlaps: last?.observer.overlaps.length ?? 0,
    observer_longest_stall_ms: last?.observer.longest_stall_ms ?? 0,
    whole_within_s: WHOLE_WITHIN_S,
    whole_after_s: rounds.map(({ wholeAfterS }) => wholeAfterS),
    problems: verdict.problems,
  };
}

export function roundLine(round: RoundRecord, verdict: Verdict): string {
  const { number, faults, moves, gapMs, wholeAfterS, writer } = round;
  const whole = wholeAfterS === null ? "NOT WHOLE" : `whole after ${wholeAfterS.toFixed(1)} s`;
  return (
    `round ${number}: ${faults.length} faults, ${moves.length} moves, ` +
    `worst gap ${(gapMs / 1_000).toFixed(1)} s, ${whole}; so far ${writer.acknowledged} acknowledged, ` +
    `${writer.lost} lost${verdict.isGood ? "" : `; ${verdict.problems.join("; ")}`}`
  );
}

export function toText(report: Report): string {
  const seconds = report.whole_after_s.map((s) => s?.toFixed(1) ?? "never");
  const reasons = Object.entries(lostBy(report.losses)).map(
    ([reason, count]) => `  ${count} by ${reason}`,
  );
  return [
    "",
    `seed ${report.seed}: ${report.settings}`,
    ...Object.entries(report.faults).map(
      ([kind, count]) => `  ${String(count).padStart(3)} ${kind}`,
    ),
    `minutes ${report.minutes}, rounds ${report.rounds}, failovers ${report.failovers}, switchovers ` +
      `${report.switchovers}, undone ${report.undone}`,
    `longest time that one writer waited: ${(report.worst_gap_ms / 1_000).toFixed(1)} s`,
    `writes acknowledged ${report.acknowledged}, lost ${report.lost}`,
    ...reasons,
    `two hosts served at once: ${report.overlaps} times (longest stall of the observer ` +
      `${report.observer_longest_stall_ms} ms)`,
    `whole again after ${seconds.join(", ")} s (bound: ${report.whole_within_s} s)`,
    report.problems.length === 0 ? "GOOD" : `NOT GOOD: ${report.problems.join("; ")}`,
    "",
  ].join("\n");
}

function counts(faults: readonly Injected[]): Readonly<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const { fault } of faults) found[fault.kind] = (found[fault.kind] ?? 0) + 1;
  return Object.fromEntries(Object.entries(found).toSorted(([a], [b]) => a.localeCompare(b)));
}

function lostBy(losses: Report["losses"]): Readonly<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const { reason, count } of losses) found[reason] = (found[reason] ?? 0) + count;
  return found;
}
