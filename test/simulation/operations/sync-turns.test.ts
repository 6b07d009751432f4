/**
 * `parallel_syncs`: how many copy at once if somebody wants several, or the leader is lost in between. That
 * one copies after the other, and none waits for ever, is in `turns-to-copy.ts`.
 */
import { expect, test } from "vitest";
import type { World } from "../world/world.ts";
import { becomesWhole, settled } from "./at-rest.ts";

const SEEDS = [1, 2];

/** Nobody can go on where it was: whoever follows another copies everything. */
function withoutBacklogs(seed: number, parallelSyncs: number): World {
  const world = settled(seed, { nodes: 5, settings: { parallelSyncs } });
  for (const server of world.servers.values()) server.backlogFrom = Number.MAX_SAFE_INTEGER;
  return world;
}

function copying(world: World): readonly string[] {
  return [...world.servers.values()].flatMap(({ host, upstream }) =>
    upstream?.stage === "syncing" || upstream?.stage === "loading" ? [host.name] : [],
  );
}

/** The most that copied at once. */
function mostCopying(world: World, withinMs: number): number {
  let most = 0;
  for (const end = world.now + withinMs; world.now < end; ) {
    world.runUntil(world.now + 5);
    most = Math.max(most, copying(world).length);
  }
  return most;
}

test.each(SEEDS)("several at once, if somebody wants that (seed %i)", (seed) => {
  const world = withoutBacklogs(seed, 4);
  world.killRedis("db1");
  expect(mostCopying(world, 10_000)).toBeGreaterThan(1);
});

test.each(["dies", "sleeps"])("a leader that %s between two turns holds nobody up", (how) => {
  for (const seed of SEEDS) {
    const world = withoutBacklogs(seed, 1);
    world.killRedis("db1");
    world.runUntilTrue(() => copying(world).length > 0, 8_000);
    if (how === "dies") world.leader()?.crash();
    else world.leader()?.stop(9_000);
    expect(mostCopying(world, 12_000)).toBeLessThanOrEqual(2);
    world.redis("db1").start();
    for (const { name } of world.monitors) world.startMonitor(name);
    becomesWhole(world, 30_000);
  }
});
