/**
 * Questions of clients, one each turn of the event loop: whoever asks as fast as it can waits behind what
 * peers and nodes say, and not the other way round. Too many at once are told to come again.
 */
import { setImmediate } from "node:timers";

const MOST_WAITING = 128;

export class Turns {
  readonly #waiting: (() => void)[] = [];
  #isRunning = false;

  /** false: there are too many already. `answer` must not throw. */
  take(answer: () => void): boolean {
    if (this.#waiting.length >= MOST_WAITING) return false;
    this.#waiting.push(answer);
    if (!this.#isRunning) this.#next();
    return true;
  }

  #next(): void {
    this.#isRunning = true;
    setImmediate(() => {
      this.#waiting.shift()?.();
      if (this.#waiting.length > 0) this.#next();
      else this.#isRunning = false;
    });
  }
}
