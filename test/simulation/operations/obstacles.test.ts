/** What gets in the way of an operation: each script has one obstacle, and the way around it. */
import { expect, test } from "vitest";
import type { CommandOutcome } from "../../../src/core/messages.ts";
import { reload } from "../rules/new-times.ts";
import { GROUP, WRITER } from "../world/plan.ts";
import {
  becomesWhole,
  isLetGo,
  lostWrites,
  loseGuard,
  reaches,
  SEEDS,
  settled,
} from "./at-rest.ts";

test.each(SEEDS)(
  "a network that is slow does not keep a switchover from its end (seed %i)",
  (seed) => {
    const world = settled(seed);
    // Each answer takes longer than the pause between two questions.
    world.network.setAll({ delayMs: 10 });
    world.command({ kind: "switchover", group: GROUP, to: "db2" });
    world.runUntil(world.now + 2_000);
    expect(world.safety.finished).toEqual({ "switchover ok": 1 });
    expect(lostWrites(world)).toBe(0);
  },
);

test.each(SEEDS)("a target that restarts with old data is not promoted (seed %i)", (seed) => {
  const world = settled(seed);
  world.redis("db2").saveSnapshot();
  world.runUntil(world.now + 500);
  world.command({ kind: "switchover", group: GROUP, to: "db2" });
  isLetGo(world);
  world.redis("db2").kill();
  world.redis("db2").start();
  becomesWhole(world, 30_000);
  expect(lostWrites(world)).toBe(0);
});

test.each(SEEDS)(
  "a frozen replica that restarts with old data is not promoted (seed %i)",
  (seed) => {
    const world = settled(seed);
    world.redis("db2").saveSnapshot();
    world.runUntil(world.now + 500);
    world.killRedis("db1");
    reaches(world, "promote");
    const chosen = world.redis(world.group?.operation?.to ?? "");
    chosen.saveSnapshot = () => {};
    chosen.kill();
    chosen.start();
    world.runUntil(world.now + 8_000);
    expect(world.safety.finished).toEqual({ "failover ok": 1 });
    expect(world.servingHost(WRITER)?.name).toBe(world.group?.master);
    expect(world.group?.master).not.toBe(chosen.name);
  },
);

test.each(SEEDS)(
  "a successor that dies after the point of no return is replaced (seed %i)",
  (seed) => {
    const world = settled(seed);
    world.command({ kind: "switchover", group: GROUP, to: "db2" });
    reaches(world, "claim");
    world.powerOff("db2");
    world.runUntilTrue(() => world.servingHost(WRITER)?.name === "db3", 10_000);
    expect(world.group?.master).toBe("db3");
    world.powerOn("db2");
    becomesWhole(world, 40_000);
  },
);

test.each(SEEDS)(
  "a successor whose guard is lost before its claim is replaced (seed %i)",
  (seed) => {
    const world = settled(seed);
    world.command({ kind: "switchover", group: GROUP, to: "db2" });
    reaches(world, "claim");
    loseGuard(world, "db2");
    world.runUntil(world.now + 15_000);
    expect(world.servingHost(WRITER)?.name).toBe(world.group?.master);
    expect(world.group?.master).not.toBe("db2");
  },
);

test.each(SEEDS)(
  "a switchover from a host without a guard does not wait for ever (seed %i)",
  (seed) => {
    const world = settled(seed, { nodes: 2 });
    loseGuard(world, "db1");
    world.command({ kind: "switchover", group: GROUP, to: "db2" });
    world.runUntil(world.now + 15_000);
    expect(world.servingHost(WRITER)?.name).toBe("db2");
  },
);

test.each(SEEDS)("the only replica is tried again after it failed once (seed %i)", (seed) => {
  const world = settled(seed, { nodes: 2 });
  world.killRedis("db1");
  reaches(world, "promote");
  world.redis("db2").stop();
  world.runUntil(world.now + 4_000);
  world.redis("db2").proceed();
  world.runUntil(world.now + 10_000);
  expect(world.group?.master).toBe("db2");
  expect(world.servingHost(WRITER)?.name).toBe("db2");
});

test.each(SEEDS)("whoever accepts the loss may have an old master back (seed %i)", (seed) => {
  const world = settled(seed, { nodes: 2 });
  world.redis("db1").terminate();
  world.runUntil(world.now + 3_000);
  expect(world.group?.master).toBe("db2");
  world.powerOff("db2");
  world.redis("db1").start();
  world.runUntil(world.now + 8_000);
  expect(world.redis("db1").isMaster).toBe(false);
  world.command({ kind: "failover", group: GROUP, to: "db1", acceptDataLoss: true });
  world.runUntil(world.now + 10_000);
  expect(world.group?.master).toBe("db1");
  expect(world.servingHost(WRITER)?.name).toBe("db1");
  world.powerOn("db2");
  becomesWhole(world, 30_000);
});

test.each(SEEDS)("a master that was made a replica of nobody is replaced (seed %i)", (seed) => {
  const world = settled(seed);
  world.redis("db1").follow("10.0.0.77", 6379);
  world.runUntil(world.now + 6_000);
  expect(world.group?.master).not.toBe("db1");
  expect(world.servingHost(WRITER)?.name).toBe(world.group?.master);
  becomesWhole(world, 30_000);
});

