/** Waiting for something to become true, without guessing how long that takes. */

import { setTimeout as pause } from "node:timers/promises";
import { inspect } from "node:util";

export interface EventuallyOptions {
  /** Give up after this long. */
  readonly withinMs?: number;
  readonly everyMs?: number;
  /** What is waited for, for the message. */
  readonly what?: string;
}

/**
 * Polls until `isDone(value)`, and yields that value. At the deadline it looks for the last time, for this process
 * may have stood still until then, and throws, with that value (or error) in the message.
 */
export async function eventually<T>(
  read: () => T | Promise<T>,
  isDone: (value: T) => boolean,
  options: EventuallyOptions = {},
): Promise<T> {
  const { withinMs = 5_000, everyMs = 10, what = "the condition" } = options;
  const giveUpAt = performance.now() + withinMs;
  let last = "nothing was read";
  for (let isLast = false; ; ) {
    try {
      const value = await read();
      if (isDone(value)) return value;
      last = inspect(value, { depth: 4, breakLength: 120 });
    } catch (error) {
      last = `threw ${String(error)}`;
    }
    if (isLast) throw new Error(`${what}: not within ${withinMs} ms; last: ${last}`);
    await pause(everyMs);
    isLast = performance.now() >= giveUpAt;
  }
}
