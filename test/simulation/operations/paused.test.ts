/**
 * A pause: nobody acts while it lasts, and it lasts as long as was asked for, whoever leads, sleeps or
 * dies meanwhile. Its end is seen by what the monitors then do about a master that is long dead.
 */
import { describe, expect, test } from "vitest";
import type { CommandOutcome } from "../../../src/core/messages.ts";
import { GROUP, WRITER } from "../world/plan.ts";
import type { World } from "../world/world.ts";
import { becomesWhole, settled } from "./at-rest.ts";

const SEEDS = [1, 2];

const FOR_MS = 20_000;
/** Clocks may be this much too fast. */
const DRIFT = 0.01;

function pause(world: World, forMs: number | null = FOR_MS): void {
  let told: CommandOutcome | undefined;
  const command = { kind: "pause", group: GROUP, forMs, reason: "a new kernel" } as const;
  world.command(command, undefined, (outcome) => (told = outcome));
  world.runUntilTrue(() => told !== undefined, 3_000);
  expect(told).toMatchObject({ kind: "ok" });
}

function kinds(world: World): readonly string[] {
  return world.group?.past.map(({ kind }) => kind) ?? [];
}

function failedOver({ group }: World): boolean {
  return group?.master !== "db1" && group?.operation === null;
}

function startAll(world: World): void {
  for (const { name } of world.monitors) world.startMonitor(name);
}

interface Trouble {
  readonly name: string;
  readonly befalls: (world: World) => void;
  /** How much longer the pause may last for it. */
  readonly longerMs: number;
}

const TROUBLES: readonly Trouble[] = [
  { name: "nothing happens", befalls: () => {}, longerMs: 0 },
  {
    name: "the leader dies",
    befalls: (world) => world.leader()?.crash(),
    longerMs: 0,
  },
  {
    name: "the leader sleeps until after its end",
    befalls: (world) => world.leader()?.stop(FOR_MS),
    longerMs: 0,
  },
  {
    name: "one leader after the other dies and is started again",
    befalls: (world) => {
      for (const ms of [0, 4_000, 8_000])
        world.at(world.now + ms, () => {
          world.leader()?.crash();
          world.after(2_000, () => startAll(world));
        });
    },
    longerMs: 8_000,
  },
  {
    name: "all monitors are restarted at once",
    befalls: (world) => {
      for (const monitor of world.monitors) monitor.crash();
      startAll(world);
    },
    longerMs: 8_000,
  },
];

describe.each(TROUBLES)("a pause while $name", ({ befalls, longerMs }) => {
  test.each(SEEDS)("ends when its time is over, not sooner (seed %i)", (seed) => {
    const world = settled(seed);
    const from = world.now;
    pause(world);
    world.killRedis("db1");
    world.at(world.now + 3_000, befalls);
    world.runUntilTrue(() => world.group?.pause === undefined, FOR_MS * 2);
    expect(world.now - from).toBeGreaterThan(FOR_MS * (1 - DRIFT));
    expect(world.now - from).toBeLessThan(FOR_MS * (1 + DRIFT) + longerMs + 2_500);
    expect(kinds(world)).toEqual(["pause", "resume"]);
    world.runUntilTrue(() => failedOver(world), 5_000);
    expect(world.servingHost(WRITER)?.name).toBe(world.group?.master);
    world.redis("db1").start();
    startAll(world);
    becomesWhole(world, 30_000);
  });
});

test.each(SEEDS)("a paused group keeps its lease and moves nothing (seed %i)", (seed) => {
  const world = settled(seed);
  pause(world, null);
  world.redis("db3").follow(world.host("db2").address, 6379);
  world.runUntil(world.now + 4_000);
  world.killRedis("db1");
  world.runUntil(world.now + 15_000);
  expect(world.servingHost(WRITER)?.name).toBe("db1");
  expect(world.redis("db3").master?.host).toBe(world.host("db2").address);
  expect(kinds(world)).toEqual(["pause"]);
  world.command({ kind: "resume", group: GROUP });
  world.runUntilTrue(() => world.group?.master !== "db1", 5_000);
  world.redis("db1").start();
  becomesWhole(world, 30_000);
});

test.each(SEEDS)("a paused master goes on without its replicas (seed %i)", (seed) => {
  const world = settled(seed, { nodes: 2, settings: { writeGuard: true } });
  world.runUntilTrue(() => world.redis("db1").minReplicas === "1", 5_000);
  pause(world, null);
  world.redis("db2").kill();
  world.runUntil(world.now + 4_000);
  expect(world.redis("db1").minReplicas).toBe("0");
});

test.each(SEEDS)("a person may act in a paused group (seed %i)", (seed) => {
  const world = settled(seed);
  pause(world, null);
  world.command({ kind: "switchover", group: GROUP, to: "db2" });
  becomesWhole(world, 10_000);
  world.runUntilTrue(() => world.group?.master === "db2", 3_000);
  becomesWhole(world, 10_000);
  expect(world.group?.pause).toMatchObject({ reason: "a new kernel", by: "operator" });
});

test.each(SEEDS)("a failover that has begun is ended in spite of a pause (seed %i)", (seed) => {
  const world = settled(seed);
  world.killRedis("db1");
  world.runUntilTrue(() => world.group?.operation !== null, 3_000);
  pause(world, null);
  world.runUntilTrue(() => world.group?.operation === null, 5_000);
  expect(kinds(world)).toEqual(expect.arrayContaining(["pause", "failover"]));
  expect(world.group?.master).not.toBe("db1");
  expect(world.servingHost(WRITER)?.name).toBe(world.group?.master);
});

test.each(SEEDS)(
  "a leader that slept through the beginning of a pause obeys it (seed %i)",
  (seed) => {
    const world = settled(seed);
    const old = world.leader();
    old?.stop(8_000);
    // One that was only just elected takes no command yet.
    const leads = () => world.leader() !== old && world.leader()?.state?.leading !== null;
    world.runUntilTrue(leads, 6_000);
    pause(world, null);
    world.killRedis("db1");
    world.runUntil(world.now + 15_000);
    expect(world.group?.master).toBe("db1");
    expect(kinds(world)).toEqual(["pause"]);
  },
);

test.each(SEEDS)("a pause that is asked for twice is one (seed %i)", (seed) => {
  const world = settled(seed);
  const command = { kind: "pause", group: GROUP, forMs: FOR_MS, reason: null } as const;
  const input = { kind: "command", requestId: "once", by: "ann", command } as const;
  for (const ms of [0, 1, 700, 5_000])
    world.at(world.now + ms, () => world.leader()?.deliver(input));
  world.runUntil(world.now + FOR_MS + 2_000);
  expect(kinds(world)).toEqual(["pause", "resume"]);
});

test.each(SEEDS)("what stops during a pause was no flapping (seed %i)", (seed) => {
  const world = settled(seed);
  pause(world, null);
  for (let i = 0; i < 5; i++) {
    world.killRedis("db3");
    world.runUntil(world.now + 4_000);
    world.redis("db3").start();
    world.runUntil(world.now + 4_000);
  }
  const node = world.group?.nodes.find(({ name }) => name === "db3");
  expect(node).toMatchObject({ admin: "online", outages: [] });
});
