import { describe, expect, it } from "vitest";
import { plotOf } from "../../bench/plot.ts";
import { runOf } from "./records.ts";

const SENTINEL = runOf({ system: "Sentinel", gap_ms: 2_250 });

/** The words at the ticks of the time axis. */
function ticks(svg: string): readonly string[] {
  return [...svg.matchAll(/>(fault|[\d.]+ s)</g)].map((match) => match[1] ?? "");
}

describe("the plot of a fault", () => {
  it("shows both systems on one axis that begins at the fault and ends after the longer gap", () => {
    const svg = plotOf("a fault", [runOf(), SENTINEL]) ?? "";
    expect(svg).toContain("redis-mmm: 250 ms without a write, 0 lost");
    expect(svg).toContain("Sentinel: 2250 ms without a write, 0 lost");
    expect(ticks(svg)).toEqual([
      "fault",
      "0.5 s",
      "1 s",
      "1.5 s",
      "2 s",
      "2.5 s",
      "3 s",
      "3.5 s",
      "4 s",
    ]);
  });

  it("draws each step at its height, and comes back to nothing", () => {
    const run = runOf({ acknowledged_per_step: [3, 3, 0, 0, 5], lost_per_step: [0, 0, 0, 0, 0] });
    expect(plotOf("a fault", [run])).toContain('d="M0 0v3h2v-3h2v5h1V0z"');
  });

  it("draws the run with the median gap", () => {
    const runs = [100, 900, 300].map((gap_ms) => runOf({ gap_ms }));
    expect(plotOf("a fault", runs)).toContain("redis-mmm: 300 ms without");
  });

  it("marks what was lost, and only then", () => {
    const lost_per_step = Array.from({ length: 500 }, (_, step) => (step === 60 ? 4 : 0));
    const red = 'fill="#c62828"';
    expect(plotOf("a fault", [runOf({ lost: 4, lost_per_step })])).toContain(red);
    expect(plotOf("a fault", [runOf()])).not.toContain(red);
  });

  it("says where a run ended that the other outlived", () => {
    const long = runOf({
      system: "Sentinel",
      gap_from_s: 10,
      acknowledged_per_step: Array.from({ length: 2_000 }, () => 7),
    });
    const svg = plotOf("a fault", [runOf(), long]) ?? "";
    expect(svg.match(/end of this run/g)).toHaveLength(1);
  });

  it.each([
    ["nothing was ever acknowledged", runOf({ acknowledged_per_step: [0, 0, 0] })],
    ["there are no steps", runOf({ acknowledged_per_step: [], lost_per_step: [], gap_ms: 0 })],
  ])("has no NaN or Infinity in it when %s", (_why, run) => {
    const svg = plotOf("a fault", [run]);
    expect(svg).not.toBeNull();
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });

  it("of no run is none", () => {
    expect(plotOf("a fault", [])).toBeNull();
  });

  it("escapes what would not be XML", () => {
    expect(plotOf("a < b & c", [runOf()])).toContain("a &lt; b &amp; c");
  });
});
