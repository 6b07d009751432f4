import { describe, expect, test } from "vitest";
import type { GroupPart } from "../../../src/core/state.ts";
import { uniformGroup } from "../../../src/core/uniform.ts";
import { groupPart } from "../../simulation/world/plan.ts";

const SHAPE = { monitors: 3, nodes: 2, readers: 1, settings: {} };

/** The same part, as other hands might make it: its fields in another order. */
function turnedAround<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).toReversed()) as T;
}

describe("a part as this monitor reads it", () => {
  test("says what was agreed on", () => {
    const part = groupPart(SHAPE);
    expect(uniformGroup(part)).toEqual(part);
    expect(JSON.parse(JSON.stringify(uniformGroup(part)))).toEqual(part);
  });

  test("is the same object for the same part, and so is what is in it", () => {
    const part = groupPart(SHAPE);
    const next: GroupPart = { ...part, mode: "passive" };
    expect(uniformGroup(part)).toBe(uniformGroup(part));
    expect(uniformGroup(next)).not.toBe(uniformGroup(part));
    expect(uniformGroup(next).vips[0]).toBe(uniformGroup(part).vips[0]);
    expect(uniformGroup(next).settings).toBe(uniformGroup(part).settings);
  });

  test("has its fields in one order, whoever made it", () => {
    const part = groupPart(SHAPE);
    const other = turnedAround({
      ...part,
      settings: turnedAround({ ...part.settings, parallelSyncs: 2 }),
      vips: part.vips.map(turnedAround),
      nodes: part.nodes.map(turnedAround),
    });
    const keys = (group: GroupPart) =>
      [group, group.settings, group.vips[0], group.nodes[0], group.lineage].map((each) =>
        Object.keys(each ?? {}),
      );
    expect(keys(uniformGroup(other))).toEqual(keys(uniformGroup(part)));
  });

  test("keeps fields that only a newer version knows", () => {
    const part = { ...groupPart(SHAPE), colour: "red" };
    expect(uniformGroup(part)).toMatchObject({ colour: "red" });
  });
});
