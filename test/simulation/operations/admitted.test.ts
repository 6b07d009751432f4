/**
 * A host that was out of reach when the holder died. Rule 11 cannot admit it any more, for nobody is left
 * who could show the new epoch; but a failover may, once the old holder is proven empty without it.
 */
import { expect, test } from "vitest";
import type { CommandOutcome } from "../../../src/core/messages.ts";
import { GROUP, WRITER } from "../world/plan.ts";
import type { World, WorldOptions } from "../world/world.ts";
import { becomesWhole, loseGuard, SEEDS, settled } from "./at-rest.ts";

const readSet = (world: World): Readonly<Record<string, string>> =>
  world.group?.vips[0]?.readSet ?? {};

/** db2's guard is lost for so long that its register is not read any more; yields what mends it. */
function leftOut(seed: number, options: Partial<WorldOptions>): { world: World; mend: () => void } {
  const world = settled(seed, options);
  const mend = loseGuard(world, "db2");
  world.runUntilTrue(() => readSet(world)["db2"] === undefined, 10_000);
  expect(readSet(world)).not.toHaveProperty("db2");
  return { world, mend };
}

function serves(world: World, name: string): void {
  expect(world.group?.operation).toBeNull();
  expect(world.group?.master).toBe(name);
  expect(world.servingHost(WRITER)?.name).toBe(name);
}

test.each(SEEDS)("it takes over when the holder's host is fenced (seed %i)", (seed) => {
  const { world, mend } = leftOut(seed, { nodes: 2, settings: { fenceCommand: "fence" } });
  world.network.cut("db1", "db2");
  for (const { name } of world.monitors) world.network.cut("db1", name);
  world.runUntil(world.now + 100);
  mend();
  world.runUntil(world.now + 8_000);
  serves(world, "db2");
  world.powerOn("db1");
  for (const { name } of world.monitors) world.network.cut("db1", name, false);
  world.network.cut("db1", "db2", false);
  becomesWhole(world, 30_000);
  world.runUntil(world.now + 2_000);
  expect(readSet(world)).toEqual({ db1: "in", db2: "in" });
});

test.each(SEEDS)(
  "it takes over when only Redis died, and the guard there lets go (seed %i)",
  (seed) => {
    const { world, mend } = leftOut(seed, { nodes: 2 });
    world.killRedis("db1");
    world.runUntil(world.now + 100);
    mend();
    world.runUntil(world.now + 5_000);
    serves(world, "db2");
  },
);

test.each(SEEDS)("it takes over when another host's answer is proof enough (seed %i)", (seed) => {
  const { world, mend } = leftOut(seed, { nodes: 3 });
  world.killRedis("db3");
  world.powerOff("db1");
  world.runUntil(world.now + 100);
  mend();
  world.runUntil(world.now + 8_000);
  serves(world, "db2");
  world.powerOn("db1");
  world.redis("db3").start();
  becomesWhole(world, 30_000);
});

test.each(SEEDS)(
  "without a proof nothing moves until a person vouches for the dead host (seed %i)",
  (seed) => {
    const { world, mend } = leftOut(seed, { nodes: 2 });
    world.powerOff("db1");
    world.runUntil(world.now + 100);
    mend();
    world.runUntil(world.now + 10_000);
    expect(world.group?.operation).toBeNull();
    expect(world.servingHost(WRITER)).toBeUndefined();
    const told: CommandOutcome[] = [];
    world.command(
      { kind: "adopt", group: GROUP, cluster: null, empty: "db1", acceptDataLoss: false },
      undefined,
      (t) => told.push(t),
    );
    world.runUntil(world.now + 500);
    expect(told.pop()).toMatchObject({ kind: "refused" });
    world.command({ kind: "failover", group: GROUP, to: "db2", acceptDataLoss: false });
    world.runUntil(world.now + 10_000);
    expect(world.group?.operation?.phase).toBe("fence");
    expect(world.servingHost(WRITER)).toBeUndefined();
    world.command(
      { kind: "adopt", group: GROUP, cluster: null, empty: "db1", acceptDataLoss: false },
      undefined,
      (t) => told.push(t),
    );
    world.runUntil(world.now + 3_000);
    expect(told.pop()).toMatchObject({ kind: "ok" });
    serves(world, "db2");
    const [word, moved] = world.group?.past.slice(-2) ?? [];
    const said = { kind: "adopt", from: "db1", by: expect.any(String) as string };
    expect(word).toMatchObject(said);
    expect(word?.reason).toBe(`db1 serves no VIP (${WRITER}), by the word of ${word?.by}`);
    expect(moved).toMatchObject({ kind: "failover", from: "db1", fencing: "vouched" });
    expect(moved?.reason).toBe(`forced; ${word?.by} said that db1 serves no VIP`);
    world.powerOn("db1");
    becomesWhole(world, 30_000);
  },
);

test.each(SEEDS)(
  "a holder that only a minority reaches is not left without a proof (seed %i)",
  (seed) => {
    const { world, mend } = leftOut(seed, { nodes: 2 });
    const leader = world.leader()?.name ?? "";
    const keeper = world.monitors.map(({ name }) => name).find((name) => name !== leader) ?? "";
    for (const { name } of world.monitors) if (name !== keeper) world.network.cut("db1", name);
    world.network.cut("db1", "db2");
    // Otherwise it would lead, and could have the old holder let go.
    world.network.cut(keeper, "db2");
    mend();
    world.runUntil(world.now + 15_000);
    expect(world.group?.master).toBe("db1");
    expect(world.safety.finished).toEqual({});
    for (const { name } of world.monitors) world.network.cut("db1", name, false);
    world.network.cut("db1", "db2", false);
    world.network.cut(keeper, "db2", false);
    becomesWhole(world, 20_000);
    serves(world, "db1");
  },
);

test.each(SEEDS)(
  "an isolated monitor that never heard of the admission keeps nobody alive (seed %i)",
  (seed) => {
    const { world, mend } = leftOut(seed, { nodes: 3, settings: { leaseMs: 1000, permitMs: 400 } });
    const leader = world.leader()?.name ?? "";
    const lonely = world.monitors.map(({ name }) => name).find((name) => name !== leader) ?? "";
    for (const { name } of world.monitors) {
      if (name !== lonely) {
        world.network.cut(lonely, name);
        world.network.cut("db1", name);
      }
    }
    for (const name of ["db2", "db3"]) world.network.cut("db1", name);
    world.network.cut(lonely, "db2");
    world.killRedis("db3");
    mend();
    world.runUntil(world.now + 10_000);
    serves(world, "db2");
  },
);
