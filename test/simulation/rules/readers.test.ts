/** Reader VIPs move by the same rules as the writer's, and a move always ends. */
import { expect, test } from "vitest";
import { GROUP, readerVip } from "../world/plan.ts";
import { whatIsMissing } from "../world/wholeness.ts";
import type { World } from "../world/world.ts";
import { reloadReaders } from "./reader-changes.ts";
import { atRest, mend, peersOf, servers, speakFor, until, vipOf } from "./script.ts";

const SEEDS = [1, 2];
const READER = readerVip(0);

function readersHost(world: World): string {
  return vipOf(world, READER).node ?? "";
}

test.each(SEEDS)("a chosen host that dies before its claim is replaced (seed %i)", (seed) => {
  const world = atRest(seed, { readers: 1 });
  world.killRedis(readersHost(world));
  world.runUntilTrue(() => vipOf(world, READER).kind === "move", 10_000);
  const chosen = readersHost(world);
  // It is marked, but its first claim finds nobody.
  world.runUntilTrue(() => vipOf(world, READER).claimable, 5_000);
  world.unplug(chosen);
  world.runUntil(world.now + 20_000);
  expect(servers(world, READER)).toHaveLength(1);
  expect(servers(world, READER)).not.toEqual([chosen]);
});

test.each(SEEDS)("a move may end where it began (seed %i)", (seed) => {
  const world = atRest(seed, { readers: 1 });
  const old = readersHost(world);
  world.unplug(old);
  world.runUntilTrue(() => vipOf(world, READER).kind === "move", 10_000);
  const chosen = readersHost(world);
  world.unplug(chosen);
  world.unplug(old, false);
  world.runUntil(world.now + 20_000);
  expect(servers(world, READER)).toHaveLength(1);
  mend(world);
  world.runUntil(world.now + 10_000);
  expect(servers(world, READER)).toHaveLength(1);
});

const knows = (world: World, ip: string): boolean =>
  world.group?.vips.some((vip) => vip.ip === ip) === true;

test.each(SEEDS)("one is removed, and comes back later (seed %i)", (seed) => {
  const world = atRest(seed, { readers: 2, writeEveryMs: 10 });
  world.client.resetGap();
  const other = readerVip(1);
  reloadReaders(world, [other]);
  until(world, () => !knows(world, READER), "it is gone");
  expect(servers(world, READER)).toEqual([]);
  expect(servers(world, other)).toHaveLength(1);
  world.runUntil(world.now + 5_000);
  reloadReaders(world, [READER, other]);
  until(world, () => whatIsMissing(world) === null, "both are served");
  expect(servers(world, READER)).toHaveLength(1);
  expect(world.client.longestGap.ms).toBeLessThan(60);
});

test.each(SEEDS)("one that nobody reaches stays until its lease is over (seed %i)", (seed) => {
  const world = atRest(seed, { readers: 1, nodes: 4 });
  const holder = readersHost(world);
  world.unplug(holder);
  world.runUntil(world.now + 100);
  expect(servers(world, READER)).toEqual([holder]);
  reloadReaders(world, []);
  while (knows(world, READER)) {
    const wasServed = servers(world, READER).length > 0;
    world.runUntil(world.now + 10);
    if (wasServed) expect(knows(world, READER), "it is forgotten while it is served").toBe(true);
  }
  expect(servers(world, READER)).toEqual([]);
});

test.each(SEEDS)(
  "a leader that dies meanwhile is followed by one that ends it (seed %i)",
  (seed) => {
    const world = atRest(seed, { readers: 1 });
    const holder = readersHost(world);
    world.unplug(holder);
    reloadReaders(world, []);
    world.theLeader.crash();
    world.runUntil(world.now + 3_000);
    world.unplug(holder, false);
    until(world, () => !knows(world, READER), "it is gone", 15_000);
    expect(servers(world, READER)).toEqual([]);
  },
);

