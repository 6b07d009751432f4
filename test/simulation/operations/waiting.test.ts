/**
 * The mode `wait`: what ends it, what does not, and what is told of it. That it keeps from failing over,
 * and ends no sooner than it may, is looked at by `world/restraint.ts` and by scripts (`restraints.ts`).
 */
import { expect, test } from "vitest";
import type { Command } from "../../../src/core/messages.ts";
import { statusOf } from "../../../src/core/status.ts";
import type { Status } from "../../../src/core/status-types.ts";
import { HOSTS } from "../rules/script.ts";
import { GROUP, OPERATOR } from "../world/plan.ts";
import type { World } from "../world/world.ts";
import { settled } from "./at-rest.ts";

const WAIT_MS = 5_000;

/** db3 is not there. */
function waiting(waitForOtherMasterMs = WAIT_MS): World {
  const world = settled(1, { settings: { waitForOtherMasterMs } });
  world.killRedis("db3");
  world.runUntil(world.now + 1_500);
  tell(world, { kind: "set-mode", group: GROUP, mode: "wait" });
  return world;
}

function tell(world: World, command: Command): void {
  const told: string[] = [];
  world.command(command, undefined, ({ kind }) => told.push(kind));
  world.runUntilTrue(() => told.length > 0, 10_000);
  expect(told).toEqual(["ok"]);
}

/** How long until it is active; null: it is not in this time. */
function becomesActive(world: World, withinMs: number): number | null {
  const from = world.now;
  return world.runUntilTrue(() => world.group?.mode === "active", withinMs)
    ? world.now - from
    : null;
}

function statusOfLeader(world: World): Status | null {
  const leader = world.leader();
  if (leader?.state === null || leader === undefined) return null;
  const now = leader.clock.local(world.now);
  return statusOf(leader.state, { now, wall: now, entropy: 0 });
}

/** What has become of the mode by itself. */
const modes = (world: World) =>
  (world.group?.past ?? [])
    .filter(({ kind, by }) => kind === "mode" && by !== OPERATOR)
    .map(({ reason }) => reason);

test("it ends once the master has been there for long enough, and says so, once", () => {
  const world = waiting();
  const took = becomesActive(world, 10_000) ?? 0;
  expect(took).toBeGreaterThanOrEqual(0.98 * WAIT_MS - 100);
  expect(took).toBeLessThan(WAIT_MS + 1_000);
  world.runUntil(world.now + 3_000);
  expect(modes(world)).toEqual(["mode wait → active: db1 has been ONLINE for 5 s; not there: db3"]);
  expect(world.group?.past.at(-1)?.by).toMatch(/^mon/);
});

test("it ends at once when the last one is there, or is not awaited any more", () => {
  const late = waiting(0);
  expect(becomesActive(late, 20_000)).toBeNull();
  late.redis("db3").start();
  expect(becomesActive(late, 3_000)).not.toBeNull();
  expect(modes(late)).toEqual(["mode wait → active: every node is ONLINE"]);
  const given = waiting(0);
  tell(given, { kind: "set-offline", group: GROUP, node: "db3" });
  expect(becomesActive(given, 1_000)).not.toBeNull();
});

test("a node that only one monitor hears is not there, and that is told", () => {
  const world = waiting();
  const others = world.monitors.filter((monitor) => monitor !== world.leader());
  for (const { name } of world.hosts)
    for (const monitor of others) world.network.cut(monitor.name, name);
  world.runUntil(world.now + 1_000);
  world.redis("db3").start();
  expect(becomesActive(world, 3 * WAIT_MS)).toBeNull();
  expect(world.group?.master).toBe("db1");
  const status = statusOfLeader(world);
  expect(status?.groups[0]?.nodes.map((node) => node.state)).toEqual([
    "ONLINE",
    "ONLINE",
    "ONLINE",
  ]);
  expect(status?.groups[0]?.waiting).toMatchObject({ missing: HOSTS, online_ms: null });
  expect(status?.warnings.map(({ text }) => text).join()).toContain(
    "until every node is ONLINE to a majority of the monitors (not yet: db1, db2, db3) and the master is well, or db1 has been for 5 s",
  );
});

test("what a person says ends it, and to say it again begins it anew", () => {
  const world = waiting();
  expect(becomesActive(world, WAIT_MS - 1_000)).toBeNull();
  tell(world, { kind: "set-mode", group: GROUP, mode: "wait" });
  expect(becomesActive(world, WAIT_MS - 500)).toBeNull();
  tell(world, { kind: "set-mode", group: GROUP, mode: "manual" });
  expect(becomesActive(world, 3 * WAIT_MS)).toBeNull();
  expect(modes(world)).toEqual([]);
});

test("it does not end while the group is paused, nor does that time count", () => {
  const world = waiting();
  tell(world, { kind: "pause", group: GROUP, forMs: null, reason: null });
  expect(becomesActive(world, 2 * WAIT_MS)).toBeNull();
  tell(world, { kind: "resume", group: GROUP });
  expect(becomesActive(world, 2 * WAIT_MS)).toBeGreaterThan(0.98 * WAIT_MS - 100);
});

test("another master's time is its own, and people may do there what they want", () => {
  const world = waiting();
  expect(becomesActive(world, WAIT_MS - 2_000)).toBeNull();
  tell(world, { kind: "switchover", group: GROUP, to: "db2" });
  expect(world.group?.master).toBe("db2");
  expect(becomesActive(world, 2 * WAIT_MS)).toBeGreaterThan(0.98 * WAIT_MS - 500);
  expect(modes(world).at(-1)).toMatch(/: db2 has been ONLINE/);
});
