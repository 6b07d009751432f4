/**
 * Keeps this monitor's journal complete. The agreed state has the last few operations of each group;
 * what ended before those, while this monitor was away, only its peers remember. So each peer is asked
 * once after a start, and again when the oldest operation of a full list was news here.
 */
import { oldestOf } from "../core/deeds.ts";
import type { MonitorName } from "../core/ids.ts";
import { PAST_KEPT } from "../core/operation/outline.ts";
import type { Committed } from "../core/state.ts";
import type { HistoryEntry } from "../core/status-types.ts";
import type { Journal } from "../ports.ts";
import { finishedOperations, journalEntry } from "./history.ts";

/** The newest so many of a peer: more than anybody reads, and a message of bearable size. */
const ASKED_FOR = 500;

/** A monitor that answers, and where. */
export interface Neighbour {
  readonly name: MonitorName;
  readonly address: string;
}

/** @throws whatever keeps it from answering */
type Ask = (whom: Neighbour, limit: number) => Promise<readonly HistoryEntry[]>;

export class HistoryGaps {
  readonly #journal: Journal;
  readonly #ask: Ask;
  #answered = new Set<string>();
  #isAsking = false;

  constructor(journal: Journal, ask: Ask) {
    this.#journal = journal;
    this.#ask = ask;
  }

  /** What the agreed state says of the past. */
  record(committed: Committed): void {
    const isGap = committed.groups.some(({ name, past }) =>
      oldestOf(past, PAST_KEPT).some((oldest) => !this.#journal.has({ group: name, past: oldest })),
    );
    if (isGap) this.#answered = new Set();
    this.#journal.record(finishedOperations(committed));
  }

  /** Asks those of these monitors that have not answered yet, one after the other. Never rejects. */
  async fill(neighbours: readonly Neighbour[]): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    for (const each of neighbours) {
      if (!this.#answered.has(each.name)) await this.#fillFrom(each);
    }
    this.#isAsking = false;
  }

  async #fillFrom(whom: Neighbour): Promise<void> {
    const answered = this.#answered;
    try {
      const told = await this.#ask(whom, ASKED_FOR);
      this.#journal.record(told.flatMap((entry) => journalEntry(entry) ?? []));
      answered.add(whom.name);
    } catch {
      // Asked again in a while: nobody waits for it, and the status tells of peers that are silent.
    }
  }
}
