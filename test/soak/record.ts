/**
 * What a soak has seen so far, and whether that is good. The judges are outside of what they judge:
 * the writers' own lists of acknowledged writes, and an observer with a cable to each host.
 */
import type { HistoryEntry } from "../../src/core/status-types.ts";
import type { ObserverReport, WriterReport } from "../helpers/lab.ts";
import type { Injected } from "./injector.ts";
import { type Disturbance, type Explained, explain, type Move } from "./losses.ts";

/** The cluster must be whole within this long after everything was mended. */
export const WHOLE_WITHIN_S = 30;

export interface RoundRecord {
  readonly number: number;
  readonly faults: readonly Injected[];
  readonly moves: readonly HistoryEntry[];
  /** Of the longest time without an acknowledgement, and when it began. */
  readonly gapMs: number;
  readonly gapFromS: number;
  /** null: not within the bound. */
  readonly wholeAfterS: number | null;
  readonly writer: WriterReport;
  readonly observer: ObserverReport;
}

export interface Verdict {
  readonly isGood: boolean;
  readonly problems: readonly string[];
  readonly losses: readonly Explained[];
}

/** Judges everything up to the last of these rounds. `wallMinusMonotonicS` places the history. */
export function judge(rounds: readonly RoundRecord[], wallMinusMonotonicS: number): Verdict {
  const last = rounds.at(-1);
  if (last === undefined) return { isGood: false, problems: ["no round was run"], losses: [] };
  const losses = explain(
    last.writer.lost_stretches,
    movesOf(rounds, wallMinusMonotonicS),
    rounds.flatMap(({ faults }) => faults.flatMap(disturbancesOf)),
    last.observer.hosts.map(({ host }) => host),
  );
  const problems = [
    ...last.observer.overlaps.map(
      ({ hosts, ms, from }) => `${hosts.join(" and ")} served together for ${ms} ms, at ${from}`,
    ),
    ...losses
      .filter(({ window }) => window === null)
      .map(
        ({ count, from_s, to_s }) =>
          `${count} lost writes that nothing explains, ${from_s}–${to_s}`,
      ),
    ...rounds
      .filter(({ wholeAfterS }) => wholeAfterS === null)
      .map(({ number }) => `not whole ${WHOLE_WITHIN_S} s after round ${number} was mended`),
  ];
  return { isGood: problems.length === 0, problems, losses };
}

function movesOf(rounds: readonly RoundRecord[], wallMinusMonotonicS: number): readonly Move[] {
  return rounds.flatMap(({ moves }) =>
    moves.flatMap(({ kind, epoch, from, to, started_at, duration_ms }) => {
      if ((kind !== "failover" && kind !== "switchover") || from === null || to === null) return [];
      const fromS = Date.parse(started_at) / 1_000 - wallMinusMonotonicS;
      return [{ kind, epoch, from, to, fromS, toS: fromS + duration_ms / 1_000 }];
    }),
  );
}

function disturbancesOf({ fault, beganS, endedS }: Injected): readonly Disturbance[] {
  return fault.disturbs.map((node) => ({
    node,
    fromS: beganS,
    toS: endedS ?? Infinity,
    isSilent: fault.silences.includes(node),
  }));
}
