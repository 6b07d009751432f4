/**
 * What happened, for people: a bounded ring of lines, so that a failure can be read, and replayed
 * from its seed with every line printed.
 */
interface Entry {
  readonly trueTime: number;
  readonly who: string;
  readonly text: Text;
}

/** Most lines are never read: what is long in the making is made when it is, of what does not change until then. */
export type Text = string | (() => string);

export class Transcript {
  readonly #size: number;
  readonly #entries: Entry[] = [];
  #next = 0;
  /** Prints each line as it happens. */
  onLine: ((line: string) => void) | null = null;

  constructor(size = 300) {
    this.#size = size;
  }

  add(trueTime: number, who: string, text: Text): void {
    const entry = { trueTime, who, text };
    this.#entries[this.#next % this.#size] = entry;
    this.#next += 1;
    this.onLine?.(lineOf(entry));
  }

  /** Oldest first. */
  lines(): string[] {
    const start = this.#next <= this.#size ? 0 : this.#next % this.#size;
    return [...this.#entries.slice(start), ...this.#entries.slice(0, start)].map(lineOf);
  }
}

function lineOf({ trueTime, who, text }: Entry): string {
  return `${(trueTime / 1000).toFixed(4).padStart(10)}  ${who.padEnd(6)} ${typeof text === "string" ? text : text()}`;
}
