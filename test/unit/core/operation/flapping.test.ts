import { expect, it } from "vitest";
import { withOutage } from "../../../../src/core/operation/flapping.ts";
import type { GroupPart } from "../../../../src/core/state.ts";
import { group } from "../health/build.ts";

const { settings, nodes } = group();
const NAME = nodes[0]?.name ?? "";
const calm = group({ settings: { ...settings, flapCount: 3, flapWindowMs: 1000 } });

function after(walls: readonly number[]): GroupPart["nodes"][number] | undefined {
  const end = walls.reduce((part, wall) => withOutage(part, NAME, wall), calm);
  return end.nodes.find(({ name }) => name === NAME);
}

it("lets a node be down as often as flap_count says", () => {
  expect(after([1, 2, 3])?.admin).toBe("online");
});

it("makes a node that was down more often await a person", () => {
  expect(after([1, 2, 3, 4])?.admin).toBe("awaiting-recovery");
});

it("forgets an outage that is older than the window", () => {
  expect(after([1, 2, 3, 1002])?.admin).toBe("online");
});

it("keeps no more outages than it needs", () => {
  expect(after([1, 2, 3, 4, 5, 6])?.outages).toEqual([3, 4, 5, 6]);
});
