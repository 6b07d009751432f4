/** Scripts about operations that get half-way: a successor is lost or given up, a failover turns back, a person steps in. */
import type { Effect } from "../../../src/core/io.ts";
import type { NodeInfo } from "../../../src/core/health/types.ts";
import type { CommandOutcome } from "../../../src/core/messages.ts";
import {
  atRest,
  HOSTS,
  mend,
  must,
  need,
  type Script,
  type ScriptedWorld,
  servers,
  SHARP,
  split,
  until,
} from "../rules/script.ts";
import { GROUP } from "../world/plan.ts";
import type { RedisServer } from "../world/redis-server.ts";
import { Violation } from "../world/violation.ts";
import { whatIsMissing } from "../world/wholeness.ts";

/** Strikes once, right before the first such effect on the node that is to become master. */
function beforeFirst(
  world: ScriptedWorld,
  matches: (effect: Effect) => boolean,
  strike: () => void,
): void {
  world.onEffect = (_, effect) => {
    if (!matches(effect)) return;
    world.onEffect = null;
    strike();
  };
}

function becomesWhole(world: ScriptedWorld): void {
  must(
    world,
    () => whatIsMissing(world) === null,
    "when faults stop, the cluster becomes whole",
    40_000,
  );
}

/** What it held was read just before; when the order comes it is another process, with nothing or less. */
function restartsAtPromotion(seed: number): void {
  const world = atRest(seed, { writeEveryMs: 10 });
  const target = world.redis("db2");
  target.persistence = seed % 2 === 0 ? "none" : "aof";
  target.loadingMs = 50;
  const isPromotion = (effect: Effect) =>
    effect.kind === "redis" && effect.action.kind === "promote" && effect.target.node === "db2";
  beforeFirst(world, isPromotion, () => {
    world.killRedis("db2");
    world.after(5, () => target.start());
  });
  world.command({ kind: "switchover", group: GROUP, to: "db2" });
  until(world, () => world.onEffect === null, "db2 is to be promoted");
  until(world, () => world.group?.operation === null, "the switchover has ended");
  need(world.group?.past.at(-1)?.result === "undone", "it is turned back");
  becomesWhole(world);
}

/** Past the point of no return the new master is lost, with its host, and only the old one is left. */
function diesBeforeItsClaim(seed: number): void {
  const world = atRest(seed, { writeEveryMs: 10, nodes: 2 });
  const isClaim = (effect: Effect) =>
    effect.kind === "guard" && effect.request.op === "claim" && effect.target.node === "db2";
  beforeFirst(world, isClaim, () => world.powerOff("db2"));
  world.command({ kind: "switchover", group: GROUP, to: "db2" });
  until(world, () => world.onEffect === null, "db2 is to claim the VIP");
  must(world, () => world.group?.operation === null, "every operation ends", 15_000);
  world.runUntil(world.now + 2_000);
  world.command({ kind: "failover", group: GROUP, to: "db1", acceptDataLoss: true });
  must(
    world,
    () => servers(world).join() === "db1",
    "a person may give up what has no successor",
    10_000,
  );
  world.powerOn("db2");
  becomesWhole(world);
}

/** A master writes to its stream what becomes of keys whose time is over, though no client writes. */
function keysExpire(redis: RedisServer): void {
  redis.offset += 40;
}

/** It is promoted, and its guard is lost in that moment; another one takes over. */
function givenUpForAnother(seed: number): void {
  const world = atRest(seed, { writeEveryMs: 10 });
  const [host, redis] = [world.host("db2"), world.redis("db2")];
  redis.priority = 1;
  const isChoice = (effect: Effect) =>
    effect.kind === "guard" && effect.request.op === "mark" && effect.request.permit !== null;
  beforeFirst(world, isChoice, () => {
    host.guard = () => {};
    world.after(20_000, () => Reflect.deleteProperty(host, "guard"));
  });
  world.killRedis("db1");
  until(world, () => world.onEffect === null && redis.isMaster, "db2 is promoted");
  keysExpire(redis);
  until(world, () => servers(world).join() === "db3", "db3 takes over", 12_000);
  world.redis("db1").start();
  becomesWhole(world);
}

