/**
 * Questions of clients, a few hundred a second and one each turn of the event loop: whoever asks as fast as
 * it can waits behind what peers and nodes say, and not the other way round.
 *
 * Of one caller only some wait at a time. What is too much is refused late: a caller has so many calls under
 * way and no more, so that it is slowed down by each that it has to wait for. Refusals, too, are given one each turn:
 * what came at once would be due at once.
 */
import { OneByOne } from "../one-by-one.ts";

export interface Question {
  /** As gRPC names the other end of its call. */
  readonly peer: string;
  /** Must not throw, as the other one. */
  readonly answer: () => void;
  readonly refuse: () => void;
}

const MOST_WAITING = 128;
const MOST_OF_ONE = 16;
const PER_SECOND = 400;
const AT_ONCE = 32;
export const REFUSED_AFTER_MS = 500;

export class Turns {
  readonly #waiting: Question[] = [];
  readonly #ofPeer = new Map<string, number>();
  readonly #refusals = new OneByOne();
  #isRunning = false;
  /** How many may still be answered at once, as of `#at`. */
  #left = AT_ONCE;
  #at = performance.now();

  take(question: Question): void {
    const ofPeer = this.#ofPeer.get(question.peer) ?? 0;
    if (this.#waiting.length >= MOST_WAITING || ofPeer >= MOST_OF_ONE) {
      setTimeout(() => this.#refusals.run(question.refuse), REFUSED_AFTER_MS).unref();
      return;
    }
    this.#waiting.push(question);
    this.#ofPeer.set(question.peer, ofPeer + 1);
    if (!this.#isRunning) this.#next();
  }

  #next(): void {
    this.#isRunning = this.#waiting.length > 0;
    if (!this.#isRunning) return;
    const now = performance.now();
    this.#left = Math.min(AT_ONCE, this.#left + ((now - this.#at) * PER_SECOND) / 1_000);
    this.#at = now;
    if (this.#left >= 1) setImmediate(() => this.#answer());
    else setTimeout(() => this.#next(), 1_000 / PER_SECOND);
  }

  #answer(): void {
    const question = this.#waiting.shift();
    if (question !== undefined) {
      this.#left -= 1;
      this.#leave(question.peer);
      question.answer();
    }
    this.#next();
  }

  #leave(peer: string): void {
    const left = (this.#ofPeer.get(peer) ?? 1) - 1;
    if (left === 0) this.#ofPeer.delete(peer);
    else this.#ofPeer.set(peer, left);
  }
}
