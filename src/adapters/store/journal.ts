/**
 * The long history of finished operations, this monitor's own: one JSON line each, appended. The
 * agreed state keeps only the last few of each group; this keeps them for years of ordinary use.
 *
 * It is no part of what is agreed on. So a line that cannot be read is skipped, and a journal that
 * cannot be read or written is told of and does no other harm. One rotation bounds its size.
 */
import { appendFileSync, existsSync, readFileSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { showStamp } from "../../core/stamp.ts";
import { messageOf } from "../../errors.ts";
import type { Journal, JournalEntry, Log } from "../../ports.ts";
import { entryIn } from "./journal-entry.ts";
import { JournalSummary } from "./journal-summary.ts";

/** Some 2,000 operations; twice that with the older file. */
const ROTATE_AT_BYTES = 2 * 1024 * 1024;

export class FileJournal implements Journal {
  readonly #file: string;
  readonly #older: string;
  readonly #log: Log;
  readonly #rotateAt: number;
  readonly #known: Set<string>;
  readonly summary = new JournalSummary();

  constructor(dataDir: string, log: Log, rotateAt: number = ROTATE_AT_BYTES) {
    this.#file = join(dataDir, "journal.jsonl");
    this.#older = join(dataDir, "journal.1.jsonl");
    this.#log = log;
    this.#rotateAt = rotateAt;
    const kept = this.#kept();
    this.#known = new Set(kept.map(keyOf));
    this.summary.add(kept);
  }

  record(entries: readonly JournalEntry[]): void {
    const fresh = entries.filter((entry) => {
      return entryIn(entry) !== null && !this.#known.has(keyOf(entry));
    });
    if (fresh.length === 0) return;
    for (const entry of fresh) this.#known.add(keyOf(entry));
    this.summary.add(fresh);
    try {
      this.#rotate();
      // A line that a crash cut short must not swallow the next one.
      const start = this.#endsMidLine() ? "\n" : "";
      const lines = fresh.map((entry) => `${JSON.stringify(entry)}\n`);
      appendFileSync(this.#file, start + lines.join(""), { mode: 0o600 });
    } catch (error) {
      this.#log.write("error", "journal.failed", `cannot write ${this.#file}: ${messageOf(error)}`);
    }
  }

  has(entry: JournalEntry): boolean {
    return this.#known.has(keyOf(entry));
  }

  read(): readonly JournalEntry[] {
    return [this.#older, this.#file].flatMap((file) => readLines(file)).flatMap(parse);
  }

  /** A monitor can do without it. */
  #kept(): readonly JournalEntry[] {
    try {
      return this.read();
    } catch (error) {
      this.#log.write("error", "journal.failed", `cannot read ${this.#file}: ${messageOf(error)}`);
      return [];
    }
  }

  #rotate(): void {
    if (!existsSync(this.#file) || statSync(this.#file).size < this.#rotateAt) return;
    renameSync(this.#file, this.#older);
  }

  #endsMidLine(): boolean {
    return existsSync(this.#file) && !/(^|\n)$/.test(readFileSync(this.#file, "utf8"));
  }
}

function keyOf({ group, past }: JournalEntry): string {
  // Another cluster, whose journal may have been put here, counted its epochs from the beginning, too.
  return `${group} ${past.kind} ${showStamp(past.epoch)} ${past.startedAt}`;
}

function readLines(file: string): readonly string[] {
  return existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
}

function parse(line: string): readonly JournalEntry[] {
  try {
    const entry = entryIn(JSON.parse(line));
    return entry === null ? [] : [entry];
  } catch {
    // Cut short by a crash.
    return [];
  }
}
