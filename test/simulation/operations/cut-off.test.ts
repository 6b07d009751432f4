/** Monitors that reach no database, though they reach each other: the trouble is theirs, even if they are a majority. */
import { expect, test } from "vitest";
import { WRITER } from "../world/plan.ts";
import type { World } from "../world/world.ts";
import { lostWrites, settled } from "./at-rest.ts";

/** The leader and one more of three. */
function majorityLosesDatabases(world: World): void {
  const leader = world.leader()?.name ?? "";
  const other = world.monitors.find(({ name }) => name !== leader)?.name ?? "";
  for (const name of [leader, other])
    for (const host of world.hosts) world.network.cut(name, host.name);
}

test.each([
  [1, 10],
  [2, 0],
  [5, 0],
])(
  "a majority that reaches no database moves nothing while replicas still hear the master (seed %i, a write every %i ms)",
  (seed, writeEveryMs) => {
    const world = settled(seed, { writeEveryMs });
    majorityLosesDatabases(world);
    for (let tenth = 0; tenth < 200; tenth += 1) {
      world.runUntil(world.now + 100);
      expect(world.servingHost(WRITER)?.name).toBe("db1");
    }
    expect(world.safety.finished).toEqual({});
    expect(world.group?.operation).toBeNull();
    expect(lostWrites(world)).toBe(0);
  },
);
