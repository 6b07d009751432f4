/**
 * How much later than it asked for the monitor wakes up: what a busy machine, a long turn or a
 * collection of garbage cost. A monitor that is late votes late.
 */
import type { LatenessFacts } from "../adapters/http/snapshot.ts";

const LIMITS_MS = [2, 5, 20, 50, 100, 250, 500, 1_000, 2_500];

export class Lateness {
  readonly #counts = LIMITS_MS.map(() => 0);
  #count = 0;
  #sumMs = 0;

  observe(lateMs: number): void {
    const late = Math.max(0, lateMs);
    this.#count += 1;
    this.#sumMs += late;
    const bucket = LIMITS_MS.findIndex((limit) => late <= limit);
    if (bucket >= 0) this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
  }

  facts(): LatenessFacts {
    let within = 0;
    const buckets = LIMITS_MS.map((limitMs, at) => {
      within += this.#counts[at] ?? 0;
      return { limitMs, count: within };
    });
    return { buckets, count: this.#count, sumMs: this.#sumMs };
  }
}
