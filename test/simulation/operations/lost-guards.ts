/** Scripts about a master that is well, and whose guard is lost, while one of the monitors does not reach the master at all. */
import {
  atRest,
  must,
  need,
  peersOf,
  type Script,
  SHARP,
  until,
  verdictOf,
} from "../rules/script.ts";
import { GROUP, WRITER } from "../world/plan.ts";
import { Violation } from "../world/violation.ts";
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

export const LOST_GUARDS: readonly Script[] = [
  {
    name: "nobody reaches the guard, and one monitor not the master either",
    run: nobodyReachesTheGuard,
  },
  { name: "one monitor reaches neither the master nor its guard", run: oneReachesAll },
  { name: "a booted master loads for long, without its guard", run: loadsForLong },
];
