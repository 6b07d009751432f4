/** A few at a time, and none any more once the time is up. */
export class Limited {
  readonly #places: number;
  readonly #until: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  /** How many were not begun. */
  dropped = 0;

  constructor(places: number, limitMs: number) {
    this.#places = places;
    this.#until = performance.now() + limitMs;
  }

  /** null: its turn did not come in time. */
  async run<T>(work: () => Promise<T>): Promise<T | null> {
    if (this.#running >= this.#places) await new Promise<void>((turn) => this.#waiting.push(turn));
    this.#running += 1;
    try {
      if (performance.now() < this.#until) return await work();
      this.dropped += 1;
      return null;
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }
}
