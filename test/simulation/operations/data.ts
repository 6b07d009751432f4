/** Scripts about data: which copy counts, and that the last one is not destroyed. */
import type { Effect } from "../../../src/core/io.ts";
import { GROUP } from "../world/plan.ts";
import {
  atRest,
  holdBack,
  movesTo,
  must,
  need,
  peersOf,
  type Script,
  SHARP,
  switchOver,
  until,
} from "../rules/script.ts";
import { Violation } from "../world/violation.ts";
import type { World } from "../world/world.ts";

export const WRITING = { ...SHARP, writeEveryMs: 10 };

export function keptBy(world: World, name: string, ids: readonly number[], promise: string): void {
  const has = new Set(world.redis(name).data.ids);
  const lost = ids.filter((id) => !has.has(id)).length;
  if (lost > 0) throw new Violation(promise, `${name} lacks ${lost} of ${ids.length} writes`);
}

export function acknowledged(world: World): readonly number[] {
  return world.client.acknowledged.map(({ id }) => id);
}

/** The master is well, but nobody reaches its guard: it serves until its lease ends. */
function servesToTheEnd(seed: number): void {
  const world = atRest(seed, WRITING);
  world.host("db1").guard = () => {};
  until(world, () => world.servingHost("10.0.0.100")?.name !== "db1", "its lease ends", 10_000);
  const before = acknowledged(world);
  movesTo(world, ["db2", "db3"]);
  keptBy(world, world.group?.master ?? "", before, "a living master's writes are kept");
}

/** The master restarts without its data, so quickly that nobody sees it refuse. */
function comesBackEmpty(seed: number): void {
  const world = atRest(seed, WRITING);
  const master = world.redis("db1");
  master.persistence = "none";
  master.loadingMs = 0;
  const before = acknowledged(world);
  world.killRedis("db1");
  master.start();
  world.runUntilTrue(() => world.group?.master !== "db1", 10_000);
  world.runUntil(world.now + 5_000);
  keptBy(world, world.group?.master ?? "", before, "only good data is promoted");
}

/** And its host's clock is set forward meanwhile, as after a boot: so it seems to run for long. */
function comesBackEarlier(seed: number): void {
  const world = atRest(seed, WRITING);
  const master = world.redis("db1");
  Object.assign(master, { persistence: "none", loadingMs: 0 });
  const before = acknowledged(world);
  world.killRedis("db1");
  master.start();
  master.startedAt -= 3_600_000;
  world.runUntilTrue(() => world.group?.master !== "db1", 10_000);
  world.runUntil(world.now + 5_000);
  keptBy(world, world.group?.master ?? "", before, "only good data is promoted");
}

/** The master restarts with all its data, which the leader hears of from the others only when it has restarted without. */
function restartsTwice(seed: number): void {
  const world = atRest(seed, WRITING);
  const leader = world.theLeader.name;
  const master = world.redis("db1");
  for (const peer of peersOf(world, leader)) world.network.link(peer, leader).leastMs = 150;
  world.runUntil(world.now + 2_000);
  master.loadingMs = 0;
  const before = acknowledged(world);
  master.terminate();
  master.start();
  until(world, () => !master.loading, "it has loaded its data");
  world.runUntil(world.now + 100);
  master.persistence = "none";
  world.killRedis("db1");
  master.start();
  world.runUntilTrue(() => world.group?.master !== "db1", 10_000);
  world.runUntil(world.now + 5_000);
  keptBy(world, world.group?.master ?? "", before, "only good data is promoted");
}

/** The master restarts without its data, and dies when its replica has dropped its own to copy that; no monitor sees it. */
function copyIsBrokenOff(seed: number): void {
  const world = atRest(seed, { ...WRITING, nodes: 2 });
  const [master, replica] = [world.redis("db1"), world.redis("db2")];
  master.persistence = "none";
  master.loadingMs = 0;
  replica.loadingMs = 500;
  for (const monitor of world.monitors) monitor.stop(5_000);
  world.killRedis("db1");
  master.start();
  until(world, () => replica.isLoading, "its replica copies it");
  world.killRedis("db1");
  until(world, () => !replica.isLoading, "the copy is broken off");
  need(replica.data.ids.length === 0, "the replica has nothing left");
  world.runUntil(world.now + 20_000);
  if (replica.isMaster) throw new Violation("only good data is promoted", "db2 is master");
}

/** Both replicas fall behind, and then the master dies. */
function bothLag(seed: number): void {
  const world = atRest(seed, {
    ...WRITING,
    settings: { ...SHARP.settings, maxLagBytes: 50 },
  });
  for (const name of ["db2", "db3"]) world.network.cut("db1", name);
  const seen = world.group?.lineage.highWater ?? 0;
  const grew = () => (world.group?.lineage.highWater ?? 0) > seen + 1_000;
  until(world, grew, "the highest offset seen is far ahead", 20_000);
  world.killRedis("db1");
  world.runUntil(world.now + 8_000);
  need(world.group?.master === "db1", "nobody is promoted");
}

/** Both replicas fall behind, and the master dies before it is agreed on how far it was. */
function bothLagUnnoted(seed: number): void {
  const world = atRest(seed, {
    ...WRITING,
    settings: { ...SHARP.settings, maxLagBytes: 5_000 },
  });
  const master = world.redis("db1");
  const noted = () => world.group?.lineage.highWater ?? 0;
  const before = noted();
  until(world, () => noted() > before, "the highest offset is noted");
  const offset = noted();
  for (const name of ["db2", "db3"]) world.network.cut("db1", name);
  until(world, () => master.offset > offset + 20_000, "the master is far ahead");
  need(noted() === offset, "nothing of that is noted");
  world.killRedis("db1");
  world.runUntil(world.now + 8_000);
  if (world.group?.master !== "db1")
    throw new Violation("who lacks more than max_lag is not promoted", `${world.group?.master} is`);
}

