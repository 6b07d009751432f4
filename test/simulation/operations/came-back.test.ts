/** An old master came back without its data, while its failover waited: what a person is told, and may do. */
import { expect, test } from "vitest";
import { GROUP, WRITER } from "../world/plan.ts";
import type { World } from "../world/world.ts";
import { becomesWhole, lostWrites, settled } from "./at-rest.ts";

/** db1 is back with nothing, db2 is gone, and db3 has everything, but may not be promoted. */
function emptied(): World {
  const world = settled(1);
  world.command({ kind: "set-offline", group: GROUP, node: "db3" });
  world.runUntil(world.now + 500);
  Object.assign(world.redis("db1"), { persistence: "none", loadingMs: 0 });
  world.killRedis("db1");
  world.runUntilTrue(() => world.group?.operation?.kind === "failover", 5_000);
  world.killRedis("db2");
  world.runUntilTrue(() => alarm(world) !== "", 10_000);
  world.redis("db1").start();
  world.runUntil(world.now + 4_000);
  expect(world.group?.operation?.phase).toBe("fence");
  return world;
}

function alarm(world: World): string {
  return world.leader()?.state?.alarms[`${GROUP}: successor`] ?? "";
}

test("the last copy is kept, and the alarm says who may have it", () => {
  const world = emptied();
  expect(alarm(world)).toMatch(
    /^db1 came back without its newest data, and db2, db3 may hold more; .*--to db1$/,
  );
  expect(world.redis("db3").data.ids.length).toBeGreaterThan(100);
  expect(world.redis("db1").isMaster).toBe(false);
  expect(world.servingHost(WRITER)).toBeUndefined();
});

test("who has it takes over as soon as it may", () => {
  const world = emptied();
  world.command({ kind: "set-online", group: GROUP, node: "db3" });
  world.runUntilTrue(() => world.group?.master === "db3", 10_000);
  expect(lostWrites(world)).toBe(0);
  world.redis("db2").start();
  becomesWhole(world, 30_000);
  expect(alarm(world)).toBe("");
});

test("or a person gives it up", () => {
  const world = emptied();
  world.command({ kind: "failover", group: GROUP, to: "db1", acceptDataLoss: true });
  world.runUntilTrue(() => world.servingHost(WRITER)?.name === "db1", 10_000);
  const since = world.client.acknowledged.length;
  world.command({ kind: "set-online", group: GROUP, node: "db3" });
  world.redis("db2").start();
  becomesWhole(world, 30_000);
  expect(world.group?.master).toBe("db1");
  expect(lostWrites(world)).toBeGreaterThan(0);
  expect(world.client.acknowledged.length).toBeGreaterThan(since);
  expect(alarm(world)).toBe("");
});
