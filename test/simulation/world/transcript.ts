/**
 * What happened, for people: a bounded ring of lines, so that a failure can be read, and replayed
 * from its seed with every line printed.
 */
export class Transcript {
  readonly #size: number;
  readonly #lines: string[] = [];
  #next = 0;
  /** Prints each line as it happens. */
  onLine: ((line: string) => void) | null = null;

  constructor(size = 300) {
    this.#size = size;
  }

  add(trueTime: number, who: string, text: string): void {
    const line = `${(trueTime / 1000).toFixed(4).padStart(10)}  ${who.padEnd(6)} ${text}`;
    this.#lines[this.#next % this.#size] = line;
    this.#next += 1;
    this.onLine?.(line);
  }

  /** Oldest first. */
  lines(): string[] {
    if (this.#next <= this.#size) return this.#lines.slice();
    const start = this.#next % this.#size;
    return [...this.#lines.slice(start), ...this.#lines.slice(0, start)];
  }
}
