/** Sites that are far from each other: who answers late is not taken for absent. */
import { expect, test } from "vitest";
import { GROUP, WRITER } from "../world/plan.ts";
import { vipOf } from "../rules/script.ts";
import type { World } from "../world/world.ts";
import { becomesWhole, lostWrites, SEEDS, settled } from "./at-rest.ts";

/** A round trip between any two hosts, the leader and the nodes not excepted. */
const ROUND_TRIPS_MS = [20, 80, 140, 165];
const CASES = ROUND_TRIPS_MS.flatMap((ms) => SEEDS.map((seed) => [ms, seed] as const));

function farApart(seed: number, roundTripMs: number) {
  const world = settled(seed);
  world.network.setAll({ leastMs: roundTripMs / 2 });
  world.runUntil(world.now + 5_000);
  return world;
}

/** That nobody may take over is said as soon as a comparison ends without those that are still on their way. */
function alarmsOf({ monitors }: World): readonly string[] {
  return monitors.flatMap(({ state }) => state?.alarms[`${GROUP}: successor`] ?? []);
}

test.each(CASES)("%i ms: a dead master is replaced at the first attempt (seed %i)", (ms, seed) => {
  const world = farApart(seed, ms);
  world.killRedis("db1");
  let missed: readonly string[] = [];
  const isDone = () => {
    missed = missed.concat(alarmsOf(world));
    return world.safety.finished["failover ok"] === 1;
  };
  world.runUntilTrue(isDone, 5_000);
  expect(missed).toEqual([]);
  expect(world.safety.finished).toEqual({ "failover ok": 1 });
  expect(world.servingHost(WRITER)?.name).toBe(world.group?.master);
});

test.each(CASES)("%i ms: a switchover loses nothing (seed %i)", (ms, seed) => {
  const world = farApart(seed, ms);
  world.command({ kind: "switchover", group: GROUP, to: "db2" });
  world.runUntilTrue(() => world.safety.finished["switchover ok"] === 1, 6_000);
  expect(world.safety.finished).toEqual({ "switchover ok": 1 });
  becomesWhole(world, 10_000);
  expect(lostWrites(world)).toBe(0);
});

test.each(CASES)("%i ms: who is far away is not suspected for that (seed %i)", (ms, seed) => {
  const world = farApart(seed, ms);
  const before = vipOf(world).epoch;
  world.runUntil(world.now + 20_000);
  expect(vipOf(world).epoch).toEqual(before);
  expect(world.servingHost(WRITER)?.name).toBe("db1");
});
