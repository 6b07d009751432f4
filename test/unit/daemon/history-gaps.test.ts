import { describe, expect, it } from "vitest";
import { FileJournal } from "../../../src/adapters/store/journal.ts";
import type { Committed, GroupPart, PastOperation } from "../../../src/core/state.ts";
import type { HistoryEntry } from "../../../src/core/status-types.ts";
import { historyEntry, journalEntry } from "../../../src/daemon/history.ts";
import { HistoryGaps } from "../../../src/daemon/history-gaps.ts";
import type { Log } from "../../../src/ports.ts";
import { tempDir } from "../../helpers/temp-dir.ts";

const MON2 = { name: "mon2", address: "10.0.0.2:7400" };
const MON3 = { name: "mon3", address: "10.0.0.3:7400" };
const silent: Log = { write: () => {}, event: () => {} };

function operation(version: number, kind: PastOperation["kind"] = "switchover"): PastOperation {
  return {
    epoch: { term: 3, version },
    kind,
    from: "db1",
    to: "db2",
    result: "ok",
    reason: "asked for",
    by: "operator",
    requestId: null,
    votes: { mon1: { vote: "up", reason: null, ageMs: 12 } },
    fencing: "released",
    startedAt: 1_000 * version,
    durationMs: 30,
    phases: [{ name: "prepare", ms: 4 }],
    lostBytes: null,
  };
}

const told = (version: number): HistoryEntry =>
  historyEntry({ group: "main", past: operation(version) });

/** As it stands after so many operations: the last five of them. */
function after(count: number): Committed {
  const all = Array.from({ length: count }, (_, index) => operation(index + 1));
  const group = { name: "main", past: all.slice(-5) } as unknown as GroupPart;
  return { groups: [group] } as unknown as Committed;
}

async function aMonitor(ask: (monitor: string) => Promise<readonly HistoryEntry[]>) {
  const dir = await tempDir();
  const journal = new FileJournal(dir.path, silent);
  const gaps = new HistoryGaps(journal, ({ name }) => ask(name));
  const versions = () =>
    journal
      .read()
      .map(({ past }) => past.epoch.version)
      .toSorted((a, b) => a - b);
  return { gaps, versions, [Symbol.asyncDispose]: () => dir[Symbol.asyncDispose]() };
}

describe("the journal of a monitor that was away", () => {
  it("is completed by what its peers remember", async () => {
    const remembered: Record<string, readonly number[]> = { mon2: [2, 3, 4], mon3: [1, 2] };
    await using monitor = await aMonitor((name) =>
      Promise.resolve((remembered[name] ?? []).map(told)),
    );
    monitor.gaps.record(after(9));
    expect(monitor.versions()).toEqual([5, 6, 7, 8, 9]);
    await monitor.gaps.fill([MON2, MON3]);
    expect(monitor.versions()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it("asks each peer once, one that does not answer again, and all of them after another gap", async () => {
    const asked: string[] = [];
    await using monitor = await aMonitor((name) => {
      asked.push(name);
      return asked.length === 2 ? Promise.reject(new Error("no answer")) : Promise.resolve([]);
    });
    monitor.gaps.record(after(1));
    for (let i = 0; i < 3; i += 1) await monitor.gaps.fill([MON2, MON3]);
    expect(asked).toEqual(["mon2", "mon3", "mon3"]);
    monitor.gaps.record(after(2));
    await monitor.gaps.fill([MON2, MON3]);
    expect(asked).toHaveLength(3);
    monitor.gaps.record(after(20));
    await monitor.gaps.fill([MON2, MON3]);
    expect(asked.slice(3)).toEqual(["mon2", "mon3"]);
  });

  it("asks all of them for words that are missing, though no deed is", async () => {
    const asked: string[] = [];
    await using monitor = await aMonitor((name) => {
      asked.push(name);
      return Promise.resolve([]);
    });
    const deeds = after(3).groups[0]?.past ?? [];
    monitor.gaps.record(after(3));
    await monitor.gaps.fill([MON2]);
    const words = [14, 15, 16, 17, 18].map((version) => operation(version, "offline"));
    const group = { name: "main", past: [...deeds, ...words] } as unknown as GroupPart;
    monitor.gaps.record({ groups: [group] } as unknown as Committed);
    await monitor.gaps.fill([MON2]);
    expect(asked).toEqual(["mon2", "mon2"]);
  });

  it("takes from a peer only what makes sense", async () => {
    const bad = { ...told(1), started_at: "yesterday" };
    await using monitor = await aMonitor(() => Promise.resolve([bad, told(2)]));
    await monitor.gaps.fill([MON2]);
    expect(monitor.versions()).toEqual([2]);
  });

  it("loses nothing on the way from one monitor to another", () => {
    const entry = { group: "main", past: operation(7) };
    expect(journalEntry(historyEntry(entry))).toEqual(entry);
  });
});
