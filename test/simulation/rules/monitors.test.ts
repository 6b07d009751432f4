/** Who the monitors are changes while they watch: nothing of it is felt at the address. */
import { expect, test } from "vitest";
import type { CommandOutcome, MonitorCommand } from "../../../src/core/messages.ts";
import { WRITER } from "../world/plan.ts";
import { whatIsMissing } from "../world/wholeness.ts";
import type { World } from "../world/world.ts";
import { atRest, peersOf, servers } from "./script.ts";

const SEEDS = [1, 2];

function calm(seed: number, spares = 0) {
  const world = atRest(seed, { writeEveryMs: 10, spares });
  world.client.resetGap();
  return world;
}

function outcomeOf(world: World, command: MonitorCommand): CommandOutcome | undefined {
  let outcome: CommandOutcome | undefined;
  world.command(command, undefined, (told) => (outcome = told));
  world.runUntilTrue(() => outcome !== undefined, 8_000);
  return outcome;
}

function names(world: World): readonly string[] {
  return world.members.map(({ name }) => name);
}

/** Since the last reset nobody noticed anything. */
function expectUnfelt(world: World): void {
  world.runUntil(world.now + 4_000);
  expect(whatIsMissing(world)).toBeNull();
  expect(servers(world)).toEqual(["db1"]);
  expect(world.client.longestGap.ms).toBeLessThan(60);
  expect(world.safety.finished).toEqual({});
}

/** What it asks of hosts and peers from now on. */
function effectsOf(world: ReturnType<typeof atRest>, name: string): readonly string[] {
  const seen: string[] = [];
  world.onEffect = (monitor, { kind }) => {
    if (monitor.name === name && kind !== "report") seen.push(kind);
  };
  world.runUntil(world.now + 10_000);
  world.onEffect = null;
  return seen;
}

test.each(SEEDS)("a monitor is added, learns the state, and counts (seed %i)", (seed) => {
  const world = calm(seed, 1);
  world.startMonitor("mon4");
  world.runUntil(world.now + 1_000);
  const address = world.monitor("mon4").address;
  expect(outcomeOf(world, { kind: "monitor-add", name: "mon4", address })).toEqual({
    kind: "ok",
    message: "mon4 is a monitor of this cluster now; of 4, 3 are a majority",
  });
  expectUnfelt(world);
  expect(world.monitor("mon4").state?.committed?.cluster.members).toHaveLength(4);
  for (const name of peersOf(world, world.theLeader.name).slice(0, 2)) world.monitor(name).crash();
  world.runUntil(world.now + 3_000);
  expect(world.leader()).toBeUndefined();
});

test.each(SEEDS)("a removed monitor falls silent and says why (seed %i)", (seed) => {
  const world = calm(seed, 1);
  const [follower = ""] = peersOf(world, world.theLeader.name);
  expect(outcomeOf(world, { kind: "monitor-remove", name: follower })).toMatchObject({
    kind: "ok",
  });
  expectUnfelt(world);
  expect(effectsOf(world, follower)).toEqual([]);
  expect(world.transcript.lines().join("\n")).toContain('removed {"clusterId"');
  const { address } = world.monitor(follower);
  const again = outcomeOf(world, { kind: "monitor-add", name: follower, address });
  expect(again).toMatchObject({ kind: "ok" });
  expectUnfelt(world);
  expect(names(world)).toEqual(["mon1", "mon2", "mon3"]);
});

test.each(SEEDS)(
  "a leader that removes itself is answered for, and succeeded (seed %i)",
  (seed) => {
    const world = calm(seed);
    const { name } = world.theLeader;
    expect(outcomeOf(world, { kind: "monitor-remove", name })).toMatchObject({ kind: "ok" });
    expectUnfelt(world);
    expect(names(world)).not.toContain(name);
    expect(effectsOf(world, name)).toEqual([]);
  },
);