test.each(SEEDS)(
  "what blocks a master is lifted when it comes back, to what it was (seed %i)",
  (seed) => {
    const world = settled(seed);
    world.redis("db1").minReplicas = "1";
    world.command({ kind: "switchover", group: GROUP, to: "db2" });
    isLetGo(world);
    world.killRedis("db1");
    world.redis("db2").stop();
    world.runUntil(world.now + 5_000);
    world.redis("db2").proceed();
    world.redis("db1").start();
    becomesWhole(world, 40_000);
    for (const server of world.servers.values()) expect(Number(server.minReplicas)).toBeLessThan(2);
  },
);

test.each(SEEDS)("a leader that cannot reach the master hands over (seed %i)", (seed) => {
  const world = settled(seed);
  world.runUntil(35_000);
  const leader = world.leader()?.name ?? "";
  world.network.cut(leader, "db1");
  world.runUntil(world.now + 5_000);
  expect(world.leader()?.name).not.toBe(leader);
  expect(world.safety.finished).toEqual({});
  expect(world.client.longestGap.ms).toBeLessThan(100);
});

test("a node that is down too often waits for a person", () => {
  const world = settled(1);
  for (let i = 0; i < 4; i++) {
    world.killRedis("db3");
    world.runUntil(world.now + 2_000);
    world.redis("db3").start();
    world.runUntil(world.now + 3_000);
  }
  const admin = (): string | undefined =>
    world.group?.nodes.find(({ name }) => name === "db3")?.admin;
  expect(admin()).toBe("awaiting-recovery");
  world.command({ kind: "set-online", group: GROUP, node: "db3" });
  world.runUntil(world.now + 500);
  expect(admin()).toBe("online");
});

test.each(SEEDS)("the write guard follows the replicas (seed %i)", (seed) => {
  const world = settled(seed, { nodes: 2, settings: { writeGuard: true } });
  world.runUntil(world.now + 3_000);
  expect(world.redis("db1").minReplicas).toBe("1");
  const told: string[] = [];
  world.transcript.onLine = (line) => {
    if (line.includes("(write_guard)")) told.push(line.includes("no replica") ? "off" : "on");
  };
  world.redis("db2").kill();
  world.runUntil(world.now + 4_000);
  expect(world.redis("db1").minReplicas).toBe("0");
  world.redis("db2").start();
  world.runUntil(world.now + 5_000);
  expect(world.redis("db1").minReplicas).toBe("1");
  expect(told).toEqual(["off", "on"]);
});

test.each(["a reload ends it", "the mode is passive"])(
  "of a guard that is over nobody is warned: %s",
  (how) => {
    const world = settled(1, { nodes: 2, settings: { writeGuard: true } });
    world.runUntilTrue(() => world.redis("db1").minReplicas === "1", 5_000);
    world.redis("db2").kill();
    const isWarned = (): boolean =>
      world.leader()?.state?.alarms[`${GROUP}: write guard`] !== undefined;
    world.runUntilTrue(isWarned, 5_000);
    expect(isWarned()).toBe(true);
    let outcome: CommandOutcome | undefined;
    if (how === "the mode is passive")
      world.command({ kind: "set-mode", group: GROUP, mode: "passive" });
    else reload(world, { writeGuard: false }, (told) => (outcome = told));
    world.runUntil(world.now + 2_000);
    expect(isWarned()).toBe(false);
    // What an administrator set there cannot be told from what the guard set.
    if (outcome !== undefined)
      expect(outcome).toMatchObject({
        kind: "ok",
        message: expect.stringContaining("min-replicas-to-write stays") as string,
      });
  },
);

const HUNG = [2, 3].flatMap((nodes) =>
  [true, false].flatMap((nft) =>
    ["db1", "db2", "db3"].slice(0, nodes).map((hung) => ({ nodes, nft, hung })),
  ),
);
test.each(HUNG)(
  "a switchover among $nodes nodes (leases: $nft) ends although $hung hangs, and all is well when it goes on",
  ({ nodes, nft, hung }) => {
    const world = settled(3, { nodes, nft });
    world.command({ kind: "switchover", group: GROUP, to: "db2" });
    world.runUntil(world.now + 12);
    world.redis(hung).stop();
    world.runUntil(world.now + 6_000);
    expect(world.group?.operation).toBeNull();
    expect(world.servingHost(WRITER)?.name).toBe(world.group?.master);
    expect(world.group?.master).not.toBe(hung);
    world.redis(hung).proceed();
    becomesWhole(world, 20_000);
  },
);

test("a lone master that restarts is master again, and nobody waits for anything", () => {
  const world = settled(3, { nodes: 1 });
  world.redis("db1").terminate();
  world.runUntil(world.now + 4_000);
  expect(world.group?.operation).toBeNull();
  world.redis("db1").start();
  becomesWhole(world, 5_000);
  expect(lostWrites(world)).toBe(0);
});

test.each(SEEDS)("whoever accepts the loss ends a failover that finds nobody (seed %i)", (seed) => {
  const world = settled(seed, { nodes: 2 });
  world.unplug("db1");
  reaches(world, "fence");
  // Nobody has seen it in sync since it was started.
  world.redis("db2").terminate();
  world.redis("db2").start();
  world.runUntil(world.now + 8_000);
  expect(world.group?.operation?.phase).toBe("fence");
  const told: CommandOutcome[] = [];
  for (const acceptDataLoss of [false, true])
    world.command({ kind: "failover", group: GROUP, to: null, acceptDataLoss }, undefined, (now) =>
      told.push(now),
    );
  world.runUntilTrue(() => told.length === 2, 5_000);
  expect(told).toMatchObject([{ kind: "refused" }, { kind: "ok" }]);
  expect(world.group?.master).toBe("db2");
  expect(world.servingHost(WRITER)?.name).toBe("db2");
});