/** Nobody reaches it when the next leader turns back; it is master all the time. */
function promotedAndLost(seed: number): void {
  const world = atRest(seed, { writeEveryMs: 10 });
  const target = world.redis("db2");
  const promote = target.promote.bind(target);
  const monitors = world.monitors.map(({ name }) => name);
  target.promote = () => {
    Reflect.deleteProperty(target, "promote");
    promote();
    keysExpire(target);
    world.theLeader.crash();
    for (const name of monitors) world.network.cut(name, "db2");
  };
  world.command({ kind: "switchover", group: GROUP, to: "db2" });
  until(world, () => world.safety.finished["switchover undone"] === 1, "it is turned back");
  need(target.isMaster, "db2 was promoted");
  world.runUntil(world.now + 5_000);
  for (const { name } of world.monitors.filter(({ running }) => !running)) world.startMonitor(name);
  for (const name of monitors) world.network.cut(name, "db2", false);
  becomesWhole(world);
}

/** It is master already when its register cannot be marked; later it can, and the old one is back with nothing. */
function isTriedAgainAsMaster(seed: number): void {
  const world = givenUpAsMaster(seed);
  must(world, () => servers(world).join() === "db2", "whoever has the data becomes master", 15_000);
  becomesWhole(world);
}

function givenUpAsMaster(seed: number): ScriptedWorld {
  const world = atRest(seed, { writeEveryMs: 10, nodes: 2 });
  const host = world.host("db2");
  const isChoice = (effect: Effect) =>
    effect.kind === "guard" && effect.request.op === "mark" && effect.request.permit !== null;
  beforeFirst(world, isChoice, () => {
    host.guard = () => {};
    world.after(6_000, () => Reflect.deleteProperty(host, "guard"));
  });
  world.redis("db1").persistence = "none";
  world.killRedis("db1");
  until(world, () => world.onEffect === null && world.redis("db2").isMaster, "db2 is promoted");
  until(world, () => world.group?.operation?.phase === "fence", "it could not be made the holder");
  world.redis("db1").start();
  return world;
}

/** Of one that is master already, too, a person may say that it shall not be the master of the group. */
function setOfflineAsMaster(seed: number): void {
  const world = givenUpAsMaster(seed);
  const told: CommandOutcome[] = [];
  world.command({ kind: "set-offline", group: GROUP, node: "db2" }, undefined, (outcome) => {
    told.push(outcome);
  });
  until(world, () => told.length > 0, "it is set offline");
  if (told[0]?.kind !== "ok") throw new Violation("it can be set offline", JSON.stringify(told));
  world.runUntil(world.now + 15_000);
  if (world.group?.master !== "db1")
    throw new Violation("who was set offline is not promoted", `${world.group?.master} is master`);
  world.command({ kind: "set-online", group: GROUP, node: "db2" });
  must(world, () => servers(world).join() === "db2", "whoever has the data becomes master", 15_000);
  becomesWhole(world);
}

/**
 * The old master is back without data when its failover goes on, and whoever has copied that is not seen to have done so yet.
 * So it is held, in vain; and that is seen last of all.
 */
function isHeldInVain(seed: number): void {
  const world = atRest(seed, { writeEveryMs: 10 });
  const old = world.redis("db1");
  old.persistence = "none";
  old.loadingMs = 50;
  const monitors = world.monitors.map(({ name }) => name);
  const leader = world.theLeader;
  const replicas = ["db2", "db3"].map((name) => world.redis(name));
  for (const name of monitors)
    for (const { name: node } of replicas) world.network.link(name, node).delayMs = 15;
  const isLookedAt = (effect: Effect) =>
    effect.kind === "redis" && world.group?.operation?.phase === "fence";
  beforeFirst(world, isLookedAt, () => {
    leader.stop(1_500, true);
    old.start();
    split(world, HOSTS, ...monitors.map((name) => [...HOSTS, name]));
    for (const replica of replicas) seenAs(replica, replica.info());
    world.after(1_500, () => mend(world));
  });
  old.kill();
  until(world, () => world.onEffect === null, "a failover begins");
  world.onEffect = (_, effect) => {
    if (!isHold(effect) && !isReading(effect)) return;
    for (const replica of replicas) Reflect.deleteProperty(replica, "info");
    if (!isHold(effect)) return;
    world.onEffect = null;
    seenAs(old, old.info());
    world.after(400, () => Reflect.deleteProperty(old, "info"));
  };
  world.runUntil(world.now + 4_000);
  const isUndone = world.safety.finished["failover undone"] !== undefined;
  if (isUndone && !old.isMaster)
    throw new Violation("who is turned back to is master", "db1 is in the black hole");
}

function isReading(effect: Effect): boolean {
  if (effect.kind !== "redis" || effect.target.node === "db1") return false;
  return effect.action.kind === "info";
}

