/**
 * Nodes that a reload removes and adds, undisturbed: a host that was added counts once one that
 * counted before it has shown the epoch. The scripts about it are in `node-changes.ts`.
 */
import { expect, test } from "vitest";
import type { CommandOutcome } from "../../../src/core/messages.ts";
import { GROUP, readerVip, WRITER } from "../world/plan.ts";
import { whatIsMissing } from "../world/wholeness.ts";
import type { World } from "../world/world.ts";
import { reloadWithout } from "./node-changes.ts";
import { atRest, servers, switchOver, vipOf } from "./script.ts";

const SEEDS = [1, 2];

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
    const seen: (string | undefined)[] = [];
    let outcome: CommandOutcome | undefined;
    reloadWithout(world, [], (told) => (outcome = told));
    // Looked at after each millisecond: the one may follow the other within a few.
    for (const end = world.now + 10_000; world.now < end && seen.at(-1) !== "in"; ) {
      world.runUntil(world.now + 1);
      const now = vipOf(world).readSet["db3"];
      if (seen.at(-1) !== now) seen.push(now);
    }
    world.runUntilTrue(() => outcome !== undefined, 1_000);
    expect(seen.slice(-2)).toEqual(["joining", "in"]);
    expect(outcome).toMatchObject({ kind: "ok" });
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
  const world = atRest(1, { writeEveryMs: 10 });
  world.redis("db1").persistence = "aof";
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
