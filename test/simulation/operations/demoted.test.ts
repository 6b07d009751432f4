/**
 * A new master whose configuration file is older than its promotion restarts as a replica of the old
 * one. It holds what nobody else does, so it becomes master again: by itself when that is certain,
 * else when a person says so.
 */
import { expect, test } from "vitest";
import type { CommandOutcome } from "../../../src/core/messages.ts";
import { GROUP, WRITER } from "../world/plan.ts";
import type { World } from "../world/world.ts";
import { becomesWhole, lostWrites, SEEDS, settled } from "./at-rest.ts";

/** db1 died for good, db2 is master, and its file says that it follows db1. */
function promotedUnwritten(seed: number, nodes: number): World {
  const world = settled(seed, { nodes });
  world.redis("db2").rewrite = () => true;
  world.killRedis("db1");
  world.runUntilTrue(() => world.group?.master === "db2" && world.group.operation === null, 5_000);
  expect(world.group?.master).toBe("db2");
  return world;
}

function restartsAtOnce(world: World, name: string): void {
  Reflect.deleteProperty(world.redis(name), "rewrite");
  world.redis(name).loadingMs = 20;
  world.redis(name).start();
  expect(world.redis(name).isMaster).toBe(false);
}

function serves(world: World, name: string): void {
  expect(world.group?.operation).toBeNull();
  expect(world.group?.master).toBe(name);
  expect(world.redis(name).isMaster).toBe(true);
  expect(world.servingHost(WRITER)?.name).toBe(name);
}

test.each(SEEDS)("a demoted master with all its data is master again (seed %i)", (seed) => {
  const world = promotedUnwritten(seed, 2);
  world.redis("db2").terminate();
  restartsAtOnce(world, "db2");
  world.runUntil(world.now + 6_000);
  serves(world, "db2");
  expect(lostWrites(world)).toBe(0);
  expect(world.group?.rejoining).toHaveProperty("db1");
  world.redis("db1").start();
  becomesWhole(world, 20_000);
  expect(world.redis("db2").configured.master).toBeNull();
});

test.each(SEEDS)("a demoted master is replaced by one that has as much (seed %i)", (seed) => {
  const world = promotedUnwritten(seed, 3);
  world.redis("db2").terminate();
  restartsAtOnce(world, "db2");
  world.runUntil(world.now + 6_000);
  expect(world.group?.operation).toBeNull();
  expect(world.servingHost(WRITER)?.name).toBe(world.group?.master);
  expect(lostWrites(world)).toBe(0);
  world.redis("db1").start();
  becomesWhole(world, 20_000);
});

test.each(SEEDS)(
  "a demoted master that went back in time waits for a person's word (seed %i)",
  (seed) => {
    const world = promotedUnwritten(seed, 2);
    world.runUntil(world.now + 7_000);
    world.redis("db2").saveSnapshot();
    world.runUntil(world.now + 7_000);
    world.killRedis("db2");
    restartsAtOnce(world, "db2");
    world.runUntil(world.now + 6_000);
    expect(world.redis("db2").isMaster).toBe(false);
    expect(world.group?.operation).toBeNull();
    let told: CommandOutcome | undefined;
    const force = { kind: "failover", group: GROUP, to: "db2" } as const;
    world.command({ ...force, acceptDataLoss: false }, undefined, (outcome) => (told = outcome));
    world.runUntil(world.now + 500);
    expect(told).toMatchObject({ kind: "refused" });
    expect(JSON.stringify(told)).toContain("--accept-data-loss --to db2");
    world.command({ ...force, acceptDataLoss: true }, undefined, (outcome) => (told = outcome));
    world.runUntil(world.now + 5_000);
    expect(told).toMatchObject({ kind: "ok" });
    serves(world, "db2");
    world.redis("db1").start();
    becomesWhole(world, 20_000);
  },
);

test.each(SEEDS)("after an append-only restart a person may take it back (seed %i)", (seed) => {
  const world = promotedUnwritten(seed, 2);
  world.redis("db2").persistence = "aof";
  world.killRedis("db2");
  restartsAtOnce(world, "db2");
  world.runUntil(world.now + 6_000);
  expect(world.redis("db2").isMaster).toBe(false);
  world.command({ kind: "failover", group: GROUP, to: "db2", acceptDataLoss: true });
  world.runUntil(world.now + 5_000);
  serves(world, "db2");
  expect(lostWrites(world)).toBe(0);
});

test.each(SEEDS)("a master that is one cannot be made one by force (seed %i)", (seed) => {
  const world = settled(seed);
  let told: CommandOutcome | undefined;
  world.command(
    { kind: "failover", group: GROUP, to: "db1", acceptDataLoss: false },
    undefined,
    (outcome) => (told = outcome),
  );
  world.runUntil(world.now + 1_000);
  expect(told).toEqual({ kind: "refused", message: "db1 is the master already" });
});