test("a monitor that was away does not bring back what was removed", () => {
  const world = atRest(1, { readers: 1 });
  const [away = "", near = ""] = peersOf(world, world.theLeader.name);
  // It reaches every host, and no other monitor.
  for (const name of [world.theLeader.name, near]) {
    world.network.cut(away, name, true);
    world.network.cut(name, away, true);
  }
  reloadReaders(world, []);
  until(world, () => !knows(world, READER), "it is gone", 10_000);
  world.runUntil(world.now + 10_000);
  expect(servers(world, READER)).toEqual([]);
});

test("a host that cannot be asked holds up what is added, and a person is told", () => {
  const world = atRest(1, { nodes: 3 });
  world.powerOff("db3");
  world.runUntil(world.now + 5_000);
  reloadReaders(world, [READER]);
  world.runUntil(world.now + 8_000);
  expect(servers(world, READER)).toEqual([]);
  const alarms = world.theLeader.state?.alarms ?? {};
  expect(alarms[`${GROUP}: ${READER} let go`]).toMatch(/not on db3 .*mmm adopt --empty db3/);
  speakFor(world, "db3");
  until(world, () => servers(world, READER).length === 1, "it is served", 10_000);
  world.runUntil(world.now + 100);
  expect(world.theLeader.state?.alarms[`${GROUP}: ${READER} let go`]).toBeUndefined();
});

/** Somebody wants it elsewhere than it is, on another replica. */
function wantedElsewhere(world: World): { readonly old: string; readonly wanted: string } {
  const old = readersHost(world);
  const wanted = ["db2", "db3"].find((name) => name !== old) ?? "";
  world.command({ kind: "move-reader", group: GROUP, ip: READER, node: wanted });
  return { old, wanted };
}

test.each(SEEDS)("one goes where a person wants it (seed %i)", (seed) => {
  const world = atRest(seed, { readers: 1 });
  const { wanted } = wantedElsewhere(world);
  until(world, () => servers(world, READER)[0] === wanted, "it is there", 5_000);
  until(world, () => vipOf(world, READER).kind === "hold", "it is settled", 5_000);
  world.runUntil(world.now + 15_000);
  expect(servers(world, READER)).toEqual([wanted]);
});

test.each(["dies", "sleeps"])("and is somewhere if the leader %s meanwhile", (how) => {
  for (const moment of [0, 3, 8, 20, 60]) {
    const world = atRest(1, { readers: 1 });
    wantedElsewhere(world);
    world.runUntil(world.now + moment);
    if (how === "dies") world.theLeader.crash();
    else world.theLeader.stop(8_000);
    world.runUntil(world.now + 12_000);
    expect(servers(world, READER)).toHaveLength(1);
    expect(vipOf(world, READER).kind).toBe("hold");
  }
});

test("but not to the master, nor to one that is not well, and not twice", () => {
  const world = atRest(1, { readers: 1 });
  const told: string[] = [];
  const ask = (node: string) =>
    world.command({ kind: "move-reader", group: GROUP, ip: READER, node }, undefined, (outcome) =>
      told.push(JSON.stringify(outcome)),
    );
  ask("db1");
  ask(readersHost(world));
  world.runUntil(world.now + 500);
  const other = ["db2", "db3"].find((name) => name !== readersHost(world)) ?? "";
  world.killRedis(other);
  world.runUntil(world.now + 3_000);
  ask(other);
  world.runUntil(world.now + 500);
  expect(told[0]).toMatch(/refused.*db1 is the master/);
  expect(told[1]).toMatch(/ok.*already/);
  expect(told[2]).toMatch(/refused.*not well enough/);
});

test.each(SEEDS)(
  "none goes to a master that is dead, while nobody may succeed it (seed %i)",
  (seed) => {
    const world = atRest(seed, { readers: 1 });
    world.command({ kind: "set-mode", group: GROUP, mode: "manual" });
    until(world, () => world.group?.mode === "manual", "the mode is manual");
    const host = readersHost(world);
    world.killRedis("db1");
    world.runUntil(world.now + 10_000);
    expect(world.group?.master).toBe("db1");
    expect(servers(world, READER)).toEqual([host]);
  },
);
