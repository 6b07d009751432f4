/** A master that is not down, so that no failover comes to its aid, and does not serve: a person is told. */
import { expect, test } from "vitest";
import { until } from "../rules/script.ts";
import { GROUP } from "../world/plan.ts";
import type { World } from "../world/world.ts";
import { settled } from "./at-rest.ts";

const alarm = (world: World) => world.leader()?.state?.alarms[`${GROUP}: master`];

test("its disk is full: after a while, and until it has room again", () => {
  const world = settled(1);
  world.redis("db1").diskFull = true;
  world.runUntil(world.now + 8_000);
  expect(alarm(world)).toBeUndefined();
  world.runUntil(world.now + 4_000);
  expect(alarm(world)).toBe("db1 answers, but does not serve as it should: misconf");
  world.redis("db1").diskFull = false;
  until(world, () => alarm(world) === undefined, "it ends");
  expect(world.group?.past).toEqual([]);
});

test("nobody is told while the group is paused, nor of a master that is down", () => {
  const world = settled(1);
  world.command({ kind: "pause", group: GROUP, forMs: null, reason: null });
  world.runUntil(world.now + 1_000);
  world.redis("db1").diskFull = true;
  world.runUntil(world.now + 15_000);
  expect(alarm(world)).toBeUndefined();
  world.killRedis("db1");
  world.runUntil(world.now + 15_000);
  expect(alarm(world)).toBeUndefined();
});
