/** When a fence_command is run, and when it is not. */
import { expect, test } from "vitest";
import { WRITER } from "../world/plan.ts";
import { SEEDS, settled } from "./at-rest.ts";

/** For a release, by a host whose guard owes no answer yet. */
const PATIENCE_MS = 250;
const options = { nodes: 3, settings: { fenceCommand: "fence" } };

test.each(SEEDS)("a host that has long owed an answer is fenced at once (seed %i)", (seed) => {
  const world = settled(seed, options);
  world.unplug("db1");
  world.runUntilTrue(() => world.group?.operation?.phase === "fence", 10_000);
  const begun = world.now;
  world.runUntilTrue(() => !world.host("db1").up, 10_000);
  expect(world.host("db1").up).toBe(false);
  expect(world.now - begun).toBeLessThan(PATIENCE_MS);
  world.runUntilTrue(() => world.servingHost(WRITER) !== undefined, 1_000);
  expect(world.servingHost(WRITER)?.name).not.toBe("db1");
});

test.each(SEEDS)("one that gives the VIP up is not (seed %i)", (seed) => {
  const world = settled(seed, options);
  world.killRedis("db1");
  world.runUntilTrue(() => world.servingHost(WRITER)?.name !== "db1", 10_000);
  world.runUntil(world.now + 2_000);
  expect(world.host("db1").up).toBe(true);
  expect(world.servingHost(WRITER)?.name).not.toBe("db1");
});