test.each(SEEDS)("a wiped monitor is replaced by its new disk (seed %i)", (seed) => {
  const world = calm(seed);
  const [follower = ""] = peersOf(world, world.theLeader.name);
  const command = { kind: "monitor-replace", name: follower, address: null } as const;
  expect(outcomeOf(world, command)).toMatchObject({
    kind: "refused",
    message: expect.stringContaining("the data directory that was agreed on") as string,
  });
  const monitor = world.monitor(follower);
  monitor.crash();
  monitor.wipe();
  world.startMonitor(follower);
  expect(outcomeOf(world, command)).toMatchObject({ kind: "ok" });
  expectUnfelt(world);
  expect(monitor.disk.slot).not.toBeNull();
});

test.each(SEEDS)(
  "a disk that is lost again at once is replaced again at once (seed %i)",
  (seed) => {
    const world = calm(seed);
    const [follower = ""] = peersOf(world, world.theLeader.name);
    const monitor = world.monitor(follower);
    for (const _ of ["once", "again"]) {
      monitor.crash();
      monitor.wipe();
      world.startMonitor(follower);
      const command = { kind: "monitor-replace", name: follower, address: null } as const;
      expect(outcomeOf(world, command)).toMatchObject({ kind: "ok" });
    }
    expectUnfelt(world);
    expect(monitor.disk.slot).not.toBeNull();
  },
);

test("a monitor that runs on where it is moves nowhere, though no other answers where one is to take its place", () => {
  const world = calm(1);
  const leader = world.theLeader.name;
  const [follower = ""] = peersOf(world, leader);
  const agreed = world.members;
  const address = "elsewhere:7400";
  expect(outcomeOf(world, { kind: "monitor-replace", name: follower, address })).toEqual({
    kind: "refused",
    message: expect.stringMatching(
      /does not answer at elsewhere:7400.*mon\d itself answers at mon\d:7400, and stays a monitor of this cluster$/,
    ) as string,
  });
  expect(outcomeOf(world, { kind: "monitor-replace", name: leader, address })).toEqual({
    kind: "refused",
    message: `${leader} leads, and runs at ${leader}:7400: stop it there, and ask again: whoever leads then takes another in its place`,
  });
  expect(world.members).toEqual(agreed);
  expectUnfelt(world);
});

test("a monitor that moved, with its disk, is agreed to be where it is", () => {
  const world = calm(1);
  const [follower = ""] = peersOf(world, world.theLeader.name);
  const monitor = world.monitor(follower);
  monitor.crash();
  const address = "elsewhere:7400";
  Object.defineProperty(monitor, "address", { value: address });
  world.startMonitor(follower);
  expect(outcomeOf(world, { kind: "monitor-replace", name: follower, address })).toEqual({
    kind: "ok",
    message: `${follower} is looked for at ${address} from now on`,
  });
  expect(world.members.find(({ name }) => name === follower)?.address).toBe(address);
  expectUnfelt(world);
});

test("a replacement whose leader dies half-way is finished when it is asked for again", () => {
  const world = calm(1, 0);
  const [follower = ""] = peersOf(world, world.theLeader.name);
  const monitor = world.monitor(follower);
  monitor.crash();
  monitor.wipe();
  world.startMonitor(follower);
  const command = { kind: "monitor-replace", name: follower, address: null } as const;
  world.command(command);
  const leader = world.theLeader;
  // The removal is committed, and what comes next has not left yet.
  world.onTurn = ({ name, state }) => {
    if (name !== leader.name || state?.committed?.cluster.members.length !== 2) return;
    world.onTurn = null;
    leader.crash();
  };
  world.runUntilTrue(() => !leader.running, 8_000);
  expect(leader.running).toBe(false);
  world.after(500, () => world.startMonitor(leader.name));
  world.runUntilTrue(() => world.leader() !== undefined, 8_000);
  world.runUntil(world.now + 1_000);
  expect(outcomeOf(world, command)).toMatchObject({ kind: "ok" });
  world.runUntilTrue(() => whatIsMissing(world) === null, 5_000);
  expect(whatIsMissing(world)).toBeNull();
});

