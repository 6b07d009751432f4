import { appendFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FileJournal } from "../../../src/adapters/store/journal.ts";
import type { PastOperation } from "../../../src/core/state.ts";
import { historyEntry } from "../../../src/daemon/history.ts";
import type { JournalEntry, Log } from "../../../src/ports.ts";
import { tempDir } from "../../helpers/temp-dir.ts";

const silent: Log = { write: () => {}, event: () => {} };

function entry(version: number, changes: Partial<PastOperation> = {}): JournalEntry {
  const past: PastOperation = {
    epoch: { term: 3, version },
    kind: "failover",
    from: "db1",
    to: "db2",
    result: "ok",
    reason: "down",
    by: "mon2",
    requestId: null,
    votes: { mon1: { vote: "silent", reason: null, ageMs: 12.3 } },
    fencing: "lease-ended",
    startedAt: 0,
    durationMs: 2_300.4,
    phases: [{ name: "fence", ms: 1_740.2 }],
    lostBytes: null,
    ...changes,
  };
  return { group: "main", past };
}

describe("the journal", () => {
  it("keeps each operation once, over restarts too", async () => {
    await using dir = await tempDir();
    new FileJournal(dir.path, silent).record([entry(1), entry(2)]);
    const again = new FileJournal(dir.path, silent);
    again.record([entry(2), entry(3)]);
    expect(again.read()).toEqual([entry(1), entry(2), entry(3)]);
  });

  it("of an earlier cluster, put here, hides nothing of this one that has the same epoch", async () => {
    await using dir = await tempDir();
    const journal = new FileJournal(dir.path, silent);
    journal.record([entry(1), entry(1, { startedAt: 900 })]);
    expect(journal.read()).toHaveLength(2);
  });

  it("skips lines that a crash cut short, or that are not its own, and goes on behind them", async () => {
    await using dir = await tempDir();
    const journal = new FileJournal(dir.path, silent);
    journal.record([entry(1)]);
    const odd = [
      { ...entry(7).past, phases: 3 },
      { ...entry(7).past, startedAt: 1e300 },
      { ...entry(7).past, votes: { mon1: null } },
    ];
    const lines = odd.map((past) => `${JSON.stringify({ group: "main", past })}\n`).join("");
    const file = join(dir.path, "journal.jsonl");
    appendFileSync(file, `${lines}[1]\n{"group":"main","past":{"epo`);
    // As a peer told it.
    journal.record(odd.map((past) => ({ group: "main", past }) as never));
    journal.record([entry(2)]);
    expect(new FileJournal(dir.path, silent).read()).toEqual([entry(1), entry(2)]);
  });

  it("is bounded: the oldest of a long life are dropped", async () => {
    await using dir = await tempDir();
    const journal = new FileJournal(dir.path, silent, 2_000);
    for (let version = 1; version <= 100; version += 1) journal.record([entry(version)]);
    const kept = journal.read().map(({ past }) => past.epoch.version);
    expect(kept.at(-1)).toBe(100);
    expect(kept).toEqual(kept.toSorted((a, b) => a - b));
    expect(kept.length).toBeLessThan(20);
    expect(statSync(join(dir.path, "journal.jsonl")).size).toBeLessThan(3_000);
  });

  it("tells the page and the metrics of the last failover, whatever was said since", async () => {
    await using dir = await tempDir();
    const journal = new FileJournal(dir.path, silent);
    const words = Array.from({ length: 200 }, (_, index) =>
      entry(index + 2, { kind: "offline", startedAt: index + 2 }),
    );
    journal.record([entry(1, { startedAt: 1 }), ...words]);
    const recent = journal.summary.recent.map(({ past }) => past.epoch.version);
    expect(recent[0]).toBe(1);
    expect(recent.slice(1)).toEqual(Array.from({ length: 50 }, (_, index) => 152 + index));
  });

  it("does no harm when it cannot be written, and says so", async () => {
    await using dir = await tempDir();
    writeFileSync(join(dir.path, "file"), "");
    const lines: string[] = [];
    const log: Log = {
      write: (level, event) => void lines.push(`${level} ${event}`),
      event: () => {},
    };
    new FileJournal(join(dir.path, "file"), log).record([entry(1)]);
    expect(lines).toEqual(["error journal.failed"]);
  });

  it("keeps no monitor from starting when it cannot be read, and says so", async () => {
    await using dir = await tempDir();
    mkdirSync(join(dir.path, "journal.jsonl"));
    const lines: string[] = [];
    const log: Log = {
      write: (level, event, text) => void lines.push(`${level} ${event} ${text}`),
      event: () => {},
    };
    const journal = new FileJournal(dir.path, log);
    expect(lines).toEqual([
      expect.stringMatching(/^error journal\.failed cannot read .*journal\.jsonl: EISDIR/),
    ]);
    expect(journal.has(entry(1))).toBe(false);
    expect(() => journal.read()).toThrow("EISDIR");
  });

  it("can be read by its owner only", async () => {
    await using dir = await tempDir();
    new FileJournal(dir.path, silent).record([entry(1)]);
    const file = join(dir.path, "journal.jsonl");
    expect(statSync(file).mode & 0o077).toBe(0);
    expect(readFileSync(file, "utf8").split("\n")).toHaveLength(2);
  });
});

describe("an entry of the history", () => {
  it("has the names of the contract", () => {
    expect(historyEntry(entry(7))).toEqual({
      group: "main",
      epoch: 7,
      term: 3,
      kind: "failover",
      from: "db1",
      to: "db2",
      result: "ok",
      started_at: "1970-01-01T00:00:00.000Z",
      duration_ms: 2_300,
      reason: "down",
      votes: { mon1: { vote: "silent", reason: null, age_ms: 12 } },
      fencing: "lease-ended",
      phases: [{ name: "fence", ms: 1_740 }],
      by: "mon2",
      lost_bytes: null,
    });
  });
});
