/** What a person is told who promoted a replica, which the failover that waits does not take. */
import { expect, test } from "vitest";
import { GROUP, WRITER } from "../world/plan.ts";
import type { World } from "../world/world.ts";
import { reaches, SEEDS, settled } from "./at-rest.ts";
import { promotedByHand } from "./by-hand.ts";

const alarm = (world: World) => world.leader()?.state?.alarms[`${GROUP}: successor`] ?? "";

/** db2 was far behind when it was promoted, and the old master is gone. */
function promotedFarBehind(seed: number): World {
  const world = settled(seed, { nodes: 2, settings: { maxLagBytes: 50 } });
  const highWater = () => world.group?.lineage.highWater ?? 0;
  world.runUntilTrue(() => highWater() > 5_000, 20_000);
  world.powerOff("db1");
  reaches(world, "fence");
  const redis = world.redis("db2");
  redis.offset = highWater() - 1_000;
  promotedByHand(world, "db2");
  world.runUntilTrue(() => alarm(world) !== "", 10_000);
  return world;
}

test.each(SEEDS)("the alarm names it, and says what to do (seed %i)", (seed) => {
  const world = promotedFarBehind(seed);
  expect(alarm(world)).toMatch(
    /^no replica may become master: db2, which is master already, lacks \d+ bytes of the highest offset seen, 50 are allowed; the best of them: mmm failover --force --accept-data-loss --to db2$/,
  );
  world.command({ kind: "failover", group: GROUP, to: "db2", acceptDataLoss: true });
  world.runUntilTrue(() => world.servingHost(WRITER)?.name === "db2", 10_000);
  expect(world.servingHost(WRITER)?.name).toBe("db2");
  expect(world.redis("db2").data.ids).toContain(-1);
});

test.each(SEEDS)("also of one that was set offline (seed %i)", (seed) => {
  const world = settled(seed, { nodes: 2 });
  world.powerOff("db1");
  reaches(world, "fence");
  world.command({ kind: "set-offline", group: GROUP, node: "db2" });
  promotedByHand(world, "db2");
  world.runUntilTrue(() => alarm(world).includes("db2"), 10_000);
  expect(alarm(world)).toBe("no replica may become master: db2 was set offline");
});
