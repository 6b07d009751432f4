/** What many ask for at once is done in turns of the event loop of their own: timers, peers and nodes come between. */
export class OneByOne {
  readonly #jobs: (() => void)[] = [];

  /** @param job must not throw */
  run(job: () => void): void {
    this.#jobs.push(job);
    if (this.#jobs.length === 1) setImmediate(() => this.#next());
  }

  #next(): void {
    this.#jobs[0]?.();
    this.#jobs.shift();
    if (this.#jobs.length > 0) setImmediate(() => this.#next());
  }
}
