/** What the agreed state remembers of the past: little, and what people said takes no place from what was done. */
import { describe, expect, it } from "vitest";
import { incident, lastDeed, PAST_KEPT, withPast } from "../../../../src/core/operation/outline.ts";
import type { GroupPart, PastOperation } from "../../../../src/core/state.ts";
import { group } from "../health/build.ts";

function entry(kind: PastOperation["kind"], version: number): PastOperation {
  const stamp = { term: 1, version };
  return incident({ kind, by: "ann@ops", reason: "asked for" }, stamp, version * 1_000);
}

function after(kinds: readonly PastOperation["kind"][]): GroupPart {
  const entries = kinds.map((kind, index) => entry(kind, index + 1));
  return entries.reduce(withPast, { ...group(), past: [] });
}

const versions = ({ past }: GroupPart) => past.map(({ epoch }) => epoch.version);

describe("the past of a group", () => {
  it("keeps its failovers, whatever people say afterwards", () => {
    const said = Array.from({ length: 50 }, () => "offline" as const);
    const part = after(["failover", "switchover", ...said]);
    expect(part.past.slice(0, 2).map(({ kind }) => kind)).toEqual(["failover", "switchover"]);
    expect(versions(part).slice(2)).toEqual([48, 49, 50, 51, 52]);
  });

  it("keeps what people said, whatever is done afterwards", () => {
    const done = Array.from({ length: 50 }, () => "failover" as const);
    expect(versions(after(["mode", ...done]))).toEqual([1, 47, 48, 49, 50, 51]);
  });

  it("stays as small as it may be, in the order in which it happened", () => {
    const mixed = Array.from({ length: 60 }, (_, at) => (at % 3 === 0 ? "rejoin" : "pause"));
    const kept = versions(after(mixed));
    expect(kept).toHaveLength(2 * PAST_KEPT);
    expect(kept).toEqual(kept.toSorted((a, b) => a - b));
  });
});

it("a deed is what changed whom a node follows, and no word of this version or a later one", () => {
  const later = "praised" as PastOperation["kind"];
  const words = ["pause", "online", "offline", "moved", "mode", later] as const;
  expect(lastDeed(after(["switchover", ...words]))?.kind).toBe("switchover");
  expect(lastDeed(after(["switchover", "rejoin", "pause"]))?.kind).toBe("rejoin");
  expect(lastDeed(after(["pause"]))).toBeUndefined();
});
