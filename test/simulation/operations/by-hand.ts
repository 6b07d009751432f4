/**
 * Scripts about a failover that finds a replica which is master already: a person promoted it, or an attempt that was
 * given up. It is made the master of the group if it has what the others have; and what was written to it stays.
 */
import type { Effect } from "../../../src/core/io.ts";
import { atRest, must, need, type Script, type ScriptedWorld, until } from "../rules/script.ts";
import { CLIENT } from "../world/client.ts";
import { GROUP, WRITER } from "../world/plan.ts";
import { Violation } from "../world/violation.ts";
import { whatIsMissing } from "../world/wholeness.ts";
import type { World } from "../world/world.ts";
import { WRITING } from "./data.ts";

const OWN_WRITES = [-1, -2, -3];
const KEPT = "what was written to a master that a person made is not thrown away";

/** The old master's host is lost, and its lease is waited for. */
function waits(world: ScriptedWorld): void {
  world.powerOff("db1");
  until(world, () => world.group?.operation?.phase === "fence", "a failover begins");
}

/** And some clients find it there. */
export function promotedByHand(world: World, name: string): void {
  const redis = world.redis(name);
  redis.promote();
  for (const id of OWN_WRITES)
    redis.write(
      id,
      () => true,
      (said) => need(said === "ok", "it takes writes"),
    );
}

function ownWritesKept(world: World, name: string): void {
  const { ids } = world.redis(name).data;
  if (!OWN_WRITES.every((id) => ids.includes(id)))
    throw new Violation(KEPT, `${name} lacks some of them`);
}

function isServedBy(world: World, name: string, promise: string): void {
  must(world, () => world.servingHost(WRITER)?.name === name, promise, 20_000);
}

function becomesWhole(world: World): void {
  const promise = "when faults stop, the cluster becomes whole";
  must(world, () => whatIsMissing(world) === null, promise, 40_000);
}

function isFollowed(world: ScriptedWorld, name: string): void {
  promotedByHand(world, name);
  isServedBy(world, name, "a promotion by hand is followed if nobody has more");
  world.powerOn("db1");
  becomesWhole(world);
  ownWritesKept(world, name);
}

/** They have the same, and by its name it would be the other. */
function isOneOfTwo(seed: number): void {
  const world = atRest(seed, WRITING);
  world.network.cut(CLIENT, "db1");
  const areEqual = () => world.redis("db2").offset === world.redis("db1").offset;
  until(
    world,
    () => areEqual() && world.redis("db3").offset === world.redis("db2").offset,
    "both are even",
  );
  world.runUntil(world.now + 1_000);
  waits(world);
  isFollowed(world, "db3");
}

function isTheOnlyOne(seed: number): void {
  const world = atRest(seed, { ...WRITING, nodes: 2 });
  waits(world);
  isFollowed(world, "db2");
}

/** Before the monitors have done anything. */
function comesFirst(seed: number): void {
  const world = atRest(seed, { ...WRITING, nodes: 2 });
  world.powerOff("db1");
  promotedByHand(world, "db2");
  isServedBy(world, "db2", "a promotion by hand is followed if nobody has more");
}

/** It was far behind when somebody promoted it: the other one has the data, and which of them count is for a person to say. */
function hasLess(seed: number): void {
  const world = atRest(seed, WRITING);
  world.network.cut("db1", "db2");
  const behind = () => world.redis("db3").offset > world.redis("db2").offset + 2_000;
  until(world, behind, "db2 falls behind");
  waits(world);
  promotedByHand(world, "db2");
  isServedBy(world, "db3", "whoever has the data becomes master");
  world.runUntil(world.now + 5_000);
  ownWritesKept(world, "db2");
}

/** The master's guard is lost, and the role is moved to another; somebody promotes the one that had fallen behind. */
function holdsNobodyUp(seed: number): void {
  const world = atRest(seed, WRITING);
  world.network.cut("db1", "db2");
  const behind = () => world.redis("db3").offset > world.redis("db2").offset + 2_000;
  until(world, behind, "db2 falls behind");
  world.host("db1").guard = () => {};
  until(world, () => world.group?.operation?.phase === "fence", "a failover begins");
  promotedByHand(world, "db2");
  until(world, () => world.servingHost(WRITER) === undefined, "its lease has ended");
  const isServed = () => world.servingHost(WRITER)?.name === "db3";
  must(world, isServed, "nobody waits for one that has less for good", 5_500);
}

function turnsBack(effect: Effect): boolean {
  if (effect.kind !== "report" || effect.event.kind !== "operation.phase") return false;
  return effect.event.phase === "undo";
}

/** The old master was only hung, and is turned back to; in that moment somebody who knows nothing of it promotes another. */
function isTurnedBack(seed: number): void {
  const world = atRest(seed, WRITING);
  world.host("db1").guard = () => {};
  world.redis("db1").stop();
  until(world, () => world.group?.operation?.phase === "fence", "a failover begins");
  world.onTurn = (_, effects) => {
    if (!effects.some(turnsBack)) return;
    world.onTurn = null;
    promotedByHand(world, "db2");
  };
  Reflect.deleteProperty(world.host("db1"), "guard");
  world.redis("db1").proceed();
  until(world, () => world.onTurn === null && world.group?.operation === null, "it is turned back");
  world.runUntil(world.now + 5_000);
  ownWritesKept(world, "db2");
}

