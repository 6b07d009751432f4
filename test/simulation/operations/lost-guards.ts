/** Scripts about a master that is well, and whose guard is lost, while one of the monitors does not reach the master at all. */
import {
  atRest,
  must,
  need,
  peersOf,
  type Script,
  type ScriptedWorld,
  SHARP,
  until,
  verdictOf,
} from "../rules/script.ts";
import { GROUP, WRITER } from "../world/plan.ts";
import { Violation } from "../world/violation.ts";
import { promotedByHand } from "./by-hand.ts";
import { WRITING } from "./data.ts";
import { loses } from "./reach.ts";

/** Two see that it is well, and that nobody can renew its lease. */
function nobodyReachesTheGuard(seed: number): void {
  const world = atRest(seed, { ...WRITING, ...SHARP });
  const [, third = ""] = peersOf(world, world.theLeader.name);
  world.network.cut(third, "db1");
  until(world, () => verdictOf(world) === "suspect", "one monitor does not reach it");
  world.host("db1").guard = () => {};
  const hasMoved = () => ["db2", "db3"].includes(world.servingHost(WRITER)?.name ?? "");
  must(world, hasMoved, "a majority that sees a lost guard moves the role", 15_000);
}

/** Somebody promoted a replica long ago, wrote to it, and forgot it. */
function besideAnother(seed: number): void {
  const world = atRest(seed, { ...WRITING, ...SHARP });
  promotedByHand(world, "db2");
  until(world, () => verdictOf(world) === "two-masters", "db2 is master, too");
  world.host("db1").guard = () => {};
  const hasMoved = () => world.servingHost(WRITER)?.name === "db3";
  must(world, hasMoved, "whoever else is master, a lost guard moves the role", 15_000);
}

/** For the leader the guard is lost, and for one of the others the whole host; the third keeps the lease alive. */
function oneReachesAll(seed: number): void {
  const world = atRest(seed, { ...WRITING, ...SHARP });
  const leader = world.theLeader.name;
  const [, third = ""] = peersOf(world, leader);
  world.network.cut(third, "db1");
  loses(world, leader, "guard", ["db1"]);
  world.runUntil(world.now + 10_000);
  if (world.group?.master !== "db1" || world.servingHost(WRITER)?.name !== "db1")
    throw new Violation("whoever keeps the lease alive keeps the master", "the role has moved");
  need(verdictOf(world) === "suspect", "one monitor does not reach it");
}

/** The host was booted: its Redis loads for longer than a guard may be lost, and the guard is back right after that. */
function loadsForLong(seed: number): void {
  // A channel to it is opened anew within five seconds, and a guard may be lost for longer than that.
  const settings = { ...SHARP.settings, leaseMs: 12_000, onReboot: "wait" as const };
  const world = atRest(seed, { ...WRITING, settings });
  world.command({ kind: "pause", group: GROUP, forMs: null, reason: null });
  until(world, () => world.group?.pause !== undefined, "the group is paused");
  const redis = world.redis("db1");
  redis.persistence = "aof";
  redis.loadingMs = 30_000;
  redis.terminate();
  world.powerOff("db1");
  world.runUntil(world.now + 5_000);
  world.host("db1").guard = () => {};
  world.powerOn("db1");
  until(world, () => verdictOf(world) === "suspect", "it loads", 3_000);
  world.command({ kind: "resume", group: GROUP });
  until(world, () => verdictOf(world) !== "suspect", "it has loaded", 40_000);
  world.runUntil(world.now + 400);
  Reflect.deleteProperty(world.host("db1"), "guard");
  must(world, () => world.servingHost(WRITER) !== undefined, "it is served again", 20_000);
  if (world.group?.master !== "db1")
    throw new Violation("a guard is waited for that is just coming back", "the role has moved");
}

const UNLEASED = {
  ...SHARP,
  nft: false,
  settings: { ...SHARP.settings, leaseBackend: "off" as const },
};
const NOWHERE = "the VIP is taken only to a host whose guard answers";

function losesGuard(world: ScriptedWorld, name: string): void {
  world.redis(name).priority = 1;
  world.host(name).guard = () => {};
}

/** Without registers nothing says that a host is left out; and its guard has long been lost when the master dies. */
function heirWithoutGuard(seed: number): void {
  const world = atRest(seed, { ...WRITING, ...UNLEASED });
  losesGuard(world, "db2");
  world.runUntil(world.now + 5_000);
  world.killRedis("db1");
  must(world, () => world.servingHost(WRITER)?.name === "db3", NOWHERE, 15_000);
}

/** A person moves the role there; or its guard is lost when that has just begun. */
function targetWithoutGuard(seed: number, isLate: boolean): void {
  const world = atRest(seed, { ...WRITING, ...UNLEASED });
  if (!isLate) losesGuard(world, "db2");
  world.runUntil(world.now + 5_000);
  let isTold = false;
  world.command({ kind: "switchover", group: GROUP, to: "db2" }, undefined, () => {
    isTold = true;
  });
  if (isLate) {
    until(world, () => world.group?.operation?.phase === "prepare", "it has begun");
    losesGuard(world, "db2");
  }
  until(world, () => isTold && world.group?.operation === null, "it has ended", 15_000);
  must(world, () => world.servingHost(WRITER)?.name === "db1", NOWHERE, 3_000);
}

export const LOST_GUARDS: readonly Script[] = [
  { name: "a replica's guard is lost when the master dies, without leases", run: heirWithoutGuard },
  {
    name: "the target of a switchover has no guard, without leases",
    run: (seed) => targetWithoutGuard(seed, false),
  },
  {
    name: "the target of a switchover loses its guard, without leases",
    run: (seed) => targetWithoutGuard(seed, true),
  },
  {
    name: "nobody reaches the guard, and one monitor not the master either",
    run: nobodyReachesTheGuard,
  },
  { name: "nobody reaches the guard of one of two masters", run: besideAnother },
  { name: "one monitor reaches neither the master nor its guard", run: oneReachesAll },
  { name: "a booted master loads for long, without its guard", run: loadsForLong },
];
