/**
 * Scripts about a leader that is to fail a group over, and does not reach by itself what it takes, though another monitor
 * does: that one is to lead, and leadership is not to go round where nobody is any better.
 */
import type { Outcome } from "../../../src/core/io.ts";
import {
  atRest,
  must,
  need,
  peersOf,
  type Script,
  type ScriptedWorld,
  servers,
  SHARP,
  speakFor,
  until,
} from "../rules/script.ts";
import { GROUP, WRITER } from "../world/plan.ts";
import { Violation } from "../world/violation.ts";
import type { World } from "../world/world.ts";

const REPLICAS = ["db2", "db3"];
const PROMISE = "who can fail over leads, if the leader cannot";

/** From these monitors to the replicas. */
export function reachReplicas(world: World, monitors: readonly string[], yes: boolean): void {
  for (const name of monitors)
    for (const replica of REPLICAS) world.network.cut(name, replica, !yes);
}

const LOST = {
  guard: { kind: "guard", result: { kind: "unsent", problem: "timeout", text: "no channel" } },
  probe: { kind: "probe", result: { kind: "timeout", stage: "connect" } },
} as const satisfies Record<string, Outcome>;

/** This monitor's way there is gone for SSH (`guard`) or for Redis (`probe`), and only for that, until it is given back. */
export function loses(
  world: World,
  monitor: string,
  what: keyof typeof LOST,
  nodes: readonly string[],
): () => void {
  const { executor } = world.monitor(monitor);
  const run = executor.run.bind(executor);
  executor.run = (effect, done) =>
    effect.kind === what && nodes.includes(effect.target.node)
      ? () => LOST[what]
      : run(effect, done);
  return () => (executor.run = run);
}

function failsOver(world: World): void {
  const isServed = () => REPLICAS.includes(world.servingHost(WRITER)?.name ?? "");
  must(world, () => isServed() && world.group?.operation === null, PROMISE, 20_000);
}

/** All at once: its switch fails, say. */
function noReplicaAtAll(seed: number): void {
  const world = atRest(seed, SHARP);
  reachReplicas(world, [world.theLeader.name], false);
  world.powerOff("db1");
  failsOver(world);
}

/** The hosts of the replicas are long not read any more, then the master's Redis dies, and its host is well. */
function noReplicaForLong(seed: number): void {
  const world = atRest(seed, SHARP);
  const leader = world.theLeader;
  reachReplicas(world, [leader.name], false);
  const readSet = () => world.group?.vips[0]?.readSet ?? {};
  until(world, () => Object.keys(readSet()).join() === "db1", "only db1 is read", 12_000);
  need(world.theLeader === leader, "it leads still");
  world.killRedis("db1");
  failsOver(world);
}

function begins(world: ScriptedWorld): void {
  until(world, () => world.group?.operation?.phase === "fence", "a failover begins");
}

/** It has begun already, and waits for the lease. */
function midway(seed: number): void {
  const world = atRest(seed, SHARP);
  const leader = world.theLeader.name;
  world.powerOff("db1");
  begins(world);
  reachReplicas(world, [leader], false);
  failsOver(world);
}

/** While its failover waits, the only replica is lost, and the old master is back; but not for this leader. */
function onlyTheWayBack(seed: number, isReborn: boolean): void {
  const world = atRest(seed, { ...SHARP, nodes: 2 });
  const leader = world.theLeader.name;
  for (const { name } of world.monitors) world.network.cut(name, "db1");
  begins(world);
  world.powerOff("db2");
  if (isReborn) world.redis("db1").terminate();
  world.runUntil(world.now + 1_000);
  world.redis("db1").start();
  for (const name of peersOf(world, leader)) world.network.cut(name, "db1", false);
  const isServed = () => servers(world).join() === "db1" && world.group?.operation === null;
  must(world, isServed, "who can turn a failover back leads, if the leader cannot", 20_000);
}

/** It has its proof, and could promote a replica, but not make that one's host serve. */
function noGuard(seed: number): void {
  const world = atRest(seed, SHARP);
  loses(world, world.theLeader.name, "guard", REPLICAS);
  world.killRedis("db1");
  failsOver(world);
}

/** Where no lease ends by itself, only whoever reaches the old host can have it let go. */
function notTheOldHost(seed: number): void {
  const settings = { ...SHARP.settings, leaseBackend: "off" } as const;
  const world = atRest(seed, { ...SHARP, nft: false, settings });
  loses(world, world.theLeader.name, "guard", ["db1"]);
  world.killRedis("db1");
  failsOver(world);
}

function elections(world: World): number {
  return Math.max(...world.monitors.map(({ disk }) => disk.term));
}