/** A person moves the role, and in that moment somebody who knows nothing of it promotes the very same node. */
function isOrderedTwice(seed: number, phase: "prepare" | "handover"): void {
  const world = atRest(seed, WRITING);
  world.onTurn = () => {
    if (world.group?.operation?.phase !== phase) return;
    world.onTurn = null;
    promotedByHand(world, "db2");
  };
  world.command({ kind: "switchover", group: GROUP, to: "db2" });
  const hasEnded = () => world.onTurn === null && world.group?.operation === null;
  until(world, hasEnded, "the switchover ends");
  need(world.group?.past.at(-1)?.result === "undone", "it is turned back");
  world.runUntil(world.now + 5_000);
  ownWritesKept(world, "db2");
}

/** Its leader dies while it hands over, so the next one turns back; and right after that a person promotes the target. */
function isTriedByHand(seed: number): void {
  const world = atRest(seed, WRITING);
  world.onTurn = (monitor) => {
    if (world.group?.operation?.phase !== "handover") return;
    world.onTurn = null;
    monitor.crash();
  };
  world.command({ kind: "switchover", group: GROUP, to: "db2" });
  const hasEnded = () => world.onTurn === null && world.group?.operation === null;
  until(world, hasEnded, "the switchover ends", 10_000);
  need(world.group?.past.at(-1)?.result === "undone", "it is turned back");
  need(!world.redis("db2").isMaster, "its target follows again");
  world.runUntil(world.now + 500);
  promotedByHand(world, "db2");
  world.runUntil(world.now + 5_000);
  ownWritesKept(world, "db2");
}

/** One replica was promoted long ago and forgotten; then somebody moves the role to the other one. */
function isMovedToOneOfTwo(seed: number): void {
  const world = atRest(seed, WRITING);
  promotedByHand(world, "db2");
  world.network.cut(CLIENT, "db1");
  world.runUntil(world.now + 8_000);
  const [old, next] = [world.redis("db1"), world.redis("db3")];
  need(next.offset === old.offset, "db3 has all");
  next.promote();
  old.follow("10.0.0.3", 6379);
  isServedBy(world, "db3", "the VIP follows to whom the old master was made to follow");
  ownWritesKept(world, "db2");
}

function isChoiceOf(effect: Effect, name: string): boolean {
  if (effect.kind !== "guard" || effect.target.node !== name) return false;
  return effect.request.op === "mark" && effect.request.permit !== null;
}

/** It is chosen, and promoted; but its guard does not answer any more. */
function isGivenUp(world: ScriptedWorld, name: string): void {
  const host = world.host(name);
  world.onEffect = (_, effect) => {
    if (!isChoiceOf(effect, name)) return;
    world.onEffect = null;
    host.guard = () => {};
  };
  until(world, () => world.onEffect === null && world.redis(name).isMaster, `${name} is promoted`);
}

/** Both replicas are promoted, one after the other, and given up; then the second one dies. */
function twoAreGivenUp(seed: number): void {
  const world = atRest(seed, WRITING);
  world.network.cut("db1", "db3");
  const behind = () => world.redis("db2").offset > world.redis("db3").offset + 500;
  until(world, behind, "db3 is a little behind");
  world.killRedis("db1");
  isGivenUp(world, "db2");
  isGivenUp(world, "db3");
  until(world, () => world.group?.operation?.phase === "fence", "it is given up, too");
  world.powerOff("db3");
  Reflect.deleteProperty(world.host("db2"), "guard");
  isServedBy(
    world,
    "db2",
    "whoever was promoted, and could not be made the holder, is tried again",
  );
}

export const BY_HAND: readonly Script[] = [
  { name: "a person promotes one of two replicas while a failover waits", run: isOneOfTwo },
  { name: "a person promotes the only replica while a failover waits", run: isTheOnlyOne },
  { name: "a person promotes the only replica before anybody fails over", run: comesFirst },
  { name: "a person promotes the replica that has less", run: hasLess },
  { name: "a person promotes the replica that has less, of a living master", run: holdsNobodyUp },
  { name: "a person promotes a replica, and the old master is turned back to", run: isTurnedBack },
  {
    name: "a person promotes the target of a switchover",
    run: (seed) => isOrderedTwice(seed, "prepare"),
  },
  {
    name: "a person promotes the target of a switchover that hands over",
    run: (seed) => isOrderedTwice(seed, "handover"),
  },
  {
    name: "a person promotes the target of a switchover that was turned back",
    run: isTriedByHand,
  },
  { name: "a person moves the role to one of two masters", run: isMovedToOneOfTwo },
  { name: "two successors are promoted and given up", run: twoAreGivenUp },
];