test("a replacement that finds nobody to add is refused with how things stand", () => {
  const world = calm(1, 0);
  const [follower = ""] = peersOf(world, world.theLeader.name);
  world.monitor(follower).crash();
  expect(outcomeOf(world, { kind: "monitor-remove", name: follower })).toMatchObject({
    kind: "ok",
  });
  const command = { kind: "monitor-replace", name: follower, address: null } as const;
  expect(outcomeOf(world, command)).toMatchObject({
    kind: "refused",
    message: expect.stringContaining(`${follower} is no monitor of this cluster`) as string,
  });
});

test("what would leave too few is refused", () => {
  const world = calm(1, 1);
  const [live = "", dead = ""] = peersOf(world, world.theLeader.name);
  world.monitor(dead).crash();
  world.runUntil(world.now + 2_000);
  expect(outcomeOf(world, { kind: "monitor-remove", name: live })).toMatchObject({
    kind: "refused",
    message: expect.stringContaining("only 1 of them answer") as string,
  });
  expect(outcomeOf(world, { kind: "monitor-remove", name: dead })).toMatchObject({ kind: "ok" });
});

test("a monitor that does not run, or is a member already, is not added", () => {
  const world = calm(1, 1);
  expect(
    outcomeOf(world, { kind: "monitor-add", name: "mon4", address: "mon4:7400" }),
  ).toMatchObject({
    kind: "refused",
    message: expect.stringContaining("mmm-mon --name mon4") as string,
  });
  expect(
    outcomeOf(world, { kind: "monitor-add", name: "mon1", address: "mon1:7400" }),
  ).toMatchObject({ kind: "refused", message: expect.stringContaining("already") as string });
  expect(outcomeOf(world, { kind: "monitor-remove", name: "mon9" })).toMatchObject({
    kind: "refused",
    message: "there is no monitor mon9; there is mon1, mon2, mon3",
  });
});

test("a monitor that says hello, and does not answer where it is said to be, is not added", () => {
  const world = calm(1, 1);
  world.startMonitor("mon4");
  world.runUntil(world.now + 1_000);
  const outcome = outcomeOf(world, { kind: "monitor-add", name: "mon4", address: "mon5:7400" });
  expect(outcome).toEqual({
    kind: "refused",
    message: expect.stringContaining("gets no answer from it at mon5:7400") as string,
  });
  expectUnfelt(world);
  expect(names(world)).toEqual(["mon1", "mon2", "mon3"]);
  const { address } = world.monitor("mon4");
  expect(outcomeOf(world, { kind: "monitor-add", name: "mon4", address })).toMatchObject({
    kind: "ok",
  });
  expectUnfelt(world);
});

test("two changes at once are refused", () => {
  const world = calm(1, 1);
  world.startMonitor("mon4");
  let second: CommandOutcome | undefined;
  world.command({ kind: "monitor-add", name: "mon4", address: "mon4:7400" });
  world.command({ kind: "monitor-remove", name: "mon1" }, undefined, (told) => (second = told));
  world.runUntil(world.now + 3_000);
  expect(second).toMatchObject({
    kind: "refused",
    message: expect.stringContaining("one change at a time") as string,
  });
  expect(names(world)).toEqual(["mon1", "mon2", "mon3", "mon4"]);
  expect(world.servingHost(WRITER)?.name).toBe("db1");
});

test.each(SEEDS)("a leader whose process ends is not waited for (seed %i)", (seed) => {
  const world = calm(seed);
  const since = world.now;
  const first = world.theLeader.name;
  world.theLeader.crash();
  world.runUntilTrue(() => (world.leader()?.name ?? first) !== first, 2_000);
  expect(world.now - since).toBeLessThan(200);
  world.startMonitor(first);
  expectUnfelt(world);
});

test.each(SEEDS)("a leader that only one monitor is told is gone stays (seed %i)", (seed) => {
  const world = calm(seed);
  const { name, disk } = world.theLeader;
  const [deceived = ""] = peersOf(world, name);
  for (let at = 0; at < 2_000; at += 100)
    world.after(at, () => world.monitor(deceived).deliver({ kind: "peer-gone", name }));
  expectUnfelt(world);
  expect([world.theLeader.name, world.theLeader.disk.term]).toEqual([name, disk.term]);
});
