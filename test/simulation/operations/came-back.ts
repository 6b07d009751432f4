/** Scripts about an old master that comes back, without its data, while its failover still waits or is just undone. */
import type { Effect } from "../../../src/core/io.ts";
import { isInBlackHole } from "../../../src/core/operation/black-hole.ts";
import { atRest, must, need, type Script, type ScriptedWorld, until } from "../rules/script.ts";
import { GROUP, WRITER } from "../world/plan.ts";
import { acknowledged, keptBy, WRITING } from "./data.ts";

const REPLICAS = ["db2", "db3"];
const KEPT = "the last copy is not destroyed";

/** At rest; whatever becomes of db1, it forgets with its process. */
function forgetful(seed: number, settings: object = {}): ScriptedWorld {
  const world = atRest(seed, { ...WRITING, settings: { ...WRITING.settings, ...settings } });
  Object.assign(world.redis("db1"), { persistence: "none", loadingMs: 0 });
  return world;
}

function begins(effect: Effect): boolean {
  if (effect.kind !== "report" || effect.event.kind !== "operation.phase") return false;
  return effect.event.phase === "fence";
}

/** The master dies; and in the moment in which a failover begins something else happens. */
function dies(world: ScriptedWorld, andThen: () => void = () => {}): void {
  world.onTurn = (_, effects) => {
    if (!effects.some(begins)) return;
    world.onTurn = null;
    andThen();
  };
  world.killRedis("db1");
  until(world, () => world.onTurn === null, "a failover begins");
}

/** It waits, for nobody is left who may become master. */
function waits(world: ScriptedWorld): void {
  const alarm = () => world.theLeader.state?.alarms[`${GROUP}: successor`];
  until(world, () => alarm() !== undefined, "nobody may become master");
}

/** Whether anybody reaches the replicas. */
function reached(world: ScriptedWorld, yes: boolean): void {
  for (const name of REPLICAS)
    for (const other of ["db1", "mon1", "mon2", "mon3"]) world.network.cut(name, other, !yes);
}

/** One of the replicas, with all that was acknowledged. */
function takesOver(world: ScriptedWorld, before: readonly number[]): void {
  const isServed = () => REPLICAS.includes(world.servingHost(WRITER)?.name ?? "");
  must(world, isServed, "who has the data takes over", 14_000);
  keptBy(world, world.group?.master ?? "", before, KEPT);
}

/** Nobody reaches the replicas, which have everything, and then all is mended. */
function replicasAreFar(seed: number): void {
  const world = forgetful(seed);
  const before = acknowledged(world);
  dies(world, () => reached(world, false));
  waits(world);
  world.redis("db1").start();
  world.runUntil(world.now + 4_000);
  reached(world, true);
  takesOver(world, before);
}

/** Both replicas are well, but the old host's guard is lost, so that they are not asked before its lease has ended. */
function guardIsLost(seed: number): void {
  const world = forgetful(seed);
  const before = acknowledged(world);
  world.host("db1").guard = () => {};
  dies(world);
  world.redis("db1").start();
  takesOver(world, before);
}

/** What is left is a replica with priority 0, and the leader does not reach the old master. */
function neverPromoted(seed: number): void {
  const world = forgetful(seed);
  world.redis("db3").priority = 0;
  world.runUntil(world.now + 2_000);
  const before = acknowledged(world);
  dies(world, () => world.killRedis("db2"));
  world.network.cut(world.theLeader.name, "db1");
  waits(world);
  world.runUntil(world.now + 2_000);
  world.redis("db1").start();
  world.runUntil(world.now + 4_000);
  keptBy(world, "db3", before, KEPT);
}

function seenBeyond(world: ScriptedWorld, offset: number): void {
  const grew = () => (world.group?.lineage.highWater ?? 0) > offset;
  until(world, grew, "the highest offset seen grows", 20_000);
}

/** One replica is gone for good, a person says so, and the other has less than the old master. */
function nobodyHasMore(seed: number): void {
  const world = forgetful(seed, { maxLagBytes: 50 });
  const old = world.redis("db1");
  old.persistence = "rdb";
  world.network.cut("db1", "db3");
  seenBeyond(world, old.offset + 1_000);
  old.saveSnapshot();
  seenBeyond(world, old.offset);
  dies(world, () => world.killRedis("db2"));
  waits(world);
  world.command({ kind: "set-offline", group: GROUP, node: "db2" });
  world.network.cut("db1", "db3", false);
  world.runUntil(world.now + 2_000);
  old.start();
  const isBack = () => world.group?.operation === null && !old.loading && old.isMaster;
  must(world, isBack, "where nobody has more, the old master is turned back to", 8_000);
  need(world.group?.master === "db1", "db1 is master");
}

/** Its AOF was lost with its volume: it does not say how far it reaches, but there is no key in it. */
function aofIsGone(seed: number): void {
  const world = forgetful(seed);
  const old = world.redis("db1");
  old.persistence = "aof";
  const before = acknowledged(world);
  dies(world, () => reached(world, false));
  old.data.clear();
  waits(world);
  old.start();
  world.runUntil(world.now + 4_000);
  reached(world, true);
  takesOver(world, before);
}

/**
 * It was only hung: so it is turned back to, and in that moment it is restarted with nothing. Its replicas are still frozen:
 * who follows a master copies by itself whatever that comes back with, which these cannot.
 */
function restartsWhenTurnedBackTo(seed: number): void {
  const world = forgetful(seed);
  const old = world.redis("db1");
  const replicas = REPLICAS.map((name) => world.redis(name));
  const areFrozen = () => replicas.every((replica) => isInBlackHole(replica.info()));
  old.stop();
  const before = acknowledged(world);
  beforeFirst(world, areFrozen, "the replicas are frozen", () => {
    for (const replica of replicas) replica.stop();
    old.proceed();
  });
  const isTurning = () => world.group?.operation?.phase === "undo";
  beforeFirst(world, isTurning, "it is turned back to", () => {
    need(areFrozen(), "the replicas are frozen still");
    old.kill();
    old.start();
    for (const replica of replicas) replica.proceed();
  });
  takesOver(world, before);
}

/** Strikes once, right before the leader asks anything of a Redis while that is so. */
function beforeFirst(
  world: ScriptedWorld,
  isSo: () => boolean,
  what: string,
  strike: () => void,
): void {
  world.onEffect = (_, effect) => {
    if (effect.kind !== "redis" || !isSo()) return;
    world.onEffect = null;
    strike();
  };
  until(world, () => world.onEffect === null, what, 14_000);
}

export const CAME_BACK: readonly Script[] = [
  { name: "a master comes back empty, and nobody reaches its replicas", run: replicasAreFar },
  { name: "a master comes back empty before its lease has ended", run: guardIsLost },
  { name: "a master comes back empty, and the last copy is never promoted", run: neverPromoted },
  { name: "a master comes back with less, and nobody has more", run: nobodyHasMore },
  { name: "a master comes back without its AOF", run: aofIsGone },
  { name: "a master comes back empty when it is turned back to", run: restartsWhenTurnedBackTo },
];
