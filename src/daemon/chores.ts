/**
 * What a monitor looks after now and then, and nobody waits for: whether its own file says what was
 * agreed on, what the others say of theirs, and whether its journal is whole.
 */
import type { ControlClient } from "../adapters/control/client.ts";
import type { MonitorName } from "../core/ids.ts";
import type { Committed } from "../core/state.ts";
import type { HistoryEntry } from "../core/status-types.ts";
import type { Journal } from "../ports.ts";
import { HistoryGaps, type Neighbour } from "./history-gaps.ts";

export interface ChoresOptions {
  readonly name: MonitorName;
  readonly journal: Journal;
  /** What this monitor's file says otherwise than this; empty: nothing. */
  readonly fileDiffers: (committed: Committed) => string;
  readonly clientOf: (monitor: Neighbour) => ControlClient;
  /** The peers that answer. */
  readonly answering: () => readonly Neighbour[];
}

const EVERY_MS = 5_000;
/** Of one peer. */
const HISTORY_LIMIT_MS = 2_000;

export class Chores {
  readonly #options: ChoresOptions;
  readonly #gaps: HistoryGaps;
  readonly #files = new Map<MonitorName, string>();
  #committed: Committed | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: ChoresOptions) {
    this.#options = options;
    this.#gaps = new HistoryGaps(options.journal, (whom, limit) => this.#ask(whom, limit));
  }

  start(): void {
    this.#timer = setInterval(() => this.#work(), EVERY_MS).unref();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  /** What this monitor's own file says otherwise than was agreed on. */
  get ownFile(): string {
    return this.#files.get(this.#options.name) ?? "";
  }

  /** The same of every monitor that said so. */
  get files(): Readonly<Record<MonitorName, string>> {
    return Object.fromEntries(this.#files);
  }

  /** What a peer says of its file. */
  heard(from: MonitorName, fileDiffers: string): void {
    if (fileDiffers === "") this.#files.delete(from);
    else this.#files.set(from, fileDiffers);
  }

  /** A newer state was agreed on. */
  record(committed: Committed): void {
    this.#committed = committed;
    this.#gaps.record(committed);
  }

  #work(): void {
    if (this.#committed === null) return;
    const { name, fileDiffers, answering } = this.#options;
    this.heard(name, fileDiffers(this.#committed));
    void this.#gaps.fill(answering());
  }

  async #ask(whom: Neighbour, limit: number): Promise<readonly HistoryEntry[]> {
    const client = this.#options.clientOf(whom);
    return await client.history(limit, "", HISTORY_LIMIT_MS).finally(() => client.close());
  }
}
