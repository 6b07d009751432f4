/** What one run says: the figures that its raw observations add up to. */
import type { HistoryEntry } from "../../src/core/status-types.ts";
import type { WriterRecord, WriterReport } from "../helpers/lab.ts";
import { type LogLine, type Phase, phasesOf } from "./phases.ts";
import { masterAgainMs } from "./redis-log.ts";
import type { Resyncs } from "./resyncs.ts";
import { type Gap, histogram, longestGap, rounded } from "./statistics.ts";
import type { StockRecord } from "./stock.ts";
import type { SystemName } from "./systems.ts";

export const STEP_S = 0.01;
export const SHOWN_BEFORE_S = 0.5;
const SHOWN_S = 25;
/** A writer that is back writes again within this time. */
const IS_OPEN_S = 0.3;

export interface Observation {
  readonly system: SystemName;
  readonly fault: string;
  readonly run: number;
  readonly startedAt: Date;
  /** Processes that wanted a processor, before the fault. */
  readonly load: number;
  readonly actor: string | null;
  /** In the end. */
  readonly master: string;
  readonly stock: readonly StockRecord[];
  /** Of the Redis that was master in the beginning. */
  readonly oldMasterLog: readonly string[];
  /** Seconds of the monotonic clock. */
  readonly struckS: number;
  readonly settledS: number;
  readonly stoppedS: number;
  readonly resyncs: Resyncs;
  readonly report: WriterReport;
  readonly record: WriterRecord;
  /** Of redis-mmm; else both are empty. */
  readonly log: readonly LogLine[];
  readonly history: readonly HistoryEntry[];
  readonly wallMinusMonotonicS: number;
}

export interface RunRecord {
  readonly system: SystemName;
  readonly fault: string;
  readonly run: number;
  readonly started_at: string;
  readonly load: number;
  readonly gap_ms: number;
  /** When it began, seconds after the fault. */
  readonly gap_from_s: number;
  /** The writer had not come back when it was stopped. */
  readonly gap_is_open: boolean;
  readonly acknowledged: number;
  readonly lost: number;
  readonly resyncs: Resyncs;
  /** From the fault until everybody stood where they must, to the half second of the looks. */
  readonly settled_s: number;
  /** How long the old master, started again as a master, stayed one; null: it was not. */
  readonly old_master_ms: number | null;
  readonly errors: Readonly<Record<string, number>>;
  /** The longest time after the fault in which the writer itself did not run. */
  readonly stalled_ms: number;
  /** Which monitor died with the master. */
  readonly actor: string | null;
  readonly stock: readonly StockRecord[];
  /** Of redis-mmm, where the gap's time went. */
  readonly phases: readonly Phase[];
  /** Acknowledged per 10 ms, from half a second before the fault until the writer was stopped; and of them lost. */
  readonly acknowledged_per_step: readonly number[];
  readonly lost_per_step: readonly number[];
}

export function toRecord(seen: Observation): RunRecord {
  const { record, struckS, stoppedS } = seen;
  const gap = longestGap(record.acknowledged_s, struckS, stoppedS);
  return {
    system: seen.system,
    fault: seen.fault,
    run: seen.run,
    started_at: seen.startedAt.toISOString(),
    load: rounded(seen.load, 2),
    gap_ms: rounded((gap.toS - gap.fromS) * 1_000, 1),
    gap_from_s: rounded(gap.fromS - struckS, 3),
    gap_is_open: gap.toS === stoppedS && gap.toS - gap.fromS > IS_OPEN_S,
    acknowledged: seen.report.acknowledged,
    lost: seen.report.lost,
    resyncs: seen.resyncs,
    settled_s: rounded(seen.settledS - struckS, 1),
    old_master_ms: masterAgainMs(seen.oldMasterLog),
    errors: seen.report.errors,
    stalled_ms: Math.max(0, ...stallsAfter(seen).map(({ ms }) => ms)),
    actor: seen.actor,
    stock: seen.stock,
    phases: phasesIn(seen, gap),
    acknowledged_per_step: perStep(record.acknowledged_s, seen),
    lost_per_step: perStep(record.lost_s, seen),
  };
}

function stallsAfter({ record, struckS, stoppedS }: Observation): WriterRecord["stalls"] {
  return record.stalls.filter(
    ({ from_s }) => from_s > struckS - SHOWN_BEFORE_S && from_s < stoppedS,
  );
}

/** Only of a gap that a move of the master made. */
function phasesIn(seen: Observation, gap: Gap): readonly Phase[] {
  const { record, log, history, wallMinusMonotonicS } = seen;
  const connectedS = record.connected_s.findLast((at) => at > gap.fromS && at <= gap.toS);
  const fromWallS = gap.fromS + wallMinusMonotonicS;
  const toWallS = gap.toS + wallMinusMonotonicS;
  const startedS = history
    .filter(({ kind }) => kind === "failover" || kind === "switchover")
    .map(({ started_at }) => Date.parse(started_at) / 1_000)
    .find((at) => at >= fromWallS - 1 && at <= toWallS);
  if (connectedS === undefined || startedS === undefined) return [];
  return phasesOf(log, startedS, { gap, connectedS }, wallMinusMonotonicS);
}

function perStep(timesS: readonly number[], seen: Observation): readonly number[] {
  const { struckS, stoppedS } = seen;
  const shownS = SHOWN_BEFORE_S + Math.min(SHOWN_S, stoppedS - struckS);
  return histogram(timesS, struckS - SHOWN_BEFORE_S, STEP_S, Math.floor(shownS / STEP_S));
}
