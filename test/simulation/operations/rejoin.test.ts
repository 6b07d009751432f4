/** What a returning old master is held from, and what history says of it; and who only watches. */
import { expect, test } from "vitest";
import { GROUP } from "../world/plan.ts";
import type { RedisServer } from "../world/redis-server.ts";
import type { World } from "../world/world.ts";
import { becomesWhole, lostWrites, SEEDS, settled } from "./at-rest.ts";

function ends(world: World): readonly string[] {
  return world.group?.past.map(({ kind, result }) => `${kind} ${result}`) ?? [];
}

/** The old master, whose administrator wants one replica, is started again once another has its place. */
function comesBack(world: World, loadingMs: number): RedisServer {
  const old = world.redis("db1");
  old.minReplicas = "1";
  old.rewrite();
  old.loadingMs = loadingMs;
  old.terminate();
  world.runUntil(world.now + 3_000);
  old.start();
  return old;
}

test.each(SEEDS)(
  "an old master that loads is blocked before it could accept a write (seed %i)",
  (seed) => {
    const world = settled(seed);
    const old = comesBack(world, 3_000);
    world.runUntilTrue(() => old.minReplicas === "1000000", 800);
    expect(old.loading).toBe(true);
    expect(old.minReplicas).toBe("1000000");
    world.runUntilTrue(() => !old.loading, 8_000);
    old.loadingMs = 20;
    let written: string | undefined;
    old.write(
      999_999,
      () => true,
      (result) => (written = result),
    );
    expect(written).toMatch(/NOREPLICAS|READONLY/);
    becomesWhole(world, 20_000);
    expect(old.minReplicas).toBe("1");
    expect(old.configured).toMatchObject({
      minReplicas: "1",
      master: { host: world.redis(world.group?.master ?? "").host.address },
    });
  },
);

test.each(SEEDS)(
  "what its administrator had set is left alone when it rejoins (seed %i)",
  (seed) => {
    const world = settled(seed);
    const old = comesBack(world, 1);
    world.runUntil(world.now + 2_000);
    becomesWhole(world, 20_000);
    expect(old.minReplicas).toBe("1");
    expect(old.configured.minReplicas).toBe("1");
  },
);

test.each(SEEDS)("a planned switchover is one entry of the history (seed %i)", (seed) => {
  const world = settled(seed);
  world.command({ kind: "switchover", group: GROUP, to: "db2" });
  world.runUntil(world.now + 5_000);
  becomesWhole(world, 5_000);
  expect(ends(world)).toEqual(["switchover ok"]);
});

test.each(SEEDS)(
  "one whose old master restarts on its way back tells of that, too (seed %i)",
  (seed) => {
    const world = settled(seed);
    world.command({ kind: "switchover", group: GROUP, to: "db2" });
    world.runUntilTrue(() => world.group?.master === "db2", 2_000);
    world.redis("db1").terminate();
    world.runUntil(world.now + 500);
    world.redis("db1").start();
    becomesWhole(world, 20_000);
    expect(ends(world)).toEqual(["switchover ok", "rejoin ok"]);
  },
);

/** A replica restarts with nothing, from a file in which it is a master. */
function becomesStray(world: World): RedisServer {
  const stray = world.redis("db3");
  stray.persistence = "none";
  stray.resetFile();
  stray.terminate();
  world.runUntil(world.now + 3_000);
  stray.start();
  world.runUntilTrue(() => !stray.loading, 1_000);
  expect(stray.isMaster).toBe(true);
  return stray;
}

test.each(SEEDS)(
  "a replica whose file names no master follows again after its restart (seed %i)",
  (seed) => {
    const world = settled(seed);
    const stray = becomesStray(world);
    becomesWhole(world, 10_000);
    expect(stray.configured.master?.host).toBe(world.host("db1").address);
    expect(lostWrites(world)).toBe(0);
  },
);

test.each(SEEDS)(
  "but not if somebody wrote to it meanwhile: a person decides (seed %i)",
  (seed) => {
    const world = settled(seed);
    const stray = becomesStray(world);
    stray.write(
      999_999,
      () => true,
      () => undefined,
    );
    world.runUntil(world.now + 10_000);
    expect(stray.isMaster).toBe(true);
    expect(world.group?.master).toBe("db1");
  },
);

test.each(SEEDS)("who only watches still ends a switchover by hand (seed %i)", (seed) => {
  const world = settled(seed);
  world.command({ kind: "set-mode", group: GROUP, mode: "passive" });
  world.runUntil(world.now + 500);
  world.command({ kind: "switchover", group: GROUP, to: "db2" });
  world.runUntil(world.now + 3_000);
  becomesWhole(world, 10_000);
  expect(world.group?.master).toBe("db2");
  expect(lostWrites(world)).toBe(0);
  for (const name of ["db1", "db3"])
    expect(world.redis(name).configured.master?.host).toBe(world.host("db2").address);
});

test.each(SEEDS)("who only watches still ends a failover by hand (seed %i)", (seed) => {
  const world = settled(seed);
  world.command({ kind: "set-mode", group: GROUP, mode: "passive" });
  world.runUntil(world.now + 500);
  world.command({ kind: "failover", group: GROUP, to: "db3", acceptDataLoss: false });
  world.runUntil(world.now + 3_000);
  becomesWhole(world, 10_000);
  expect(world.group?.master).toBe("db3");
  expect(lostWrites(world)).toBe(0);
});

test.each(SEEDS)(
  "who only watches leaves a replica alone that somebody moved (seed %i)",
  (seed) => {
    const world = settled(seed);
    world.command({ kind: "set-mode", group: GROUP, mode: "passive" });
    world.runUntil(world.now + 500);
    world.redis("db3").follow(world.host("db2").address, 6379);
    world.runUntil(world.now + 5_000);
    expect(world.redis("db3").master?.host).toBe(world.host("db2").address);
  },
);

test.each(SEEDS)(
  "a configuration that cannot be written is an alarm until it can be (seed %i)",
  (seed) => {
    const world = settled(seed);
    const old = world.redis("db1");
    old.terminate();
    world.runUntil(world.now + 3_000);
    old.rewrite = () => false;
    old.start();
    becomesWhole(world, 20_000);
    const alarm = () => world.leader()?.state?.alarms[`${GROUP}: db1 rewrite`];
    expect(alarm()).toMatch(/CONFIG REWRITE failed on db1/);
    world.runUntil(world.now + 25_000);
    expect(alarm()).toBeDefined();
    Reflect.deleteProperty(old, "rewrite");
    world.runUntilTrue(() => alarm() === undefined, 15_000);
    expect(alarm()).toBeUndefined();
    expect(old.configured.master).not.toBeNull();
  },
);
