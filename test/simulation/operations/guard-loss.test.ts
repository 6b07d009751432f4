/**
 * The master is well, but nobody can have its lease renewed. It serves until the lease has ended; then
 * the role moves, and nothing that was acknowledged stays behind.
 */
import { describe, expect, test } from "vitest";
import type { GuardResult } from "../../../src/core/vip/types.ts";
import { WRITER } from "../world/plan.ts";
import type { World } from "../world/world.ts";
import { becomesWhole, lostWrites, loseGuard, reaches, SEEDS, settled } from "./at-rest.ts";

type Refusal = Extract<GuardResult, { kind: "refused" }>["code"];

/** The guard answers, and refuses to renew: its own list was changed, say. */
function refuseClaims(world: World, name: string, code: Refusal): void {
  const host = world.host(name);
  const willing = host.guard.bind(host);
  host.guard = (request, done) => {
    const refused: GuardResult = { kind: "refused", code, text: "on purpose" };
    if (request.op === "claim") world.after(2, () => done(refused));
    else willing(request, done);
  };
}

/** sudo is gone: the guard sees no table, and changes none. */
function loseRights(world: World, name: string): void {
  const host = world.host(name);
  const missing: GuardResult = { kind: "refused", code: "missing", text: "no nft" };
  host.guard = (request, done) => {
    const view = { ...host.view(request.vip), gate: "none", token: null } as const;
    world.after(2, () => done(request.op === "show" ? { kind: "ok", view } : missing));
  };
}

function leavesWithEverything(world: World): void {
  world.runUntil(world.now + 9_000);
  expect(world.group?.master).not.toBe("db1");
  expect(world.servingHost(WRITER)?.name).toBe(world.group?.master);
  expect(world.group?.past.map(({ kind, result }) => `${kind} ${result}`)).toEqual([
    "failover ok",
    "rejoin ok",
  ]);
  expect(lostWrites(world)).toBe(0);
  expect(world.redis("db1").minReplicas).toBe("0");
  expect(world.redis("db1").isMaster).toBe(false);
}

describe.each([2, 3])("among %i nodes", (nodes) => {
  test.each(SEEDS)(
    "a master whose guard is silent leaves with all its writes (seed %i)",
    (seed) => {
      const world = settled(seed, { nodes });
      loseGuard(world, "db1");
      leavesWithEverything(world);
    },
  );

  test.each(SEEDS)("so does one whose guard refuses (seed %i)", (seed) => {
    const world = settled(seed, { nodes });
    refuseClaims(world, "db1", "denied");
    leavesWithEverything(world);
  });

  test.each(SEEDS)("so does one whose guard lost its rights (seed %i)", (seed) => {
    const world = settled(seed, { nodes });
    loseRights(world, "db1");
    leavesWithEverything(world);
  });
});

test.each(SEEDS)("writes that a replica received late are waited for (seed %i)", (seed) => {
  const world = settled(seed, { nodes: 2 });
  const link = world.network.link("db1", "db2");
  loseGuard(world, "db1");
  reaches(world, "fence");
  Object.assign(link, { delayMs: 400 });
  world.runUntil(world.now + 9_000);
  expect(world.servingHost(WRITER)?.name).toBe("db2");
  expect(lostWrites(world)).toBe(0);
});

test.each(SEEDS)("a guard that answers again keeps its master (seed %i)", (seed) => {
  const world = settled(seed);
  const mend = loseGuard(world, "db1");
  reaches(world, "fence");
  mend();
  world.runUntil(world.now + 4_000);
  expect(world.safety.finished).toEqual({ "failover undone": 1 });
  expect(world.group?.master).toBe("db1");
  expect(world.redis("db1").minReplicas).toBe("0");
  becomesWhole(world, 2_000);
  expect(lostWrites(world)).toBe(0);
});

test.each(SEEDS)("a master that dies meanwhile is not waited for (seed %i)", (seed) => {
  const world = settled(seed);
  loseGuard(world, "db1");
  reaches(world, "fence");
  world.runUntil(world.now + 500);
  world.powerOff("db1");
  world.runUntil(world.now + 6_000);
  expect(world.servingHost(WRITER)?.name).toBe(world.group?.master);
  expect(world.group?.master).not.toBe("db1");
});

test.each(SEEDS)("a new holder that refuses its first claim is replaced (seed %i)", (seed) => {
  const world = settled(seed);
  for (const name of ["db2", "db3"]) if (name === "db2") refuseClaims(world, name, "addr");
  world.redis("db2").priority = 1;
  world.killRedis("db1");
  world.runUntil(world.now + 15_000);
  expect(world.servingHost(WRITER)?.name).toBe("db3");
  expect(world.group?.master).toBe("db3");
});

test.each(SEEDS)("a guard that fails the leader alone moves nothing (seed %i)", (seed) => {
  const world = settled(seed);
  const leader = world.leader()?.name ?? "";
  const host = world.host("db1");
  const willing = host.guard.bind(host);
  world.runUntil(world.now + 1_000);
  world.network.cut(leader, "db1");
  host.guard = willing;
  world.runUntil(world.now + 8_000);
  expect(world.safety.finished).toEqual({});
  expect(world.group?.master).toBe("db1");
});