/** The new master loses everything just when the old one comes back, which holds the last copy. */
function lastCopy(seed: number): void {
  const world = atRest(seed, { ...WRITING, nodes: 2 });
  world.redis("db1").persistence = "aof";
  world.killRedis("db1");
  movesTo(world, ["db2"]);
  const before = world.redis("db1").data.ids.slice();
  world.redis("db2").persistence = "none";
  world.redis("db2").loadingMs = 0;
  world.killRedis("db2");
  world.redis("db2").start();
  world.redis("db1").start();
  world.runUntil(world.now + 20_000);
  need(before.length > 0 && world.group?.master === "db2", "db2 is master");
  keptBy(world, "db1", before, "the last copy is not destroyed");
}

function turnsBack(effect: Effect): boolean {
  if (effect.kind !== "report" || effect.event.kind !== "operation.phase") return false;
  return effect.event.phase === "undo";
}

/** A person calls for the last copy, which the leader cannot reach just then; so all is to be as before. */
function lastCopyIsFar(seed: number): void {
  const world = atRest(seed, { ...WRITING, nodes: 2 });
  world.redis("db1").terminate();
  movesTo(world, ["db2"]);
  world.runUntil(world.now + 2_000);
  const before = world.redis("db1").data.ids.slice();
  Object.assign(world.redis("db2"), { persistence: "none", loadingMs: 0 });
  world.killRedis("db2");
  world.redis("db2").start();
  world.redis("db1").start();
  world.runUntil(world.now + 6_000);
  world.command({ kind: "failover", group: GROUP, to: "db1", acceptDataLoss: true });
  until(world, () => (world.group?.operation ?? null) !== null, "the failover begins");
  const leader = world.theLeader.name;
  world.network.cut(leader, "db1");
  let isTurning = false;
  world.onTurn = (_, effects) => {
    if (!effects.some(turnsBack)) return;
    isTurning = true;
    world.network.cut(leader, "db1", false);
  };
  const isOver = () => isTurning && world.group?.operation === null;
  must(world, isOver, "who is forced to leave is turned back to", 5_000);
  world.runUntil(world.now + 5_000);
  need(world.group?.master === "db2", "db2 is master");
  keptBy(world, "db1", before, "the last copy is not destroyed");
}

/**
 * A person calls for a replica that holds other data, restored from elsewhere; and when that dies, one comes back that was
 * away all the time.
 */
function otherDataCount(seed: number): void {
  const world = atRest(seed, WRITING);
  const [old, chosen] = [world.redis("db1"), world.redis("db2")];
  world.unplug("db3");
  world.runUntil(world.now + 2_000);
  world.killRedis("db1");
  Object.assign(chosen, { replId: "f".repeat(40), offset: old.offset + 5_000 });
  world.runUntil(world.now + 3_000);
  world.command({ kind: "failover", group: GROUP, to: "db2", acceptDataLoss: true });
  movesTo(world, ["db2"]);
  world.runUntil(world.now + 3_000);
  world.killRedis("db2");
  world.unplug("db3", false);
  world.runUntil(world.now + 10_000);
  if (world.group?.master !== "db2")
    throw new Violation("other data than those that count are not promoted", "db3 is master");
}

/** The old master restarts when it was blocked and its guard sleeps before the release: it serves once more. */
function restartsBlocked(seed: number): void {
  const settings = { ...SHARP.settings, onReboot: "wait" as const };
  const world = atRest(seed, { ...WRITING, settings });
  const old = world.redis("db1");
  old.persistence = "aof";
  old.loadingMs = 0;
  const held = holdBack(world, "db1", ({ op }) => op === "release");
  world.command({ kind: "switchover", group: GROUP, to: "db2" });
  until(world, () => held.count > 0, "db1 is told to release");
  world.network.cut("db1", "db2");
  old.kill();
  old.start();
  const already = world.client.acknowledged.length;
  until(world, () => world.client.acknowledged.length > already + 3, "it takes writes again", 900);
  held.release();
  const before = acknowledged(world);
  until(world, () => world.group?.operation === null, "the switchover ends", 10_000);
  keptBy(world, world.group?.master ?? "", before, "a switchover loses nothing");
}

/** A switchover, after which everybody restarts. */
function filesFollow(seed: number): void {
  const world = atRest(seed, WRITING);
  switchOver(world, "db2");
  const { master } = world.redis("db2").configured;
  if (master === null) return;
  throw new Violation(
    "a restart changes no role",
    `db2's file says that it follows ${master.host}`,
  );
}

export const DATA: readonly Script[] = [
  { name: "a master serves until its lease ends", run: servesToTheEnd },
  { name: "a master comes back empty", run: comesBackEmpty },
  { name: "a master comes back empty, and its clock is set forward", run: comesBackEarlier },
  { name: "a master comes back whole, and then empty", run: restartsTwice },
  { name: "a copy of a master without data is broken off", run: copyIsBrokenOff },
  { name: "both replicas lag", run: bothLag },
  { name: "both replicas lag, and the master dies before that is noted", run: bothLagUnnoted },
  { name: "an old master holds the last copy", run: lastCopy },
  { name: "the last copy is not reached when a person calls for it", run: lastCopyIsFar },
  { name: "a person calls for other data, whose master dies later", run: otherDataCount },
  { name: "an old master restarts before its release", run: restartsBlocked },
  { name: "the new master's file after a switchover", run: filesFollow },
];