/** One of the monitors reaches the replicas' guards, and the others their Redis. */
export function shareTheReplicas(world: ScriptedWorld): void {
  const leader = world.theLeader.name;
  const [other = "", third = ""] = peersOf(world, leader);
  loses(world, leader, "guard", REPLICAS);
  loses(world, other, "probe", REPLICAS);
  loses(world, third, "guard", REPLICAS);
}

function nobodyIsBetter(seed: number): void {
  const world = atRest(seed, SHARP);
  shareTheReplicas(world);
  const before = elections(world);
  world.powerOff("db1");
  world.runUntil(world.now + 40_000);
  need(world.group?.master === "db1", "nobody can take over");
  if (elections(world) !== before)
    throw new Violation("leadership stays where nobody is better placed", "there were elections");
}

const FLAPS_FOR_MS = 90_000;
const FLAPS_EVERY_MS = 5_000;
/** Of two monitors, each once in thirty seconds. */
const HANDOVERS_AT_MOST = 2 * (FLAPS_FOR_MS / 30_000);

/** Two monitors reach the replicas by turns, each for a shorter time than a failover takes. */
function byTurns(seed: number): void {
  const world = atRest(seed, {
    drift: 0,
    settings: { ...SHARP.settings, leaseMs: 8000, permitMs: 3000 },
  });
  const leader = world.theLeader.name;
  const [other = "", third = ""] = peersOf(world, leader);
  reachReplicas(world, [third, leader], false);
  world.powerOff("db1");
  const before = elections(world);
  const end = world.now + FLAPS_FOR_MS;
  for (let isOther = true; world.now < end; isOther = !isOther) {
    reachReplicas(world, [other], isOther);
    reachReplicas(world, [leader], !isOther);
    world.runUntil(world.now + FLAPS_EVERY_MS);
  }
  const count = elections(world) - before;
  if (count > HANDOVERS_AT_MOST)
    throw new Violation("leadership does not go to and fro", `there were ${count} elections`);
}

/** Somebody moved a replica, which only the others can tell. */
function noRepair(seed: number): void {
  const world = atRest(seed, SHARP);
  world.network.cut(world.theLeader.name, "db3");
  world.redis("db3").follow("10.9.9.9", 6379);
  const master = world.host("db1").address;
  const isSetRight = () => world.redis("db3").master?.host === master;
  must(world, isSetRight, "who can set a node right leads, if the leader cannot", 60_000);
}

const SERVED = "the master is served while some monitor reaches it and its guard";

function isServedByTheOld(world: World): boolean {
  return servers(world).join() === "db1" && world.group?.operation === null;
}

/** The others keep the lease alive, until another host is booted: whatever stood there needs a new epoch. */
function noHolder(seed: number): void {
  const world = atRest(seed, SHARP);
  loses(world, world.theLeader.name, "guard", ["db1"]);
  world.powerOff("db2");
  world.runUntil(world.now + 500);
  world.powerOn("db2");
  until(world, () => servers(world).length === 0, "its lease has ended");
  must(world, () => isServedByTheOld(world), SERVED, 8_000);
}

/** It asks for the release of a switchover, and hears no more of that host. */
function noReturn(seed: number): void {
  const world = atRest(seed, SHARP);
  world.onEffect = ({ name }, effect) => {
    if (effect.kind !== "guard" || effect.request.op !== "release") return;
    world.onEffect = null;
    loses(world, name, "guard", ["db1"]);
  };
  world.command({ kind: "switchover", group: GROUP, to: "db2" });
  until(world, () => world.onEffect === null, "db1 is to release the VIP");
  until(world, () => world.group?.operation?.phase === "undo", "it is turned back");
  must(world, () => isServedByTheOld(world), SERVED, 12_000);
  need(world.group?.master === "db1", "nothing has changed");
}

/** Its login there takes some seconds, and meanwhile a person asks for a switchover. */
function loginWhilePreparing(seed: number): void {
  const world = atRest(seed, SHARP);
  const leader = world.theLeader.name;
  const logIn = loses(world, leader, "guard", ["db1"]);
  world.runUntil(world.now + 2_300);
  world.command({ kind: "switchover", group: GROUP, to: "db2" });
  until(world, () => world.group?.operation?.phase === "prepare", "a switchover begins");
  need(world.theLeader.name === leader, "it leads still");
  let isAsked = false;
  world.onEffect = (monitor, effect) => {
    isAsked ||= monitor.name === leader && effect.kind === "guard" && effect.target.node === "db1";
  };
  until(world, () => isAsked, "its guard is asked in vain once more");
  logIn();
  const isMoved = () => world.group?.master === "db2" && servers(world).join() === "db2";
  must(world, isMoved, "no leader leaves a switchover that it can finish", 5_000);
}

