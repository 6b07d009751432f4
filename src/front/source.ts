/**
 * Where the doors get the state of the cluster: however many ask, the monitor is asked at most a few
 * times a second, and one question at a time.
 */
import type { Snapshot } from "../adapters/http/snapshot.ts";

/** What is younger than this is given again … */
const FRESH_MS = 250;
/** … or than so many times what it took to get: of hundreds of groups there is much to tell. */
const SHARE = 10;
const OLDEST_MS = 5_000;
/** A monitor that takes longer stands still. */
const PATIENCE_MS = 2_000;

interface Waiting {
  readonly promise: Promise<Snapshot>;
  readonly settle: (snapshot: Snapshot) => void;
  readonly fail: (error: Error) => void;
}

export class Source {
  readonly #ask: () => void;
  #newest: { readonly snapshot: Snapshot; readonly at: number } | null = null;
  #waiting: Waiting | null = null;
  #askedAt = 0;
  #tookMs = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param ask makes the monitor send a snapshot to `take` */
  constructor(ask: () => void) {
    this.#ask = ask;
  }

  /** Rejects when the monitor does not answer in time. */
  readonly snapshot = (): Promise<Snapshot> => {
    if (this.#newest !== null && performance.now() - this.#newest.at < this.#freshMs)
      return Promise.resolve(this.#newest.snapshot);
    return (this.#waiting ?? this.#begin()).promise;
  };

  take(text: string): void {
    this.#tookMs = performance.now() - this.#askedAt;
    const snapshot = JSON.parse(text) as Snapshot;
    this.#newest = { snapshot, at: performance.now() };
    this.#end()?.settle(snapshot);
  }

  /** What is known is not the newest any more. */
  expire(): void {
    this.#newest = null;
  }

  /** How long the monitor took to answer the last question, in milliseconds. */
  get tookMs(): number {
    return this.#tookMs;
  }

  get #freshMs(): number {
    return Math.min(Math.max(FRESH_MS, SHARE * this.#tookMs), OLDEST_MS);
  }

  #begin(): Waiting {
    const waiting = deferred();
    this.#waiting = waiting;
    this.#timer = setTimeout(() => {
      this.#end()?.fail(new Error(`it has not answered for ${PATIENCE_MS} ms`));
    }, PATIENCE_MS);
    this.#askedAt = performance.now();
    this.#ask();
    return waiting;
  }

  #end(): Waiting | null {
    clearTimeout(this.#timer);
    const waiting = this.#waiting;
    this.#waiting = null;
    return waiting;
  }
}

function deferred(): Waiting {
  let settle: Waiting["settle"] = () => undefined;
  let fail: Waiting["fail"] = () => undefined;
  const promise = new Promise<Snapshot>((resolve, reject) => {
    settle = resolve;
    fail = reject;
  });
  return { promise, settle, fail };
}
