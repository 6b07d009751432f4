import { describe, expect, it } from "vitest";
import { type LogLine, phasesOf } from "../../bench/phases.ts";

const WALL_S = Date.parse("2026-01-01T00:00:00.000Z") / 1_000;

function at(ms: number): string {
  return new Date(WALL_S * 1_000 + ms).toISOString();
}

/** The monotonic clock shows 100 s when the wall clock shows WALL_S. */
const OFFSET_S = WALL_S - 100;

function writing(fromMs: number, connectedMs: number, toMs: number) {
  return {
    gap: { fromS: 100 + fromMs / 1_000, toS: 100 + toMs / 1_000 },
    connectedS: 100 + connectedMs / 1_000,
  };
}

const FAILOVER: readonly LogLine[] = [
  { time: at(90), event: "verdict.changed", from: "healthy" },
  { time: at(102), event: "verdict.changed", from: "suspect" },
  { time: at(110), event: "operation.phase", phase: "fence" },
  { time: at(150), event: "vip.released" },
  { time: at(170), event: "operation.phase", phase: "promote" },
  { time: at(200), event: "operation.phase", phase: "claim" },
];

describe("the phases of a gap", () => {
  it("follow each other, and add up to the gap", () => {
    const phases = phasesOf(FAILOVER, WALL_S + 0.105, writing(0, 230, 232), OFFSET_S);
    expect(phases.map(({ name, ms }) => `${name} ${Math.round(ms)}`)).toEqual([
      "detect 90",
      "decide 15",
      "commit 5",
      "fence 40",
      "freeze, choose 20",
      "promote 30",
      "claim 30",
      "first write 2",
    ]);
    expect(phases.reduce((total, { ms }) => total + ms, 0)).toBeCloseTo(232, 0);
  });

  it("leave out what happened before the gap began, as in a switchover", () => {
    const log: readonly LogLine[] = [
      { time: at(300), event: "operation.phase", phase: "prepare" },
      { time: at(420), event: "operation.phase", phase: "handover" },
      { time: at(430), event: "verdict.changed", from: "healthy" },
      { time: at(440), event: "operation.phase", phase: "claim" },
    ];
    const phases = phasesOf(log, WALL_S + 0.29, writing(400, 455, 456), OFFSET_S);
    expect(phases.map(({ name, ms }) => `${name} ${Math.round(ms)}`)).toEqual([
      "prepare 20",
      "promote 20",
      "claim 15",
      "first write 1",
    ]);
  });

  it("count an election where a leader is missing, and an attempt that begins again once", () => {
    const log: readonly LogLine[] = [
      { time: at(50), event: "role.changed", role: "leader" },
      ...FAILOVER,
      { time: at(205), event: "operation.phase", phase: "promote" },
    ];
    const phases = phasesOf(log, WALL_S + 0.105, writing(0, 230, 232), OFFSET_S);
    expect(phases[0]).toEqual({ name: "elect", ms: 50 });
    expect(phases.filter(({ name }) => name === "freeze, choose")).toHaveLength(1);
  });
});
