/**
 * One deadline for everything that belongs to one attempt: connecting, greeting and asking share
 * it, so that an attempt never takes longer than its caller was promised.
 */

/** What `within` yields when the time was up first. */
export const LATE: unique symbol = Symbol("late");

export class Deadline {
  readonly #at: number;

  constructor(ms: number) {
    this.#at = performance.now() + ms;
  }

  /** Milliseconds left, never negative. */
  get remainingMs(): number {
    return Math.max(0, this.#at - performance.now());
  }

  /**
   * The work's value, or `LATE`. After a stall of this process the timer is due *and* the answer
   * lies in the socket's buffer; Node runs timers first. Deciding only after the next poll of the
   * sockets (`setImmediate`) keeps our own stall from looking like the node's silence.
   */
  within<T>(work: Promise<T>): Promise<T | typeof LATE> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => setImmediate(resolve, LATE), this.remainingMs);
      work.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }
}