/** To everybody, until that ends. */
function seenAs(redis: RedisServer, info: NodeInfo): void {
  redis.info = () => info;
}

function isHold(effect: Effect): boolean {
  if (effect.kind !== "redis" || effect.target.node !== "db1") return false;
  return effect.action.kind === "follow" && effect.action.host.startsWith("127.77.");
}

/** A restart is worth a failover to this group, but its leader reaches no replica; so it turns back, and nothing has changed. */
function turnsBackOnce(seed: number): void {
  const world = atRest(seed, { writeEveryMs: 10, settings: { onReboot: "failover" } });
  const { name } = world.theLeader;
  for (const node of ["db2", "db3"]) {
    world.network.cut(name, node);
    world.network.cut(node, name);
  }
  world.redis("db1").terminate();
  world.redis("db1").start();
  const { finished } = world.safety;
  until(world, () => Object.keys(finished).length > 0, "a failover ends");
  if (finished["failover undone"] !== 1)
    throw new Violation("what turns back is ended first", JSON.stringify(finished));
}

/** Whoever is told that a node is offline does not see it become master. */
function setOfflineMeanwhile(seed: number): void {
  const world = atRest(seed, { writeEveryMs: 10 });
  world.command({ kind: "switchover", group: GROUP, to: "db2" });
  until(world, () => world.group?.operation !== null, "the switchover has begun");
  let told: CommandOutcome | undefined;
  world.command({ kind: "set-offline", group: GROUP, node: "db2" }, undefined, (outcome) => {
    told = outcome;
  });
  until(world, () => told !== undefined && world.group?.operation === null, "both have ended");
  const { master, nodes = [] } = world.group ?? {};
  const admin = nodes.find(({ name }) => name === master)?.admin;
  if (admin !== "online")
    throw new Violation("who was set offline is not promoted", `${master} is ${admin}`);
}

/** A person moves the master by hand; what the VIP follows for stands in the decision. */
function movedByHand(seed: number): void {
  const world = atRest(seed, { writeEveryMs: 10 });
  world.redis("db2").promote();
  world.redis("db1").follow(world.host("db2").address, 6379);
  world.redis("db3").follow(world.host("db2").address, 6379);
  must(world, () => servers(world).join() === "db2", "the VIP follows a move by hand", 8_000);
  becomesWhole(world);
}

/** More than that of a node in a second is no waiting. */
const LOOKS_AT_MOST = 6;

/** Both replicas turn out to lack too much when they are compared; who else might help is off. */
function waitsForAPerson(seed: number): void {
  const world = atRest(seed, SHARP);
  world.powerOff("db1");
  until(world, () => world.group?.operation?.phase === "fence", "a failover begins");
  world.onEffect = (_, effect) => {
    if (effect.kind === "redis" && effect.action.kind === "follow")
      world.redis(effect.target.node).offset = 1;
  };
  const alarm = () => world.theLeader.state?.alarms[`${GROUP}: successor`] ?? "";
  until(world, () => alarm().includes("--accept-data-loss"), "it waits for a person");
  let looks = 0;
  world.onEffect = (_, effect) => {
    if (effect.kind === "redis" && effect.action.kind === "info") looks++;
  };
  const seconds = 10;
  world.runUntil(world.now + seconds * 1_000);
  need(world.group?.operation?.phase === "fence", "it waits still");
  const each = looks / seconds / 2;
  if (each > LOOKS_AT_MOST)
    throw new Violation("who waits for a person asks calmly", `${each} times a second`);
}

export const HALF_WAY: readonly Script[] = [
  { name: "a target restarts on the order to become master", run: restartsAtPromotion },
  {
    name: "the new master is lost before its claim, and nobody qualifies",
    run: diesBeforeItsClaim,
  },
  { name: "the target of a switchover is set offline meanwhile", run: setOfflineMeanwhile },
  { name: "a successor that is master already is tried again", run: isTriedAgainAsMaster },
  { name: "a successor is promoted and given up for another", run: givenUpForAnother },
  { name: "the target of a switchover is promoted, and then out of reach", run: promotedAndLost },
  { name: "a failover waits for a person", run: waitsForAPerson },
  { name: "an old master is held in vain", run: isHeldInVain },
  { name: "a failover turns back while its cause lasts", run: turnsBackOnce },
  { name: "a successor that is master already is set offline", run: setOfflineAsMaster },
  { name: "the master is moved by hand", run: movedByHand },
];
