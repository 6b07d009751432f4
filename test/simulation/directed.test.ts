/** Scripts with one fault each, so that what the random runs rely on is known to work at all. */
import { expect, test } from "vitest";
import type { CommandOutcome } from "../../src/core/messages.ts";
import { realCore } from "./real-core.ts";
import { GROUP, WRITER } from "./world/plan.ts";
import { whatIsMissing } from "./world/wholeness.ts";
import { World, type WorldOptions } from "./world/world.ts";

const SEEDS = [1, 2, 3];

/** A cluster that has come to rest with db1 as its master. */
function settled(seed: number, options: Partial<WorldOptions> = {}): World {
  const world = new World({ seed, core: realCore, writeEveryMs: 10, ...options });
  world.runUntil(5_000);
  expect(whatIsMissing(world)).toBeNull();
  expect(world.group?.master).toBe("db1");
  world.client.resetGap();
  return world;
}

/** Acknowledged writes that the present master does not have. */
function lostWrites(world: World): number {
  const has = new Set(world.redis(world.group?.master ?? "").data.ids);
  return world.client.acknowledged.filter(({ id }) => !has.has(id)).length;
}

function becomesWhole(world: World, withinMs: number): void {
  world.runUntilTrue(() => whatIsMissing(world) === null, withinMs);
  expect(whatIsMissing(world)).toBeNull();
}

test.each(SEEDS)("a minute without faults changes nothing (seed %i)", (seed) => {
  const world = settled(seed);
  world.runUntil(65_000);
  expect(whatIsMissing(world)).toBeNull();
  expect(world.safety.finished).toEqual({});
  expect(world.client.longestGap.ms).toBeLessThan(60);
  expect(lostWrites(world)).toBe(0);
});

test.each(SEEDS)("a killed master is replaced within a second (seed %i)", (seed) => {
  const world = settled(seed);
  world.killRedis("db1");
  world.runUntil(world.now + 5_000);
  expect(world.safety.finished).toEqual({ "failover ok": 1 });
  expect(world.servingHost(WRITER)?.name).toBe(world.group?.master);
  expect(world.group?.master).not.toBe("db1");
  expect(world.client.longestGap.ms).toBeLessThan(1_000);
});

test.each(SEEDS)("a killed master that returns becomes a replica (seed %i)", (seed) => {
  const world = settled(seed);
  world.killRedis("db1");
  world.at(world.now + 3_000, (w) => w.redis("db1").start());
  world.runUntil(world.now + 4_000);
  becomesWhole(world, 30_000);
  expect(world.redis("db1").isMaster).toBe(false);
});

/** Its firewall is flushed, and it puts the tables back without a lease, so much later. */
function flushedAndClosed(world: World, name: string, afterMs: number): void {
  world.host(name).flushTable();
  world.at(world.now + afterMs, (w) => w.host(name).closeTable(w.vips));
}

test.each(SEEDS.flatMap((seed) => [20, 120, 400].map((afterMs) => [seed, afterMs] as const)))(
  "a master's host that closes itself after a flush serves again, and stays (seed %i, %i ms later)",
  (seed, afterMs) => {
    const world = settled(seed);
    flushedAndClosed(world, "db1", afterMs);
    world.runUntil(world.now + 2_000);
    becomesWhole(world, 10_000);
    expect(world.servingHost(WRITER)?.name).toBe("db1");
    expect(world.safety.finished).toEqual({});
    expect(world.client.longestGap.ms).toBeLessThan(1_000);
    expect(lostWrites(world)).toBe(0);
  },
);

test.each(SEEDS.flatMap((seed) => [0, 30, 60].map((seenMs) => [seed, seenMs] as const)))(
  "a master's host that closes itself and is cut off then is replaced, and never served beside another (seed %i, %i ms)",
  (seed, seenMs) => {
    const world = settled(seed);
    flushedAndClosed(world, "db1", 60);
    // A monitor may have seen it without its table before, or have begun to put that back.
    world.runUntil(world.now + 60 + seenMs);
    expect(world.servingHost(WRITER)?.name).not.toBe("db2");
    world.unplug("db1");
    const isElsewhere = () => !["db1", undefined].includes(world.servingHost(WRITER)?.name);
    world.runUntilTrue(isElsewhere, 20_000);
    expect(isElsewhere()).toBe(true);
    world.unplug("db1", false);
    becomesWhole(world, 60_000);
  },
);

