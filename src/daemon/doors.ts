/**
 * What the read-only doors are told: the monitor's status, the newest of its journal, and what the
 * process itself costs. Made when they ask; whatever is counted in between costs a few additions.
 */
import type { ProcessFacts, Snapshot } from "../adapters/http/snapshot.ts";
import type { Local, OwnDoor } from "../adapters/config/types.ts";
import type { JournalSummary } from "../adapters/store/journal-summary.ts";
import type { Status } from "../core/status-types.ts";
import type { Doors, DoorSettings } from "../front/protocol.ts";
import type { Log } from "../ports.ts";
import { VERSION } from "../version.ts";
import type { Front } from "./front.ts";
import { historyEntry } from "./history.ts";
import { Lateness } from "./lateness.ts";

export interface Told {
  readonly status: () => Status;
  readonly summary: JournalSummary;
  readonly log: Log;
}

export class ReadOnlyDoors {
  readonly #lateness = new Lateness();
  #doors: Doors;
  #told: Told | null = null;
  #front: Front | null = null;
  #last: Promise<void> = Promise.resolve();

  constructor(doors: Local["doors"]) {
    this.#doors = doorsOf(doors);
  }

  /** Nothing is counted for nobody. */
  readonly onWake = (lateMs: number): void => {
    if (this.#front !== null) this.#lateness.observe(lateMs);
  };

  readonly onCommitted = (): void => this.#front?.changed();

  /** Why they are not as they should be. */
  get troubles(): readonly string[] {
    return this.#front?.troubles ?? [];
  }

  async open(told: Told): Promise<void> {
    this.#told = told;
    await this.#settle();
  }

  /** As the file says now: what is new is opened before what was is closed. */
  async use(doors: Local["doors"]): Promise<void> {
    this.#doors = doorsOf(doors);
    await this.#settle();
  }

  /** One after the other: to load what serves them takes a moment, and one thread is to do so. */
  #settle(): Promise<void> {
    const settling = this.#last.then(() => this.#settleNow());
    this.#last = settling.catch(() => undefined);
    return settling;
  }

  async #settleNow(): Promise<void> {
    if (this.#told === null) return;
    if (this.#doors.http === null && this.#doors.sentinel === null) {
      this.#front?.stop();
      this.#front = null;
    } else if (this.#front !== null) this.#front.use(this.#doors);
    else await this.#start(this.#told);
  }

  async #start(told: Told): Promise<void> {
    const { Front } = await import("./front.ts");
    const snapshot = () => this.#snapshot(told);
    this.#front = new Front({ doors: this.#doors, snapshot, log: told.log });
    this.#front.start();
  }

  #snapshot({ status, summary }: Told): Snapshot {
    const now = status();
    return {
      status: now,
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

/** As they go to their thread, which can be given plain data only. */
function doorsOf({ http, sentinel }: Local["doors"]): Doors {
  return {
    http: http && plain(http),
    sentinel: sentinel && { ...plain(sentinel), answer: sentinel.answer },
  };
}

function plain({ host, port, where, secret }: OwnDoor): DoorSettings {
  return { host, port, where, secret: secret?.reveal() ?? null };
}
