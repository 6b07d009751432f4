/**
 * Everything that a monitor tells at its read-only doors, as plain data: made by the monitor when one
 * of them asks, at most a few times a second.
 */
import type { GroupName } from "../../core/ids.ts";
import type { HistoryEntry, Status } from "../../core/status-types.ts";

export interface Snapshot {
  readonly status: Status;
  readonly version: string;
  /** The last operations, newest last. */
  readonly history: readonly HistoryEntry[];
  readonly operations: readonly OperationCount[];
  readonly process: ProcessFacts;
}

/** Of the journal of the monitor that tells it. */
export interface OperationCount {
  readonly group: GroupName;
  readonly kind: string;
  readonly result: string;
  readonly count: number;
}

export interface ProcessFacts {
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  /** Seconds since 1970. */
  readonly startedAt: number;
  /** How long the event loop of the deciding thread was busy since the start. */
  readonly busySeconds: number;
  readonly lateness: LatenessFacts;
}

/** How much later than asked for the monitor woke up. */
export interface LatenessFacts {
  /** How many wakings were at most that late: the limits in milliseconds, ascending. */
  readonly buckets: readonly { readonly limitMs: number; readonly count: number }[];
  readonly count: number;
  readonly sumMs: number;
}
