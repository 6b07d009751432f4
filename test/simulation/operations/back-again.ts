/** Scripts about whoever was away, and is back: hosts that were switched on, monitors that were restarted. */
import type { Effect } from "../../../src/core/io.ts";
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
import { acknowledged, keptBy, WRITING } from "./data.ts";
import { reachReplicas } from "./reach.ts";

/** The one that could have taken over has lost its data, and the next leader has no proof of its own yet. */
function oldMasterIsSwitchedOn(seed: number): void {
  const settings = { fenceCommand: "fence" };
  const world = atRest(seed, { writeEveryMs: 10, nodes: 2, settings });
  world.redis("db1").persistence = "aof";
  world.redis("db2").persistence = "none";
  world.onEffect = (_, effect) => {
    if (effect.kind !== "fence") return;
    world.onEffect = null;
    world.after(0, () => {
      world.killRedis("db2");
      world.redis("db2").start();
    });
  };
  world.powerOff("db1");
  until(world, () => world.onEffect === null, "a failover begins");
  world.runUntil(world.now + 6_000);
  world.powerOn("db1");
  world.theLeader.stop(6_000);
  const isOff = () => !world.host("db1").up;
  if (world.runUntilTrue(isOff, 8_000))
    throw new Violation("whoever may be the last is not fenced", "db1 is switched off");
  until(world, () => world.servingHost(WRITER) !== undefined, "somebody serves again", 10_000);
}

/** Nobody reaches the replicas when a failover begins; and before that ends all monitors are restarted. */
function monitorsAreRestarted(seed: number): void {
  const world = atRest(seed, WRITING);
  const monitors = world.monitors.map(({ name }) => name);
  const before = acknowledged(world);
  world.host("db1").guard = () => {};
  world.killRedis("db1");
  until(world, () => world.group?.operation?.phase === "fence", "a failover begins");
  reachReplicas(world, monitors, false);
  world.runUntil(world.now + 3_000);
  for (const monitor of world.monitors) monitor.crash();
  for (const name of monitors) world.startMonitor(name);
  until(world, () => world.leader() !== undefined, "there is a leader again");
  reachReplicas(world, monitors, true);
  const isServed = () => ["db2", "db3"].includes(world.servingHost(WRITER)?.name ?? "");
  must(world, isServed, "who was seen in sync may take over, whoever is restarted", 20_000);
  keptBy(world, world.group?.master ?? "", before, "only good data is promoted");
}

/** With what the replicas have not: yields what it acknowledged. */
function isHung(world: ScriptedWorld): readonly number[] {
  for (const replica of ["db2", "db3"]) world.network.cut("db1", replica);
  world.runUntil(world.now + 300);
  const before = acknowledged(world);
  world.host("db1").guard = () => {};
  world.redis("db1").stop();
  until(world, () => world.group?.operation?.phase === "fence", "a failover begins");
  return before;
}

function begins(effect: Effect, phase: string): boolean {
  if (effect.kind !== "report" || effect.event.kind !== "operation.phase") return false;
  return effect.event.phase === phase;
}

/** The leader dies when it has just promoted a replica that nobody has been told of, and the old master is well again. */
function wasHungTooLong(seed: number): void {
  const world = atRest(seed, WRITING);
  const before = isHung(world);
  world.onTurn = (monitor, effects) => {
    if (!effects.some((effect) => begins(effect, "claim"))) return;
    world.onTurn = null;
    monitor.crash();
    world.redis("db1").proceed();
    Reflect.deleteProperty(world.host("db1"), "guard");
  };
  until(world, () => world.onTurn === null, "a replica is promoted", 10_000);
  until(world, () => world.leader() !== undefined, "somebody leads");
  until(world, () => world.group?.operation === null, "it ends", 20_000);
  keptBy(
    world,
    world.group?.master ?? "",
    before,
    "until the claim nobody takes the old master's place",
  );
  for (const replica of ["db2", "db3"]) world.network.cut("db1", replica, false);
  const follow = () => !world.redis("db2").isMaster && !world.redis("db3").isMaster;
  must(world, follow, "whoever was promoted in vain follows again", 10_000);
}

/**
 * Its Redis and its guard were only hung, and it has what the replicas have not; it is well again while its lease is waited for. All see that but
 * one, which does not reach it all the time.
 */
function wasOnlyHung(seed: number): void {
  const world = atRest(seed, WRITING);
  const host = world.host("db1");
  const [, third = ""] = peersOf(world, world.theLeader.name);
  world.network.cut(third, "db1");
  const before = isHung(world);
  world.redis("db1").proceed();
  Reflect.deleteProperty(host, "guard");
  until(world, () => world.group?.operation === null, "it ends", 20_000);
  keptBy(
    world,
    world.group?.master ?? "",
    before,
    "who is well again for a majority is turned back to",
  );
}

/** All reach it, but to two of them it takes a while until they hear that it is well. */
function wasOnlyHungFarAway(seed: number): void {
  const world = atRest(seed, WRITING);
  for (const peer of peersOf(world, world.theLeader.name))
    for (const [a, b] of [
      [peer, "db1"],
      ["db1", peer],
    ] as const)
      world.network.link(a, b).leastMs = 60;
  world.runUntil(world.now + 2_000);
  const before = isHung(world);
  world.redis("db1").proceed();
  Reflect.deleteProperty(world.host("db1"), "guard");
  until(world, () => world.group?.operation === null, "it ends", 20_000);
  keptBy(world, world.group?.master ?? "", before, "who is well again is turned back to");
}

