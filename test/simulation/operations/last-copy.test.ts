/** A master lost its data while the old one, which may hold the last copy, was away: a person decides. */
import { expect, test } from "vitest";
import { GROUP, WRITER } from "../world/plan.ts";
import type { Persistence } from "../world/redis-server.ts";
import type { World } from "../world/world.ts";
import { becomesWhole, lostWrites, SEEDS, settled } from "./at-rest.ts";

/** db2 is master and empty; db1 is back and holds everything. */
function emptied(seed: number, persistence: Persistence = "rdb"): World {
  const world = settled(seed, { nodes: 2 });
  world.redis("db1").persistence = persistence;
  world.redis("db1").terminate();
  world.runUntilTrue(() => world.group?.master === "db2" && world.group.operation === null, 5_000);
  Object.assign(world.redis("db2"), { persistence: "none", loadingMs: 0 });
  world.killRedis("db2");
  world.redis("db2").start();
  world.redis("db1").start();
  world.runUntil(world.now + 10_000);
  expect(world.group?.master).toBe("db2");
  expect(Object.keys(world.group?.rejoining ?? {})).toEqual(["db1"]);
  return world;
}

function alarm(world: World): string {
  return world.leader()?.state?.alarms[`${GROUP}: reborn`] ?? "";
}

test.each(SEEDS)(
  "the old master's data are kept, and the alarm says what to do (seed %i)",
  (seed) => {
    const world = emptied(seed);
    expect(alarm(world)).toMatch(/db1 may hold what it lost.*failover.*--to db1.*set_offline db1/);
    expect(world.redis("db1").data.ids.length).toBeGreaterThan(100);
    expect(world.servingHost(WRITER)?.name).toBe("db2");
  },
);

/** After a restart from an AOF it names no history that anybody knows. */
test.each([
  ["rdb", 1],
  ["rdb", 2],
  ["aof", 1],
  ["aof", 2],
] as const)("they may be brought back, from a file of the kind %s (seed %i)", (kind, seed) => {
  const world = emptied(seed, kind);
  const held = world.redis("db1").data.ids.length;
  world.command({ kind: "failover", group: GROUP, to: "db1", acceptDataLoss: true });
  world.runUntilTrue(() => world.group?.master === "db1", 10_000);
  expect(world.redis("db1").data.ids.length).toBeGreaterThanOrEqual(held);
  becomesWhole(world, 30_000);
  expect(alarm(world)).toBe("");
});

test.each(SEEDS)("they may be given up (seed %i)", (seed) => {
  const world = emptied(seed);
  world.command({ kind: "set-offline", group: GROUP, node: "db1" });
  becomesWhole(world, 20_000);
  const since = world.client.acknowledged.length;
  world.runUntil(world.now + 1_000);
  expect(world.client.acknowledged.length).toBeGreaterThan(since);
  expect(lostWrites(world)).toBeGreaterThan(0);
  expect(world.group?.master).toBe("db2");
  expect(alarm(world)).toBe("");
  const accepted = world.group?.past.find(({ kind }) => kind === "accepted");
  expect(accepted).toMatchObject({ from: "db2", to: "db2", result: "ok" });
  expect(accepted?.reason).toContain("db2 was restarted without its newest data");
});

/** All lost power, and the master never comes back: what the replica's AOF holds is all there is. */
test.each(SEEDS)("a replica that is back from an AOF may take over (seed %i)", (seed) => {
  const world = settled(seed, { nodes: 2 });
  const replica = world.redis("db2");
  replica.persistence = "aof";
  const held = replica.data.ids.length;
  world.powerOff("db1");
  world.killRedis("db2");
  replica.start();
  world.runUntilTrue(() => toldOf(world).includes("db2 was never seen in sync"), 20_000);
  expect(toldOf(world)).toContain("mmm failover --force --accept-data-loss --to db2");
  world.command({ kind: "failover", group: GROUP, to: "db2", acceptDataLoss: true });
  world.runUntilTrue(() => world.servingHost(WRITER)?.name === "db2", 20_000);
  expect(world.group?.master).toBe("db2");
  expect(replica.data.ids.length).toBeGreaterThanOrEqual(held);
});

function toldOf(world: World): string {
  const alarms = world.leader()?.state?.alarms ?? {};
  return `${alarms[`${GROUP}: failover`] ?? ""}${alarms[`${GROUP}: successor`] ?? ""}`;
}
