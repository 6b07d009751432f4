/** What of a journal is asked for again and again: the newest entries, and how many there are of each kind. */
import { newestOf } from "../../core/deeds.ts";
import type { JournalEntry } from "../../ports.ts";

/** Of what was done, and of what was said. */
const NEWEST = 50;

export interface OperationTotal {
  readonly group: string;
  readonly kind: string;
  readonly result: string;
  readonly count: number;
}

export class JournalSummary {
  #recent: readonly JournalEntry[] = [];
  readonly #totals = new Map<string, OperationTotal>();

  add(entries: readonly JournalEntry[]): void {
    for (const { group, past } of entries) {
      const key = `${group} ${past.kind} ${past.result}`;
      const count = (this.#totals.get(key)?.count ?? 0) + 1;
      this.#totals.set(key, { group, kind: past.kind, result: past.result, count });
    }
    const all = [...this.#recent, ...entries].toSorted(
      (a, b) => a.past.startedAt - b.past.startedAt,
    );
    this.#recent = newestOf(all, NEWEST, ({ past }) => past);
  }

  /** By their beginning, newest last. */
  get recent(): readonly JournalEntry[] {
    return this.#recent;
  }

  get totals(): readonly OperationTotal[] {
    return [...this.#totals.values()];
  }
}