/** Its Redis answers some moments before its guard does; and nobody fails over meanwhile, for that was planned. */
function hostIsBooted(seed: number): void {
  // A channel to it is opened anew within five seconds, and a guard may be lost for longer than that.
  const settings = { ...SHARP.settings, leaseMs: 12_000, onReboot: "wait" as const };
  const world = atRest(seed, { ...WRITING, settings });
  world.command({ kind: "pause", group: GROUP, forMs: null, reason: null });
  until(world, () => world.group?.pause !== undefined, "the group is paused");
  const host = world.host("db1");
  world.redis("db1").terminate();
  world.powerOff("db1");
  world.runUntil(world.now + 20_000);
  host.guard = () => {};
  world.powerOn("db1");
  until(world, () => verdictOf(world) === "healthy", "its Redis is well");
  world.command({ kind: "resume", group: GROUP });
  until(world, () => world.group?.pause === undefined, "the group is not paused any more", 500);
  world.runUntil(world.now + 400);
  Reflect.deleteProperty(host, "guard");
  must(world, () => world.servingHost(WRITER) !== undefined, "it is served again", 20_000);
  if (world.group?.master !== "db1")
    throw new Violation("a guard is waited for that is just coming back", "the role has moved");
}

/** With all its data, while its group is not well otherwise; and later it dies. */
function isRestarted(world: ScriptedWorld, heirs: readonly string[]): void {
  const redis = world.redis("db1");
  redis.loadingMs = 50;
  const former = redis.replId;
  redis.terminate();
  world.after(100, () => redis.start());
  until(world, () => redis.up && redis.isMaster && redis.replId !== former, "it is restarted");
  world.runUntil(world.now + 5_000);
  need(world.group?.master === "db1", "it is master still");
  world.powerOff("db1");
  const isServed = () => heirs.includes(world.servingHost(WRITER)?.name ?? "");
  must(world, isServed, "the replicas of a master that was restarted whole may take over", 15_000);
}

const GRACE = { ...WRITING, settings: { ...SHARP.settings, restartGraceMs: 4_000 } };

function verdictIs(world: ScriptedWorld, kind: string): void {
  until(world, () => verdictOf(world) === kind, `it is ${kind}`);
}

function isRestartedUnseen(seed: number): void {
  const world = atRest(seed, GRACE);
  const [, third = ""] = peersOf(world, world.theLeader.name);
  world.network.cut(third, "db1");
  verdictIs(world, "suspect");
  isRestarted(world, ["db2", "db3"]);
}

/** Of another node's data it is not known yet whether they count. */
function isRestartedBesideAnother(seed: number): void {
  const world = atRest(seed, GRACE);
  promotedByHand(world, "db2");
  verdictIs(world, "two-masters");
  isRestarted(world, ["db3"]);
}

/** It does not say how much it has, and is not left for that. */
function isRestartedFromAof(seed: number): void {
  const world = atRest(seed, { ...GRACE, settings: { ...GRACE.settings, onReboot: "wait" } });
  world.redis("db1").persistence = "aof";
  promotedByHand(world, "db2");
  verdictIs(world, "two-masters");
  isRestarted(world, ["db3"]);
}

/** Its failover waits for its lease to end; it is back with all its data, is followed, and dies for good. */
function isRestartedMeanwhile(seed: number): void {
  const world = atRest(seed, { ...WRITING, ...SHARP });
  const redis = world.redis("db1");
  redis.loadingMs = 20;
  world.host("db1").guard = () => {};
  redis.terminate();
  until(world, () => world.group?.operation?.phase === "fence", "a failover begins");
  redis.start();
  const isFollowed = () =>
    ["db2", "db3"].every((name) => world.redis(name).replId === redis.replId);
  until(world, isFollowed, "the replicas follow it under its new id");
  need(world.group?.operation?.phase === "fence", "the failover waits still");
  world.powerOff("db1");
  const isServed = () => ["db2", "db3"].includes(world.servingHost(WRITER)?.name ?? "");
  must(world, isServed, "the replicas of a master that was restarted whole may take over", 15_000);
}

export const BACK_AGAIN: readonly Script[] = [
  {
    name: "an old master is switched on again where nobody could take over",
    run: oldMasterIsSwitchedOn,
  },
  { name: "all monitors are restarted while a failover waits", run: monitorsAreRestarted },
  { name: "the master's host is booted in a pause", run: hostIsBooted },
  { name: "the old master was only hung, and one monitor does not reach it", run: wasOnlyHung },
  { name: "the old master was only hung, and most monitors are far away", run: wasOnlyHungFarAway },
  {
    name: "the leader dies when it has promoted a replica, and the old master was only hung",
    run: wasHungTooLong,
  },
  {
    name: "the master is restarted whole, and one monitor does not reach it",
    run: isRestartedUnseen,
  },
  {
    name: "the master is restarted whole beside another one",
    run: isRestartedBesideAnother,
  },
  {
    name: "the master is restarted whole while its failover waits, and dies",
    run: isRestartedMeanwhile,
  },
  {
    name: "the master is restarted from an AOF beside another one",
    run: isRestartedFromAof,
  },
];
