import { describe, expect, it } from "vitest";
import { forkOf, positionOf } from "../../../../src/core/health/lineage.ts";
import { ALIEN, L, masterInfo, OLD, replicaInfo } from "./build.ts";

/** The stream OLD was left at 100 for the stream L. */
const lineage = {
  chain: [
    { replId: OLD, forkOffset: 0 },
    { replId: L, forkOffset: 100 },
  ],
  highWater: 120,
};

describe("what a replica that did not hear of the newest fork holds", () => {
  it.each([
    ["a beginning of the stream, before the fork", 90, 90],
    ["all of it up to the fork", 100, 100],
    ["another history, beyond the fork", 101, null],
  ])("is %s", (_, appliedOffset, expected) => {
    expect(positionOf(replicaInfo({ replId: OLD, appliedOffset }), lineage)).toBe(expected);
  });

  it("says nothing of a master that went on with the old stream", () => {
    expect(positionOf(masterInfo({ replId: OLD, offset: 90 }), lineage)).toBeNull();
  });
});

describe("where a promoted node left the stream", () => {
  it.each([
    ["at its second offset, from the newest id", L, 111, 110],
    ["before the newest fork, from the id before", OLD, 91, 90],
    ["nowhere, beyond the newest fork", OLD, 111, null],
    ["nowhere, from a stranger's id", ALIEN, 91, null],
  ])("is %s", (_, replId2, secondOffset, expected) => {
    const info = masterInfo({ replId: ALIEN, replId2, secondOffset, offset: 500 });
    expect(forkOf(info, lineage)).toBe(expected);
  });
});
