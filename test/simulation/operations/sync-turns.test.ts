/** `parallel_syncs`: replicas that must copy everything take turns, and all have theirs in the end. */
import { expect, test } from "vitest";
import type { World } from "../world/world.ts";
import { becomesWhole, lostWrites, settled } from "./at-rest.ts";

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

/** The most that copied at once until everybody is well, and who copied at all. */
function watched(world: World, withinMs: number): { readonly most: number; readonly all: number } {
  const all = new Set<string>();
  let most = 0;
  for (const end = world.now + withinMs; world.now < end; ) {
    world.runUntil(world.now + 5);
    const now = copying(world);
    most = Math.max(most, now.length);
    for (const name of now) all.add(name);
  }
  return { most, all: all.size };
}

test.each(SEEDS)("one copies after the other, and the others serve on (seed %i)", (seed) => {
  const world = withoutBacklogs(seed, 1);
  world.killRedis("db1");
  world.at(world.now + 1_500, () => world.redis("db1").start());
  const { most, all } = watched(world, 20_000);
  expect(most).toBe(1);
  expect(all).toBeGreaterThanOrEqual(3);
  becomesWhole(world, 20_000);
  expect(lostWrites(world)).toBe(0);
});

test.each(SEEDS)("several at once, if somebody wants that (seed %i)", (seed) => {
  const world = withoutBacklogs(seed, 4);
  world.killRedis("db1");
  expect(watched(world, 10_000).most).toBeGreaterThan(1);
});

test.each(SEEDS)("one that never links holds the others up for a while only (seed %i)", (seed) => {
  const world = withoutBacklogs(seed, 1);
  world.killRedis("db1");
  world.runUntilTrue(() => copying(world).length > 0, 8_000);
  const [first = ""] = copying(world);
  // It says that it follows, but hears nothing more of its master.
  for (const host of world.hosts) {
    if (host.name === first) continue;
    world.network.cut(first, host.name, true);
    world.network.cut(host.name, first, true);
  }
  const others = () =>
    [...world.servers.values()].filter(
      ({ host, upstream, up }) => up && host.name !== first && upstream?.stage === "up",
    );
  expect(world.runUntilTrue(() => others().length === 2, 40_000)).toBe(true);
});

test.each(["dies", "sleeps"])("a leader that %s between two turns holds nobody up", (how) => {
  for (const seed of SEEDS) {
    const world = withoutBacklogs(seed, 1);
    world.killRedis("db1");
    world.runUntilTrue(() => copying(world).length > 0, 8_000);
    if (how === "dies") world.leader()?.crash();
    else world.leader()?.stop(9_000);
    expect(watched(world, 12_000).most).toBeLessThanOrEqual(2);
    world.redis("db1").start();
    for (const { name } of world.monitors) world.startMonitor(name);
    becomesWhole(world, 30_000);
  }
});
