import { describe, expect, it } from "vitest";
import { phasesTableOf, rowsOf, tableOf } from "../../bench/summary.ts";
import { runOf } from "./records.ts";

const RUNS = [
  runOf({ gap_ms: 200 }),
  runOf({ gap_ms: 300, run: 2, resyncs: { full: 1, partial: 1 } }),
  runOf({ system: "Sentinel", gap_ms: 2_500, lost: 7 }),
];

describe("the table", () => {
  it("has a row per fault and system, with the ratio of the medians", () => {
    const [ours, theirs, ...more] = rowsOf(RUNS);
    expect(more).toEqual([]);
    expect(ours).toMatchObject({
      fault: "kill",
      system: "redis-mmm",
      gap: { median: 250, min: 200, max: 300, n: 2 },
      acknowledged: 2_000,
      lost: 0,
      full: 1,
      partial: 2,
      ratio: 10,
    });
    expect(theirs).toMatchObject({ system: "Sentinel", lost: 7, full: 0, partial: 1 });
  });

  it("says so when a writer had not come back", () => {
    const open = runOf({ system: "Sentinel", gap_is_open: true, gap_ms: 9_000 });
    expect(tableOf(rowsOf([open]))).toContain("9000 ms, not over");
  });

  it("names a fault once, whichever system comes first", () => {
    expect(tableOf(rowsOf(RUNS)).match(/kill -9 of the master/g)).toHaveLength(1);
    expect(tableOf(rowsOf(RUNS.slice(2)))).toContain("| kill -9 of the master |");
  });

  it("has no ratio where one system has no run", () => {
    const table = tableOf(rowsOf([runOf()]));
    expect(table).toContain("250 ms");
    expect(table).not.toMatch(/NaN|null|×/);
  });
});

describe("the table of phases", () => {
  it("has the median of each, and counts a phase that a run lacks as 0", () => {
    const runs = [
      runOf({ phases: [{ name: "detect", ms: 90 }] }),
      runOf({
        phases: [
          { name: "detect", ms: 110 },
          { name: "elect", ms: 30 },
        ],
      }),
    ];
    expect(phasesTableOf(runs)).toContain("detect 100 · elect 15");
  });

  it("leaves out faults that moved nothing", () => {
    expect(phasesTableOf([runOf()])).not.toContain("kill -9");
  });
});
