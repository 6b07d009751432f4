/**
 * A command of the operator's is asked before an automatic failover. What it does, or leaves undone,
 * only delays: a veto is told and asked for again, and a command that dies means what was agreed on. More of
 * it, and of what hangs, is in `restraints.ts`.
 */
import { expect, test } from "vitest";
import { statusOf } from "../../../src/core/status.ts";
import type { AskedHook } from "../../../src/core/settings.ts";
import { GROUP } from "../world/plan.ts";
import type { World } from "../world/world.ts";
import { becomesWhole, lostWrites, settled } from "./at-rest.ts";

const SEEDS = [1];

function asking(seed: number, command: string, change: Partial<AskedHook> = {}): World {
  const preFailover = { command, timeoutMs: 1_000, onFailure: "go-on", ...change } as const;
  return settled(seed, { settings: { preFailover } });
}

function heldBack(world: World): string {
  return world.leader()?.state?.alarms[`${GROUP}: failover`] ?? "";
}

/** As the leader tells it in its status. */
function told(world: World): string | null {
  const state = world.leader()?.state;
  const { now } = world;
  if (state == null) return null;
  const { groups } = statusOf(state, { now, wall: now, entropy: 0 });
  const said = groups[0]?.outlook.pre_failover;
  return said == null ? null : `${said.answer}: ${said.text}`;
}

function isAsking(world: World): boolean {
  const errands = world.leader()?.state?.groups[GROUP]?.errands ?? {};
  return Object.values(errands["pre-failover"]?.tasks ?? {}).some(
    (task) => task.finishedAt === null,
  );
}

function failsOver(world: World, withinMs: number): void {
  world.runUntil(world.now + withinMs);
  expect(world.group?.master).not.toBe("db1");
  expect(world.group?.operation).toBeNull();
  expect(heldBack(world)).toBe("");
}

test.each(SEEDS)("consent: it begins at once (seed %i)", (seed) => {
  const world = asking(seed, "exit 0");
  world.killRedis("db1");
  failsOver(world, 3_000);
});

test.each(SEEDS)(
  "a veto: nothing is done to the master, and a person hears why (seed %i)",
  (seed) => {
    const world = asking(seed, "exit 10");
    expect(told(world)).toBe("none: null");
    world.redis("db1").stop();
    world.runUntil(world.now + 4_000);
    // Also while it is asked again.
    for (const until = world.now + 8_000; world.now < until; ) {
      expect(told(world)).toBe("forbids: pre_failover forbids it: said so");
      world.runUntil(world.now + 20);
    }
    expect(world.group?.master).toBe("db1");
    expect(world.group?.past).toEqual([]);
    expect(heldBack(world)).toMatch(/pre_failover forbids it: said so/);
    world.redis("db1").proceed();
    becomesWhole(world, 10_000);
    world.runUntil(world.now + 1_000);
    expect(heldBack(world)).toBe("");
    expect(lostWrites(world)).toBe(0);
  },
);

test.each(SEEDS)("it dies: the failover goes on, a little later (seed %i)", (seed) => {
  const world = asking(seed, "exit 127");
  world.killRedis("db1");
  failsOver(world, 5_000);
});

test.each(SEEDS)("it dies, and the agreement is to stop then (seed %i)", (seed) => {
  const world = asking(seed, "exit 127", { onFailure: "stop" });
  world.killRedis("db1");
  world.runUntil(world.now + 8_000);
  expect(world.group?.master).toBe("db1");
  expect(heldBack(world)).toContain("on_hook_failure is stop");
});

test.each(SEEDS)("the leader dies while it is asked: the next one asks anew (seed %i)", (seed) => {
  const world = asking(seed, "hang");
  world.killRedis("db1");
  world.runUntil(world.now + 600);
  expect(world.group?.master).toBe("db1");
  expect(isAsking(world)).toBe(true);
  expect(told(world)).toBe("awaited: null");
  world.leader()?.crash();
  failsOver(world, 9_000);
});

test.each(SEEDS)("the master comes back while it is asked: it stays (seed %i)", (seed) => {
  const world = asking(seed, "hang", { timeoutMs: 3_000 });
  world.redis("db1").stop();
  world.runUntil(world.now + 3_500);
  expect(isAsking(world)).toBe(true);
  world.redis("db1").proceed();
  world.runUntil(world.now + 6_000);
  expect(world.group?.master).toBe("db1");
  expect(world.group?.past).toEqual([]);
});

test.each(SEEDS)("what a person orders is not asked about (seed %i)", (seed) => {
  const world = asking(seed, "exit 10");
  world.command({ kind: "switchover", group: GROUP, to: "db2" });
  world.runUntil(world.now + 4_000);
  expect(world.group?.master).toBe("db2");
});
