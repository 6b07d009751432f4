/**
 * What the read-only doors are told: the monitor's status, the newest of its journal, and what the
 * process itself costs. Made when they ask; whatever is counted in between costs a few additions.
 */
import type { ProcessFacts, Snapshot } from "../adapters/http/snapshot.ts";
import type { JournalSummary } from "../adapters/store/journal-summary.ts";
import type { Status } from "../core/status-types.ts";
import type { Doors } from "../front/protocol.ts";
import type { Log } from "../ports.ts";
import { VERSION } from "../version.ts";
import type { Front } from "./front.ts";
import { historyEntry } from "./history.ts";
import { Lateness } from "./lateness.ts";
import { isDegraded } from "./peer-status.ts";

export interface Told {
  readonly status: () => Status;
  readonly summary: JournalSummary;
  readonly log: Log;
}

export class ReadOnlyDoors {
  readonly #doors: Doors;
  readonly #lateness = new Lateness();
  #front: Front | null = null;

  constructor(doors: Doors) {
    this.#doors = doors;
  }

  get #isAny(): boolean {
    return this.#doors.http !== null || this.#doors.sentinel !== null;
  }

  /** Nothing is counted for nobody. */
  get onWake(): ((lateMs: number) => void) | undefined {
    return this.#isAny ? (lateMs) => this.#lateness.observe(lateMs) : undefined;
  }

  readonly onCommitted = (): void => this.#front?.changed();

  async open(told: Told): Promise<void> {
    if (!this.#isAny) return;
    const { Front } = await import("./front.ts");
    const snapshot = () => this.#snapshot(told);
    this.#front = new Front({ doors: this.#doors, snapshot, log: told.log });
    this.#front.start();
  }

  #snapshot({ status, summary }: Told): Snapshot {
    const now = status();
    return {
      status: now,
      degraded: isDegraded(now),
      version: VERSION,
      history: summary.recent.map(historyEntry),
      operations: summary.totals,
      process: this.#process(),
    };
  }

  #process(): ProcessFacts {
    const { user, system } = process.cpuUsage();
    return {
      cpuSeconds: (user + system) / 1e6,
      residentBytes: process.memoryUsage.rss(),
      startedAt: performance.timeOrigin / 1_000,
      busySeconds: performance.eventLoopUtilization().active / 1_000,
      lateness: this.#lateness.facts(),
    };
  }
}
