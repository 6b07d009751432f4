/** What a person acknowledges: a cooldown ends, and a node that was down too often may serve again. */
import { expect, test } from "vitest";
import type { CommandOutcome } from "../../../src/core/messages.ts";
import { GROUP } from "../world/plan.ts";
import type { World } from "../world/world.ts";
import { becomesWhole, settled } from "./at-rest.ts";

const SEEDS = [1, 2];

function acknowledge(world: World, node: string | null): CommandOutcome | undefined {
  let told: CommandOutcome | undefined;
  world.command({ kind: "acknowledge", group: GROUP, node }, undefined, (now) => (told = now));
  world.runUntilTrue(() => told !== undefined, 3_000);
  return told;
}

/** db1 failed over and came back, was made master by hand, and dies again within its cooldown. */
function diesTwice(world: World): void {
  world.killRedis("db1");
  world.runUntilTrue(() => world.group?.master !== "db1" && world.group?.operation === null, 5_000);
  world.redis("db1").start();
  becomesWhole(world, 20_000);
  world.runUntil(world.now + 2_000);
  world.command({ kind: "switchover", group: GROUP, to: "db1" });
  world.runUntilTrue(() => world.group?.master === "db1", 5_000);
  becomesWhole(world, 10_000);
  world.killRedis("db1");
  world.runUntil(world.now + 5_000);
  expect(world.group?.master).toBe("db1");
}

test.each(SEEDS)("a cooldown that is acknowledged is over at once (seed %i)", (seed) => {
  const world = settled(seed, { settings: { cooldownMs: 120_000 } });
  diesTwice(world);
  expect(acknowledge(world, "db1")).toMatchObject({
    kind: "ok",
    message: "acknowledged: db1 may be failed over again at once",
  });
  world.runUntilTrue(() => world.group?.master !== "db1", 5_000);
  expect(world.group?.past.map(({ kind }) => kind)).toContain("acknowledged");
});

test.each(SEEDS)("that of another node goes on (seed %i)", (seed) => {
  const world = settled(seed, { settings: { cooldownMs: 120_000 } });
  diesTwice(world);
  expect(acknowledge(world, "db2")).toMatchObject({ kind: "ok" });
  world.runUntil(world.now + 5_000);
  expect(world.group?.master).toBe("db1");
});

test.each(SEEDS)("a node that was down too often serves again (seed %i)", (seed) => {
  const world = settled(seed, { settings: { flapCount: 1 } });
  for (let i = 0; i < 2; i++) {
    world.killRedis("db3");
    world.runUntil(world.now + 4_000);
    world.redis("db3").start();
    becomesWhole(world, 20_000);
    world.runUntil(world.now + 1_000);
  }
  const node = () => world.group?.nodes.find(({ name }) => name === "db3");
  world.runUntilTrue(() => node()?.admin === "awaiting-recovery", 5_000);
  expect(acknowledge(world, null)).toMatchObject({ message: "acknowledged: db3 may serve again" });
  expect(node()).toMatchObject({ admin: "online", outages: [] });
});
