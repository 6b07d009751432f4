/**
 * The deadlines of what is under way. Most of it ends long before, so there is no event for each: those
 * of one length line up in the order of their ends, and one event waits for the first that is left.
 */
import type { Scheduler } from "./network.ts";

interface Deadline {
  readonly at: number;
  readonly id: number;
}

interface Line {
  waiting: Deadline[];
  armed: boolean;
}

export class Deadlines {
  readonly #scheduler: Scheduler;
  readonly #expire: (id: number) => void;
  readonly #isUnderWay: (id: number) => boolean;
  #lines = new Map<number, Line>();

  constructor(
    scheduler: Scheduler,
    isUnderWay: (id: number) => boolean,
    expire: (id: number) => void,
  ) {
    this.#scheduler = scheduler;
    this.#isUnderWay = isUnderWay;
    this.#expire = expire;
  }

  add(id: number, ms: number): void {
    let line = this.#lines.get(ms);
    if (line === undefined) this.#lines.set(ms, (line = { waiting: [], armed: false }));
    line.waiting.push({ at: this.#scheduler.now + ms, id });
    if (!line.armed) this.#arm(line, ms);
  }

  /** Whatever is under way is forgotten. */
  clear(): void {
    this.#lines = new Map();
  }

  #arm(line: Line, ms: number): void {
    line.armed = true;
    this.#scheduler.after(ms, () => this.#look(line));
  }

  #look(line: Line): void {
    line.armed = false;
    const { now } = this.#scheduler;
    const over = line.waiting.filter(({ at }) => at <= now);
    line.waiting = line.waiting.filter(({ at, id }) => at > now && this.#isUnderWay(id));
    const first = line.waiting[0];
    if (first !== undefined) this.#arm(line, first.at - now);
    for (const { id } of over) if (this.#isUnderWay(id)) this.#expire(id);
  }
}
