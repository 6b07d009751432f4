/** Lets one in at a time, in order of arrival; who waits too long goes away. */
export class Turnstile {
  #taken = false;
  #queue: (() => void)[] = [];

  /** true: it is this caller's turn, and it must call `leave`. */
  enter(waitMs: number): Promise<boolean> {
    if (!this.#taken) {
      this.#taken = true;
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const admit = (): void => {
        clearTimeout(timer);
        resolve(true);
      };
      const timer = setTimeout(() => {
        this.#queue = this.#queue.filter((waiting) => waiting !== admit);
        resolve(false);
      }, waitMs);
      this.#queue.push(admit);
    });
  }

  leave(): void {
    const next = this.#queue.shift();
    if (next === undefined) this.#taken = false;
    else next();
  }
}
