/**
 * The monotonic clock of one machine: it starts anywhere, runs up to some percent too fast or too
 * slow, and stands still while its virtual machine is stopped. Durations on it are what the kernel
 * and the monitors measure; nobody in the simulation sees true time.
 */
/** What everybody's wall clock shows when a simulation begins: in a simulation these agree. */
export const WALL_AT_START = 1_700_000_000_000;

export class LocalClock {
  readonly #offset: number;
  readonly #rate: number;
  #lost = 0;

  /** `rate`: local milliseconds per true millisecond. */
  constructor(offset: number, rate: number) {
    this.#offset = offset;
    this.#rate = rate;
  }

  local(trueTime: number): number {
    return this.#offset + (trueTime - this.#lost) * this.#rate;
  }

  /** The true time at which this clock will show `local`. */
  trueAt(local: number): number {
    return (local - this.#offset) / this.#rate + this.#lost;
  }

  /** True milliseconds that a local duration takes. */
  trueDuration(localMs: number): number {
    return localMs / this.#rate;
  }

  /** The machine was stopped for so long: its clock did not notice. */
  stoodStill(trueMs: number): void {
    this.#lost += trueMs;
  }
}
