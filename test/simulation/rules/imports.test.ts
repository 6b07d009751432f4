/**
 * A cluster whose monitors brought the state of another one along: nothing is taken over before a person
 * vouches that the other is gone, and never a master that lacks what it knew.
 */
import { expect, test } from "vitest";
import type { Part } from "../../../src/core/consensus/types.ts";
import { bequeathed, type Left } from "../../../src/core/groups/bequest.ts";
import type { CommandOutcome } from "../../../src/core/messages.ts";
import type { GroupPart } from "../../../src/core/state.ts";
import { realCore } from "../real-core.ts";
import { GROUP } from "../world/plan.ts";
import { World } from "../world/world.ts";
import { until } from "./script.ts";
import { adopt, OTHER } from "./take-overs.ts";

const STAMP = { term: 12, version: 90 };
const LEFT: Left = {
  mode: "active",
  pause: null,
  lineage: { chain: [{ replId: "e".repeat(40), forkOffset: 0 }], highWater: 5_000_000 },
  nodes: [{ name: "db3", admin: "offline", outages: [] }],
};

/** The monitors of `importing` have the state; the others have not. */
function founded(importing: readonly number[], left: Left = LEFT): World {
  return new World({
    seed: 1,
    core: realCore,
    writeEveryMs: 0,
    planOf: (plan, monitor) => {
      if (!importing.includes(monitor)) return plan;
      const groups = Object.entries(plan.groups).map(([name, part]) => {
        const of = { cluster: OTHER, stamp: STAMP };
        const heir = bequeathed(part as unknown as GroupPart, left, of, { term: 1, version: 1 });
        return [name, heir as unknown as Part] as const;
      });
      return { ...plan, groups: Object.fromEntries(groups), bequest: `cluster ${OTHER}` };
    },
  });
}

function adoptAnyway(world: World): void {
  const command = { kind: "adopt", group: GROUP, cluster: OTHER, empty: null } as const;
  world.command({ ...command, acceptDataLoss: true });
}

test("a master that lacks what was known is taken only on a person's word, and for that alone", () => {
  const world = founded([0, 1, 2]);
  world.runUntil(6_000);
  expect(world.group?.master).toBeNull();
  adopt(world);
  world.runUntil(12_000);
  expect(world.group?.master).toBeNull();
  adoptAnyway(world);
  until(world, () => world.group?.master === "db1", "db1 is adopted");
  expect(world.group?.bequest).toBeUndefined();
  expect(world.group?.nodes.find(({ name }) => name === "db3")?.admin).toBe("offline");
  expect(world.group?.past.map(({ kind }) => kind)).toEqual(["adopt"]);
});

test("who knew nothing of the data still says that the other cluster is gone", () => {
  const world = founded([0, 1, 2], { ...LEFT, lineage: { chain: [], highWater: 0 } });
  world.runUntil(6_000);
  expect(world.group?.master).toBeNull();
  adopt(world);
  until(world, () => world.group?.master === "db1", "db1 is adopted");
});

test("one that was forgotten keeps all of them from beginning", () => {
  for (const importing of [[0], [1, 2]]) {
    const world = founded(importing);
    world.runUntil(10_000);
    expect(world.group).toBeNull();
  }
});

test("a cluster of which nothing was left is not adopted by its id", () => {
  const world = founded([0, 1, 2]);
  world.runUntil(6_000);
  const told: CommandOutcome[] = [];
  const asked = { kind: "adopt", group: GROUP, cluster: "00001111", empty: null } as const;
  world.command({ ...asked, acceptDataLoss: true }, undefined, (outcome) => told.push(outcome));
  world.runUntil(9_000);
  expect(told[0]).toMatchObject({ kind: "refused" });
});