/** This monitor's probes of a Redis, and what it asks of it, come to nothing; the guard there answers. */
function losesRedis(world: World, monitor: string, node: string): void {
  loses(world, monitor, "probe", [node]);
  const { executor } = world.monitor(monitor);
  const run = executor.run.bind(executor);
  executor.run = (effect, done) =>
    effect.kind === "redis" && effect.target.node === node
      ? () => ({ kind: "redis", result: { kind: "unknown", text: "no answer in time" } })
      : run(effect, done);
}

/** Its writes are blocked when the leader hears no more of it: the switchover turns back, and nobody can write. */
function noUnblocking(seed: number): void {
  const world = atRest(seed, SHARP);
  const old = world.redis("db1");
  world.onTurn = ({ name }) => {
    if (old.minReplicas === "0") return;
    world.onTurn = null;
    losesRedis(world, name, "db1");
  };
  world.command({ kind: "switchover", group: GROUP, to: "db2" });
  until(world, () => world.onTurn === null, "db1 is blocked");
  until(world, () => world.group?.operation?.phase === "undo", "it is turned back");
  const mayWrite = () => old.minReplicas === "0" && isServedByTheOld(world);
  must(world, mayWrite, "who can give writes back leads, if the leader cannot", 6_000);
}

/** The role is to leave a master whose guard is lost, and the leader loses the master, too; the others hear it. */
function noLastWord(seed: number): void {
  const world = atRest(seed, SHARP);
  const leader = world.theLeader.name;
  world.host("db1").guard = () => {};
  begins(world);
  world.network.cut(leader, "db1");
  failsOver(world);
}

/** It is told that only a person's word is left, and a person gives it; but other monitors hear that host. */
function vouchedInVain(seed: number): void {
  const settings = { ...SHARP.settings, leaseBackend: "off" } as const;
  const world = atRest(seed, { ...SHARP, nft: false, settings });
  world.network.cut(world.theLeader.name, "db1");
  world.killRedis("db1");
  begins(world);
  world.runUntil(world.now + 900);
  speakFor(world, "db1");
  world.runUntil(world.now + 10_000);
  if (servers(world).length > 1)
    throw new Violation("who is heard is not taken for off", servers(world).join(" and "));
  need(servers(world).length === 1, "somebody serves");
}

/** Its guard is lost to all of them, who look at it less often than the leader does. */
function nobodyReachesTheHolder(seed: number): void {
  const settings = { ...SHARP.settings, leaseMs: 30_000, downAfterMs: 10_000 };
  const world = atRest(seed, { ...SHARP, settings });
  const before = elections(world);
  const leader = world.theLeader;
  world.onEffect = (monitor, effect) => {
    if (monitor === leader || effect.kind !== "guard" || effect.target.node !== "db1") return;
    world.onEffect = null;
    world.after(50, () => (world.host("db1").guard = () => {}));
  };
  until(world, () => world.onEffect === null, "another monitor looks at it");
  world.runUntil(world.now + 12_000);
  if (elections(world) !== before)
    throw new Violation("leadership stays where nobody is better placed", "there were elections");
}

export const REACH: readonly Script[] = [
  { name: "a leader is cut from all replicas when the master dies", run: noReplicaAtAll },
  { name: "a leader has long been cut from all replicas", run: noReplicaForLong },
  { name: "a leader is cut from all replicas during a failover", run: midway },
  {
    name: "a leader does not reach the old master, which alone is left",
    run: (seed) => onlyTheWayBack(seed, false),
  },
  {
    name: "a leader does not reach the old master, which alone is left, and was restarted",
    run: (seed) => onlyTheWayBack(seed, true),
  },
  { name: "a leader reaches no guard of a replica", run: noGuard },
  { name: "a leader does not reach a replica that has to be set right", run: noRepair },
  { name: "a leader does not reach the old host, where no lease ends", run: notTheOldHost },
  {
    name: "a leader does not reach the holder's guard, and a replica's host is booted",
    run: noHolder,
  },
  { name: "a leader loses the holder's guard in the midst of a switchover", run: noReturn },
  {
    name: "a leader logs in to the holder's host while it prepares a switchover",
    run: loginWhilePreparing,
  },
  { name: "a leader loses the old master when it has blocked it", run: noUnblocking },
  { name: "a leader loses a master whose last word it awaits", run: noLastWord },
  { name: "a person vouches for a host that other monitors hear", run: vouchedInVain },
  { name: "nobody reaches the holder's guard", run: nobodyReachesTheHolder },
  { name: "nobody reaches all that a failover takes", run: nobodyIsBetter },
  { name: "two monitors reach the replicas by turns", run: byTurns },
];
