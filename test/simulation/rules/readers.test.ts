/** Reader VIPs move by the same rules as the writer's, and a move always ends. */
import { expect, test } from "vitest";
import { readerVip } from "../world/plan.ts";
import type { World } from "../world/world.ts";
import { atRest, mend, servers, vipOf } from "./script.ts";

const SEEDS = [1, 2];
const READER = readerVip(0);

function readersHost(world: World): string {
  return vipOf(world, READER).node ?? "";
}

test.each(SEEDS)("a chosen host that dies before its claim is replaced (seed %i)", (seed) => {
  const world = atRest(seed, { readers: 1 });
  world.killRedis(readersHost(world));
  world.runUntilTrue(() => vipOf(world, READER).kind === "move", 10_000);
  const chosen = readersHost(world);
  // It is marked, but its first claim finds nobody.
  world.runUntilTrue(() => vipOf(world, READER).claimable, 5_000);
  world.unplug(chosen);
  world.runUntil(world.now + 20_000);
  expect(servers(world, READER)).toHaveLength(1);
  expect(servers(world, READER)).not.toEqual([chosen]);
});

test.each(SEEDS)("a move may end where it began (seed %i)", (seed) => {
  const world = atRest(seed, { readers: 1 });
  const old = readersHost(world);
  world.unplug(old);
  world.runUntilTrue(() => vipOf(world, READER).kind === "move", 10_000);
  const chosen = readersHost(world);
  world.unplug(chosen);
  world.unplug(old, false);
  world.runUntil(world.now + 20_000);
  expect(servers(world, READER)).toHaveLength(1);
  mend(world);
  world.runUntil(world.now + 10_000);
  expect(servers(world, READER)).toHaveLength(1);
});
