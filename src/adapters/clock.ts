/**
 * The clocks and the randomness of this host. What decides is the monotonic clock, which nobody
 * can set; the wall clock is for people. It is watched all the same: a jump explains odd logs.
 */
import { randomInt } from "node:crypto";
import type { At } from "../core/ids.ts";
import type { Clock } from "../ports.ts";

const ENTROPY_BELOW = 2 ** 48 - 1;

export class SystemClock implements Clock {
  at(): At {
    return { now: performance.now(), wall: Date.now(), entropy: randomInt(ENTROPY_BELOW) };
  }
}

/** Less than this is the ordinary correction of a clock that runs a little fast or slow. */
const JUMP_MS = 500;

/** Notices when the wall clock moves otherwise than the monotonic one. */
export class ClockWatch {
  #last: Pick<At, "now" | "wall"> | null = null;

  /** By how much the wall clock was set, in milliseconds; null: it was not. */
  jumpSinceLast({ now, wall }: Pick<At, "now" | "wall">): number | null {
    const last = this.#last;
    this.#last = { now, wall };
    if (last === null) return null;
    const jump = wall - last.wall - (now - last.now);
    return Math.abs(jump) >= JUMP_MS ? Math.round(jump) : null;
  }
}
