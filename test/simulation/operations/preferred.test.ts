/**
 * `prefer`: the monitors move the role to a node by themselves, as a switchover that loses nothing, and only
 * as long as nothing and nobody speaks against it. `world/wishes.ts` looks on; that it comes about, and
 * what makes it wait, is here.
 */
import { expect, test } from "vitest";
import type { Command } from "../../../src/core/messages.ts";
import type { GroupSettings } from "../../../src/core/settings.ts";
import { GROUP } from "../world/plan.ts";
import type { World } from "../world/world.ts";
import { becomesWhole, reaches, settled } from "./at-rest.ts";

const AFTER_MS = 5_000;
/** A clock may be 1 % too fast. */
const AT_LEAST_MS = 0.98 * AFTER_MS;

function preferring(node: string, settings: Partial<GroupSettings> = {}): World {
  return settled(1, {
    settings: { prefer: { node, afterMs: AFTER_MS }, cooldownMs: 10_000, ...settings },
  });
}

/** When the role arrives at that node; null: not in this time. */
function arrives(world: World, node: string, withinMs: number): number | null {
  const from = world.now;
  const isThere = () => world.group?.master === node && world.group.operation === null;
  return world.runUntilTrue(isThere, withinMs) ? world.now - from : null;
}

function tell(world: World, command: Command): void {
  const told: string[] = [];
  world.command(command, undefined, ({ kind }) => told.push(kind));
  world.runUntilTrue(() => told.length > 0, 10_000);
  expect(told).toEqual(["ok"]);
}

function lastMoves(world: World): readonly string[] {
  return (world.group?.past ?? [])
    .filter(({ kind }) => kind === "failover" || kind === "switchover")
    .map(({ kind, result, to }) => `${kind} to ${to}: ${result}`);
}

test("the role goes back to it after a failover, when it has been fit for long enough", () => {
  const world = preferring("db1");
  world.killRedis("db1");
  expect(world.runUntilTrue(() => world.group?.master !== "db1", 8_000)).toBe(true);
  world.redis("db1").start();
  const tookMs = arrives(world, "db1", 40_000);
  // Not in its cooldown, and then as long as was agreed on.
  expect(tookMs).toBeGreaterThan(10_000);
  becomesWhole(world, 10_000);
  expect(lastMoves(world).at(-1)).toBe("switchover to db1: ok");
  expect(world.group?.past.at(-1)).toMatchObject({ by: expect.stringMatching(/^mon/) as string });
  expect(world.group?.preference).toMatchObject({ node: "db1", tries: [expect.any(Number)] });
});

test("what a person moved stays where it is, until somebody acknowledges that or moves it back", () => {
  const world = preferring("db1");
  tell(world, { kind: "switchover", group: GROUP, to: "db2" });
  expect(arrives(world, "db1", 30_000)).toBeNull();
  expect(world.group?.preference?.aside).toEqual({ by: "operator", to: "db2" });
  tell(world, { kind: "acknowledge", group: GROUP, node: "db1" });
  expect(arrives(world, "db1", 2 * AFTER_MS)).toBeGreaterThanOrEqual(AT_LEAST_MS);
});

/** db1 fails, and nobody may become master: db2 was started anew, and was not seen in sync since. */
function findsNobody(world: World): void {
  world.unplug("db1");
  reaches(world, "fence");
  for (const name of ["db2", "db3"]) {
    world.redis(name).terminate();
    world.redis(name).start();
  }
  nobodyIsFound(world);
}

function nobodyIsFound(world: World): void {
  const alarm = () => world.leader()?.state?.alarms[`${GROUP}: successor`];
  expect(world.runUntilTrue(() => alarm() !== undefined, 10_000)).toBe(true);
}

function accepts(world: World, to: string | null): void {
  tell(world, { kind: "failover", group: GROUP, to, acceptDataLoss: true });
}

test.each([null, "db2"])(
  "whoever accepts the loss of a failover has moved the role (to %s)",
  (to) => {
    const world = preferring("db1");
    findsNobody(world);
    accepts(world, to);
    const now = world.group?.master ?? "";
    expect(now).not.toBe("db1");
    world.unplug("db1", false);
    becomesWhole(world, 30_000);
    expect(arrives(world, "db1", 30_000)).toBeNull();
    expect(world.group?.preference?.aside).toEqual({ by: "operator", to: now });
  },
);

test("but not where it stays with its master", () => {
  const world = preferring("db2");
  tell(world, { kind: "set-offline", group: GROUP, node: "db3" });
  Object.assign(world.redis("db1"), { persistence: "none", loadingMs: 0 });
  world.killRedis("db1");
  reaches(world, "fence");
  world.killRedis("db2");
  nobodyIsFound(world);
  world.redis("db1").start();
  world.runUntil(world.now + 4_000);
  accepts(world, "db1");
  expect(lastMoves(world).at(-1)).toBe("failover to db1: ok");
  world.redis("db2").start();
  expect(arrives(world, "db2", 40_000)).toBeGreaterThanOrEqual(AT_LEAST_MS);
});

test("nothing is moved while the group is paused or manual, and then not at once", () => {
  const manual = preferring("db3");
  tell(manual, { kind: "set-mode", group: GROUP, mode: "manual" });
  expect(arrives(manual, "db3", 20_000)).toBeNull();
  tell(manual, { kind: "pause", group: GROUP, forMs: null, reason: null });
  tell(manual, { kind: "set-mode", group: GROUP, mode: "active" });
  expect(arrives(manual, "db3", 20_000)).toBeNull();
  tell(manual, { kind: "resume", group: GROUP });
  expect(arrives(manual, "db3", 20_000)).toBeGreaterThanOrEqual(AT_LEAST_MS);
});

test("a veto of pre_switchover is kept, told, and asked for again only after twice the time", () => {
  const preSwitchover = { command: "exit 10", timeoutMs: 1_000, onFailure: "go-on" } as const;
  const world = preferring("db2", { preSwitchover });
  const hasTried = (times: number) => world.group?.preference?.tries.length === times;
  expect(world.runUntilTrue(() => hasTried(1), 10_000)).toBe(true);
  const at = world.now;
  expect(world.group).toMatchObject({ master: "db1", operation: null, past: [] });
  expect(world.group?.preference?.failure).toMatch(/^pre_switchover forbids it/);
  expect(world.runUntilTrue(() => hasTried(2), 20_000)).toBe(true);
  expect(world.now - at).toBeGreaterThanOrEqual(2 * AT_LEAST_MS);
});

test("a move that turns back says why, and the next one waits twice as long", () => {
  const world = preferring("db2");
  expect(world.runUntilTrue(() => world.group?.operation?.phase === "prepare", 10_000)).toBe(true);
  world.killRedis("db2");
  expect(world.runUntilTrue(() => world.group?.operation === null, 10_000)).toBe(true);
  expect(lastMoves(world)).toEqual(["switchover to db2: undone"]);
  expect(world.group?.preference?.failure).toMatch(/^db2 is preferred, .*undone: /);
  world.redis("db2").start();
  becomesWhole(world, 10_000);
  expect(arrives(world, "db2", 40_000)).toBeGreaterThan(AFTER_MS + 1_000);
  expect(world.group?.preference?.failure).toBeUndefined();
});

test("a replica that falls away shortly before begins its time anew", () => {
  const world = preferring("db2");
  world.runUntil(world.now + 500);
  world.killRedis("db2");
  world.runUntil(world.now + 2_000);
  world.redis("db2").start();
  expect(arrives(world, "db2", 30_000)).toBeGreaterThanOrEqual(AT_LEAST_MS);
});
