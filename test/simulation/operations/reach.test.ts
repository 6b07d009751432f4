/** What a person is told of a leader that does not reach what a failover takes. */
import { expect, test } from "vitest";
import { peersOf, SHARP } from "../rules/script.ts";
import { GROUP, WRITER } from "../world/plan.ts";
import type { World } from "../world/world.ts";
import { reaches, SEEDS, settled } from "./at-rest.ts";
import { loses } from "./reach.ts";

const alarm = (world: World, id: string) => world.leader()?.state?.alarms[`${GROUP}: ${id}`] ?? "";

test.each(SEEDS)(
  "the alarm names what is out of its reach, and who reaches it (seed %i)",
  (seed) => {
    const world = settled(seed, SHARP);
    const leader = world.leader()?.name ?? "";
    const [other = "", third = ""] = peersOf(world, leader);
    loses(world, leader, "guard", ["db2", "db3"]);
    loses(world, other, "probe", ["db2", "db3"]);
    loses(world, third, "guard", ["db2", "db3"]);
    // So that each of them has noticed.
    world.runUntil(world.now + 5_000);
    world.redis("db1").stop();
    world.runUntilTrue(() => alarm(world, "reach") !== "", 10_000);
    expect(alarm(world, "reach")).toBe(
      `${leader}, which leads, does not reach the guard of db2 (${other} does), the guard of db3 (${other} does)`,
    );
    world.redis("db1").proceed();
    world.runUntilTrue(() => world.group?.operation === null, 20_000);
    world.runUntil(world.now + 500);
    expect(alarm(world, "reach")).toBe("");
  },
);

test("a leader waits for nobody whom it has not heard since the others saw it refuse", () => {
  const world = settled(1, SHARP);
  // Its probes of the old master are not answered any more, and it has not noticed yet.
  loses(world, world.leader()?.name ?? "", "probe", ["db1"]);
  world.runUntil(world.now + 30);
  const killedAt = world.now;
  world.killRedis("db1");
  const isServed = () => ["db2", "db3"].includes(world.servingHost(WRITER)?.name ?? "");
  world.runUntilTrue(isServed, 2_000);
  expect(world.now - killedAt).toBeLessThan(150);
});

test.each(SEEDS)("so does that of a proof that does not come (seed %i)", (seed) => {
  const world = settled(seed, SHARP);
  for (const { name } of world.monitors) loses(world, name, "guard", ["db2", "db3"]);
  world.powerOff("db1");
  reaches(world, "fence");
  world.runUntilTrue(() => alarm(world, "fencing") !== "", 20_000);
  expect(alarm(world, "fencing")).toMatch(
    /no other node may; its lease counts as over a while after the guard of db2 or db3 has answered mon\d: let one of these be reached, give a fence_command, or/,
  );
});
