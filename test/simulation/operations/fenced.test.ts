/** When a fence_command is run, and when it is not. */
import { expect, test } from "vitest";
import { GROUP, WRITER } from "../world/plan.ts";
import type { World, WorldOptions } from "../world/world.ts";
import { reaches, SEEDS, settled } from "./at-rest.ts";

/** For a release, by a host whose guard owes no answer yet. */
const PATIENCE_MS = 250;
const options = { nodes: 3, settings: { fenceCommand: "fence" } };

test.each(SEEDS)("a host that has long owed an answer is fenced at once (seed %i)", (seed) => {
  const world = settled(seed, options);
  world.unplug("db1");
  world.runUntilTrue(() => world.group?.operation?.phase === "fence", 10_000);
  const begun = world.now;
  world.runUntilTrue(() => !world.host("db1").up, 10_000);
  expect(world.host("db1").up).toBe(false);
  expect(world.now - begun).toBeLessThan(PATIENCE_MS);
  world.runUntilTrue(() => world.servingHost(WRITER) !== undefined, 1_000);
  expect(world.servingHost(WRITER)?.name).not.toBe("db1");
});

test.each(SEEDS)("one that gives the VIP up is not (seed %i)", (seed) => {
  const world = settled(seed, options);
  world.killRedis("db1");
  world.runUntilTrue(() => world.servingHost(WRITER)?.name !== "db1", 10_000);
  world.runUntil(world.now + 2_000);
  expect(world.host("db1").up).toBe(true);
  expect(world.servingHost(WRITER)?.name).not.toBe("db1");
});

const alarm = (world: World, id: string) => world.leader()?.state?.alarms[`${GROUP}: ${id}`] ?? "";

/** db1 is lost, and the command that is to fence it fails. */
function fenceFails(seed: number, options: Partial<WorldOptions>): World {
  const world = settled(seed, options);
  Object.assign(world, { fence: () => false });
  world.unplug("db1");
  reaches(world, "fence");
  return world;
}

test.each(SEEDS)("where a lease ends it is awaited when the command fails (seed %i)", (seed) => {
  const world = fenceFails(seed, options);
  world.runUntilTrue(() => alarm(world, "fence") !== "", 2_000);
  expect(alarm(world, "fence")).toBe(
    "fence_command for db1 failed (1): failed; the end of its lease is awaited",
  );
  expect(alarm(world, "fencing")).toBe("");
});

test.each(SEEDS)("where there is no lease, people hear at once what is left (seed %i)", (seed) => {
  const settings = { fenceCommand: "fence", leaseBackend: "off" } as const;
  const world = fenceFails(seed, { nodes: 3, nft: false, settings });
  world.runUntilTrue(() => alarm(world, "fencing") !== "", 2_000);
  expect(alarm(world, "fence")).toBe(
    "fence_command for db1 failed (1): failed; there is no lease that would end (lease_backend is off): if db1 is off for certain, say so: mmm adopt --empty db1",
  );
  expect(alarm(world, "fencing")).toBe(
    `nothing proves yet that db1 does not serve ${WRITER}, so no other node may; there is no lease that would end (lease_backend is off), and the fence_command failed: let it be reached, or if it is off for certain, say so: mmm adopt --empty db1`,
  );
  world.command({
    kind: "adopt",
    group: GROUP,
    cluster: null,
    empty: "db1",
    acceptDataLoss: false,
  });
  world.runUntilTrue(() => world.group?.operation === null, 5_000);
  world.runUntil(world.now + 500);
  expect(world.group?.master).not.toBe("db1");
  expect(alarm(world, "fencing") + alarm(world, "fence")).toBe("");
});

test.each(SEEDS)("without a command, too, and a return ends it (seed %i)", (seed) => {
  const settings = { leaseBackend: "off" } as const;
  const world = settled(seed, { nodes: 3, nft: false, settings });
  world.unplug("db1");
  reaches(world, "fence");
  world.runUntilTrue(() => alarm(world, "fencing") !== "", 2_000);
  expect(alarm(world, "fencing")).toMatch(
    /let it be reached, give a fence_command, or if it is off/,
  );
  world.unplug("db1", false);
  world.runUntilTrue(() => world.group?.operation === null, 5_000);
  world.runUntil(world.now + 500);
  expect(alarm(world, "fencing")).toBe("");
});
