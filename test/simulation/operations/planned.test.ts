/** What a switchover tells of beforehand is what it then does, step by step; telling changes nothing. */
import { expect, test } from "vitest";
import type { CommandOutcome } from "../../../src/core/messages.ts";
import { SWITCHOVER_STEPS } from "../../../src/core/operation/switchover-steps.ts";
import { GROUP } from "../world/plan.ts";
import {
  atRest,
  peersOf,
  type ScriptedWorld,
  stepsOf,
  timesOf,
  until,
  verdictOf,
} from "../rules/script.ts";
import { becomesWhole, lostWrites } from "./at-rest.ts";
import { loses } from "./reach.ts";

const SEEDS = [1, 2];

type Kind = "plan-switchover" | "switchover";

function asked(
  world: ScriptedWorld,
  kind: Kind,
  to: string | null,
  withinMs: number,
): CommandOutcome | undefined {
  let told: CommandOutcome | undefined;
  world.command({ kind, group: GROUP, to }, undefined, (now) => (told = now));
  world.runUntilTrue(() => told !== undefined, withinMs);
  return told;
}

function planned(world: ScriptedWorld, to: string | null): CommandOutcome | undefined {
  return asked(world, "plan-switchover", to, 3_000);
}

test.each(SEEDS)("each step passes once, in the order of the plan (seed %i)", (seed) => {
  const world = atRest(seed, { writeEveryMs: 10 });
  const steps = stepsOf(world);
  const before = world.group;
  const told = planned(world, "db2");
  expect(told).toMatchObject({ kind: "ok" });
  for (const [at] of SWITCHOVER_STEPS.entries())
    expect(JSON.stringify(told)).toContain(`\\n${String(at + 1).padStart(2)}  `);
  world.runUntil(world.now + 1_000);
  expect(world.group).toEqual(before);
  world.command({ kind: "switchover", group: GROUP, to: "db2" });
  world.runUntilTrue(() => world.group?.past.length === 1, 5_000);
  expect(steps).toEqual(SWITCHOVER_STEPS.map(({ key }) => key));
  becomesWhole(world, 10_000);
});

test.each(SEEDS)("one that is turned back tells of no step that did not pass (seed %i)", (seed) => {
  const world = atRest(seed, { writeEveryMs: 10 });
  const steps = stepsOf(world, (step) => step === "handover" && world.redis("db2").stop());
  world.command({ kind: "switchover", group: GROUP, to: "db2" });
  world.runUntilTrue(() => world.group?.past.length === 1, 12_000);
  expect(world.group?.past[0]?.result).toBe("undone");
  expect(steps).not.toContain("promoting");
  expect(world.group?.master).toBe("db1");
});

test("what cannot be is refused with the reason, by the plan as by the deed", () => {
  const world = atRest(1);
  world.killRedis("db3");
  world.runUntil(world.now + 3_000);
  const plan = planned(world, "db3");
  const done = asked(world, "switchover", "db3", 3_000);
  expect(plan).toMatchObject({ kind: "refused" });
  expect(done).toEqual(plan);
});

/** Its way to the master is gone, and all who count votes know that. */
function losesMaster(world: ScriptedWorld, monitor: string): void {
  world.network.cut(monitor, "db1");
  until(world, () => verdictOf(world) === "suspect", "it is noticed");
  world.runUntil(world.now + 500);
}

test.each(SEEDS)("a monitor that does not reach the master forbids nothing (seed %i)", (seed) => {
  const world = atRest(seed, { writeEveryMs: 10 });
  const [other = ""] = peersOf(world, world.theLeader.name);
  losesMaster(world, other);
  expect(JSON.stringify(planned(world, "db2"))).toContain(`unreachable from ${other}`);
  world.command({ kind: "switchover", group: GROUP, to: "db2" });
  world.runUntilTrue(() => world.group?.past.length === 1, 5_000);
  expect(world.group).toMatchObject({ master: "db2", past: [{ result: "ok" }] });
  becomesWhole(world, 10_000);
  expect(lostWrites(world)).toBe(0);
});

test.each(SEEDS)(
  "a replica that was just pointed at a new master is waited for (seed %i)",
  (seed) => {
    const world = atRest(seed, { writeEveryMs: 10 });
    world.killRedis("db1");
    until(
      world,
      () => world.group?.past.length === 1 && world.group.operation === null,
      "a failover",
    );
    const to = world.group?.master === "db2" ? "db3" : "db2";
    expect(asked(world, "switchover", to, 8_000)).toMatchObject({ kind: "ok" });
    expect(lostWrites(world)).toBe(0);
  },
);

test("a replica that stays without a link is waited for no longer than some seconds, and refused", () => {
  const world = atRest(1, { writeEveryMs: 10 });
  world.network.cut("db2", "db1");
  world.network.cut("db1", "db2");
  until(world, () => planned(world, "db2")?.kind === "refused", "its link is down", 20_000);
  const before = world.now;
  expect(asked(world, "switchover", "db2", 8_000)).toEqual({
    kind: "refused",
    message: "no replica may become master: db2 is not linked to db1",
  });
  expect(world.now - before).toBeGreaterThan(2_900);
  expect(world.now - before).toBeLessThan(4_500);
  expect(world.group?.past).toEqual([]);
});

test("a leader that does not reach the master by itself begins nothing", () => {
  const world = atRest(1, { writeEveryMs: 10 });
  const leader = world.theLeader.name;
  losesMaster(world, leader);
  expect(planned(world, "db2")).toMatchObject({
    kind: "refused",
    message: expect.stringContaining(`${leader}, which leads, does not reach it by itself`),
  });
});

test.each(SEEDS)("a leader moves the role to whom it reaches by itself (seed %i)", (seed) => {
  const world = atRest(seed, { writeEveryMs: 10 });
  const leader = world.theLeader.name;
  loses(world, leader, "probe", ["db2"]);
  world.runUntil(world.now + 5_000);
  expect(planned(world, "db2")).toMatchObject({
    kind: "refused",
    message: expect.stringContaining(`db2 does not answer ${leader}`),
  });
  world.command({ kind: "switchover", group: GROUP, to: null });
  world.runUntilTrue(() => world.group?.past.length === 1, 8_000);
  expect(world.group).toMatchObject({ master: "db3", past: [{ result: "ok" }] });
  expect(lostWrites(world)).toBe(0);
});

test.each(SEEDS)("a target that is just behind is looked at again at once (seed %i)", (seed) => {
  const world = atRest(seed, { writeEveryMs: 1 });
  world.network.link("db1", "db2").leastMs = 6;
  const times = timesOf(world);
  expect(asked(world, "switchover", "db2", 5_000)).toMatchObject({ kind: "ok" });
  const caughtUpMs = (times.get("catching up") ?? Infinity) - (times.get("pausing") ?? 0);
  expect(caughtUpMs).toBeGreaterThan(2);
  expect(caughtUpMs).toBeLessThan(12);
});

test.each(SEEDS)("clients come before everybody looks at every node (seed %i)", (seed) => {
  const world = atRest(seed, { writeEveryMs: 10 });
  const times = timesOf(world);
  world.command({ kind: "switchover", group: GROUP, to: "db2" });
  until(world, () => world.group?.past.length === 1, "it is over");
  const lingeringMs = world.now - (times.get("claiming") ?? Infinity);
  expect(lingeringMs).toBeGreaterThanOrEqual(15);
  expect(lingeringMs).toBeLessThan(30);
});
