/**
 * Nodes that a reload removes and adds: the set of hosts to be read changes under a new epoch only,
 * and a host that was added counts once one that counted before it has shown that epoch.
 */
import { expect, test, vi } from "vitest";
import type { CommandOutcome } from "../../../src/core/messages.ts";
import type * as Epochs from "../../../src/core/vip/epochs.ts";
import { GROUP, proposalOf, readerVip, WRITER } from "../world/plan.ts";
import { whatIsMissing } from "../world/wholeness.ts";
import type { World } from "../world/world.ts";
import { isOn, withMutant } from "./mutants.ts";
import { atRest, peersOf, SEEDS, servers, split, switchOver, vipOf } from "./script.ts";

vi.mock("../../../src/core/vip/epochs.ts", async (load) => {
  const real = await load<typeof Epochs>();
  const renewed: typeof real.renewed = (vip, epoch) =>
    isOn("out inside an epoch") && Object.keys(vip.readSet).length < 3
      ? vip
      : real.renewed(vip, epoch);
  return { ...real, renewed };
});

function reloadWithout(
  world: World,
  leftOut: readonly string[],
  done?: (outcome: CommandOutcome) => void,
): void {
  const proposal = proposalOf(world.shape, {}, leftOut);
  world.command({ kind: "reload", group: GROUP, proposal, dryRun: false }, undefined, done);
}

/** What a reload is answered with. */
function outcomeOf(world: World, leftOut: readonly string[]): CommandOutcome | undefined {
  let outcome: CommandOutcome | undefined;
  reloadWithout(world, leftOut, (told) => (outcome = told));
  world.runUntilTrue(() => outcome !== undefined, 6_000);
  return outcome;
}

function nodesOf(world: World): readonly string[] {
  return world.group?.nodes.map(({ name }) => name) ?? [];
}

test.each(SEEDS)(
  "a node is removed, and added again as one that counts later (seed %i)",
  (seed) => {
    const world = atRest(seed, { writeEveryMs: 10 });
    world.client.resetGap();
    expect(outcomeOf(world, ["db3"])).toMatchObject({
      kind: "ok",
      message: "changed in group main:\n  [db3] removed: 10.0.0.3:6379",
    });
    expect(nodesOf(world)).toEqual(["db1", "db2"]);
    expect(Object.keys(vipOf(world).readSet)).toEqual(["db1", "db2"]);
    world.runUntil(world.now + 1_000);
    for (const { state } of world.monitors) {
      const local = state?.groups[GROUP];
      expect(Object.keys(local?.watches ?? {})).toEqual(["db1", "db2"]);
      expect(Object.keys(local?.desks[WRITER] ?? {})).not.toContain("db3");
    }
    expect(outcomeOf(world, [])).toMatchObject({ kind: "ok" });
    expect(vipOf(world).readSet["db3"]).toBeUndefined();
    const seen: (string | undefined)[] = [];
    world.runUntilTrue(() => {
      const now = vipOf(world).readSet["db3"];
      if (seen.at(-1) !== now) seen.push(now);
      return now === "in";
    }, 10_000);
    expect(seen.slice(-2)).toEqual(["joining", "in"]);
    expect(world.client.longestGap.ms).toBeLessThan(60);
    switchOver(world, "db3");
  },
);

test("a node that serves, or that data hang on, is not removed", () => {
  const world = atRest(1, { readers: 1 });
  expect(outcomeOf(world, ["db1"])).toMatchObject({
    kind: "refused",
    message: expect.stringContaining("mmm switchover") as string,
  });
  const reader = vipOf(world, readerVip(0)).node ?? "";
  expect(outcomeOf(world, [reader])).toMatchObject({
    kind: "refused",
    message: expect.stringContaining(`mmm set_offline ${reader}`) as string,
  });
  expect(whatIsMissing(world)).toBeNull();
});

test("a node that nobody reaches may be removed, for it is proven to serve nothing", () => {
  const world = atRest(1);
  world.unplug("db3");
  world.runUntil(world.now + 2_000);
  expect(outcomeOf(world, ["db3"])).toMatchObject({ kind: "ok" });
  world.unplug("db1");
  world.runUntilTrue(() => servers(world).includes("db2"), 10_000);
  expect(servers(world)).toEqual(["db2"]);
});

test("a dead old master may be removed; if it returns, a person decides about its data", () => {
  const world = atRest(1);
  world.killRedis("db1");
  world.runUntilTrue(() => world.group?.master !== "db1" && world.group?.operation === null, 5_000);
  expect(outcomeOf(world, ["db1"])).toMatchObject({ kind: "ok" });
  world.redis("db1").start();
  world.runUntil(world.now + 2_000);
  expect(world.redis("db1").isMaster).toBe(true);
  expect(outcomeOf(world, [])).toMatchObject({ kind: "ok" });
  world.runUntil(world.now + 5_000);
  expect(world.redis("db1").isMaster).toBe(true);
  expect(servers(world)).toEqual([world.group?.master]);
  world.redis("db1").follow(world.host(world.group?.master ?? "").address, 6379);
  world.runUntilTrue(() => whatIsMissing(world) === null, 20_000);
  expect(whatIsMissing(world)).toBeNull();
});

/** A leader accepts alone that db3 is no node any more; the others reach nobody but db3. */
function removedAlone(seed: number): void {
  const settings = { leaseMs: 3000, downAfterMs: 1000, permitMs: 1200, clockDrift: 0.001 };
  const world = atRest(seed, { drift: 0, settings });
  const leader = world.theLeader.name;
  world.onWritten = (monitor, vip) => {
    if (monitor.name !== leader || "db3" in vip.readSet) return;
    world.onWritten = null;
    split(world, [leader, "db1", "db2"], [...peersOf(world, leader), "db3"]);
  };
  reloadWithout(world, ["db3"]);
  world.runUntilTrue(() => world.onWritten === null, 6_000);
  expect(world.onWritten).toBeNull();
  world.runUntilTrue(() => servers(world).includes("db3"), 15_000);
  expect(servers(world)).toEqual(["db3"]);
  world.runUntil(world.now + 5_000);
}

test("a removal that one monitor alone accepted: one holder", () => {
  for (const seed of SEEDS) removedAlone(seed);
});

test("a removal that one monitor alone accepted: found with “out inside an epoch”", () => {
  expect(withMutant("out inside an epoch", () => removedAlone(1))).toMatch(/serve 10\.0\.0\.100/);
});