test.each(SEEDS)(
  "an unplugged master's host stops serving before another begins (seed %i)",
  (seed) => {
    const world = settled(seed);
    world.unplug("db1");
    world.runUntil(world.now + 6_000);
    expect(world.safety.finished).toEqual({ "failover ok": 1 });
    expect(world.servingHost(WRITER)?.name).toBe(world.group?.master);
    expect(world.client.longestGap.ms).toBeLessThan(5_000);
    world.unplug("db1", false);
    becomesWhole(world, 40_000);
  },
);

test.each(SEEDS)("a hung master is replaced, and is harmless when it goes on (seed %i)", (seed) => {
  const world = settled(seed);
  world.redis("db1").stop();
  world.runUntil(world.now + 6_000);
  expect(world.safety.finished).toEqual({ "failover ok": 1 });
  world.redis("db1").proceed();
  becomesWhole(world, 40_000);
});

test.each(SEEDS)("a switchover loses no write and little time (seed %i)", (seed) => {
  const world = settled(seed);
  let outcome: CommandOutcome | undefined;
  world.command(
    { kind: "switchover", group: GROUP, to: "db2" },
    undefined,
    (told) => (outcome = told),
  );
  world.runUntil(world.now + 5_000);
  expect(outcome?.kind).toBe("ok");
  expect(world.group?.master).toBe("db2");
  expect(world.client.longestGap.ms).toBeLessThan(250);
  becomesWhole(world, 10_000);
  expect(lostWrites(world)).toBe(0);
});

test.each(SEEDS)("the death of the leader changes nothing for Redis (seed %i)", (seed) => {
  const world = settled(seed);
  world.leader()?.crash();
  world.runUntil(world.now + 5_000);
  expect(world.leader()).toBeDefined();
  expect(world.safety.finished).toEqual({});
  expect(world.client.longestGap.ms).toBeLessThan(60);
});

test.each(SEEDS)("a lone monitor keeps the writer VIP where it is (seed %i)", (seed) => {
  const world = settled(seed);
  world.leader()?.crash();
  world.monitors.find((monitor) => monitor.running)?.crash();
  world.runUntil(world.now + 20_000);
  expect(world.safety.finished).toEqual({});
  expect(world.client.longestGap.ms).toBeLessThan(60);
});

test.each(SEEDS)("a lone monitor does not fail over (seed %i)", (seed) => {
  const world = settled(seed);
  world.leader()?.crash();
  world.monitors.find((monitor) => monitor.running)?.crash();
  world.killRedis("db1");
  world.runUntil(world.now + 20_000);
  expect(world.group?.master).toBe("db1");
  expect(world.redis("db2").isMaster || world.redis("db3").isMaster).toBe(false);
});

/** The leader dies at this moment of a switchover; another must finish it or undo it. */
const MOMENTS = [0, 2, 5, 10, 15, 20, 25, 30, 40, 60, 100, 200];
test.each(MOMENTS)("a switchover whose leader dies after %i ms loses no write", (moment) => {
  for (const seed of SEEDS) {
    const world = settled(seed);
    world.command({ kind: "switchover", group: GROUP, to: "db2" });
    world.runUntil(world.now + moment);
    world.leader()?.crash();
    world.runUntil(world.now + 3_000);
    world.monitors.forEach((monitor) => world.startMonitor(monitor.name));
    becomesWhole(world, 20_000);
    expect(lostWrites(world)).toBe(0);
  }
});

test.each(MOMENTS)("a failover whose leader dies after %i ms is finished by the next", (moment) => {
  for (const seed of SEEDS) {
    const world = settled(seed);
    world.killRedis("db1");
    world.runUntilTrue(() => world.group?.operation !== null, 3_000);
    world.runUntil(world.now + moment);
    world.leader()?.crash();
    world.runUntil(world.now + 8_000);
    expect(world.group?.master).not.toBe("db1");
    expect(world.servingHost(WRITER)?.name).toBe(world.group?.master);
  }
});
