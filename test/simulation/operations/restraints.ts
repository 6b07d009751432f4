/**
 * Scripts about what holds the monitors back, and for how long: a pause, a mode, a veto, and the quiet
 * time after a failover. `world/restraint.ts` and `world/wishes.ts` look on; what they cannot see, that a thing
 * ends, the scripts say themselves.
 */
import type { Command } from "../../../src/core/messages.ts";
import type { AskedHook } from "../../../src/core/settings.ts";
import { atRest, must, need, type Script, SHARP, switchOver, until } from "../rules/script.ts";
import { MOODY } from "../world/hook.ts";
import { GROUP, readerVip } from "../world/plan.ts";
import { Violation } from "../world/violation.ts";
import { whatIsMissing } from "../world/wholeness.ts";
import type { World } from "../world/world.ts";

const LONG_COOLDOWN = { ...SHARP.settings, cooldownMs: 120_000 };

function ask(world: World, command: Command): void {
  let told: string | null = null;
  world.command(command, undefined, ({ kind }) => (told = kind));
  until(world, () => told !== null, `${command.kind} is answered`);
  need(told === "ok", `${command.kind} is taken`);
}

function pause(world: World, forMs: number | null): void {
  ask(world, { kind: "pause", group: GROUP, forMs, reason: null });
}

function fails(world: World): boolean {
  return world.group?.master !== "db1" && world.group?.operation === null;
}

function failsOver(world: World, withinMs: number): void {
  must(
    world,
    () => fails(world),
    "a dead master is replaced once nothing holds that back",
    withinMs,
  );
}

// ——— pauses ———

function diesPaused(seed: number): void {
  const world = atRest(seed, SHARP);
  pause(world, null);
  world.killRedis("db1");
  world.runUntil(world.now + 6_000);
  ask(world, { kind: "resume", group: GROUP });
  failsOver(world, 5_000);
}

function diesManual(seed: number): void {
  const world = atRest(seed, SHARP);
  ask(world, { kind: "set-mode", group: GROUP, mode: "manual" });
  world.killRedis("db1");
  world.runUntil(world.now + 6_000);
}

// ——— the mode wait ———

const WAIT_MS = 6_000;

/** db3 is gone before anybody waits, so that only the time can end it. */
function waitsForDb3(seed: number): ReturnType<typeof atRest> {
  const settings = { ...SHARP.settings, waitForOtherMasterMs: WAIT_MS };
  const world = atRest(seed, { ...SHARP, settings });
  world.killRedis("db3");
  world.runUntil(world.now + 1_500);
  ask(world, { kind: "set-mode", group: GROUP, mode: "wait" });
  return world;
}

/** While it waits for as long as that, it does nothing by itself. */
function waitsOn(world: World, forMs: number): void {
  if (world.runUntilTrue(() => world.group?.mode !== "wait", forMs))
    throw new Violation(
      "the mode wait does not end too soon",
      `it is ${world.group?.mode} already`,
    );
}

function waitEnds(world: World, withinMs: number): void {
  must(world, () => world.group?.mode === "active", "the mode wait ends by itself", withinMs);
}

function diesWaiting(seed: number): void {
  const world = waitsForDb3(seed);
  world.killRedis("db1");
  world.runUntil(world.now + WAIT_MS + 3_000);
}

function comesAndGoes(seed: number): void {
  const world = waitsForDb3(seed);
  waitsOn(world, WAIT_MS - 2_000);
  world.killRedis("db1");
  world.runUntil(world.now + 1_000);
  world.redis("db1").start();
  waitsOn(world, WAIT_MS - 100);
  waitEnds(world, 3_000);
}

function othersComeLate(seed: number): void {
  const world = waitsForDb3(seed);
  waitsOn(world, WAIT_MS / 2);
  world.redis("db3").start();
  waitEnds(world, WAIT_MS / 2 - 500);
  world.killRedis("db1");
  failsOver(world, 5_000);
}

/** Its successor knows nothing of what it has seen. */
function leaderIsLostWaiting(seed: number): void {
  const world = waitsForDb3(seed);
  waitsOn(world, WAIT_MS - 1_000);
  world.theLeader.crash();
  waitsOn(world, WAIT_MS - 100);
  waitEnds(world, 4_000);
}

/**
 * Everything is started; all but one monitor reach no host yet. For that one all is well, and its view is known to
 * the leader: to a majority the master is silent, which would be reason enough in the mode active.
 */
function onlyOneReaches(seed: number, isThere: (name: string) => boolean): World {
  const world = waitsForDb3(seed);
  for (const monitor of world.monitors) monitor.crash();
  for (const { name } of world.hosts) if (isThere(name)) world.redis(name).start();
  const [, ...others] = world.monitors;
  for (const { name } of world.hosts)
    for (const monitor of others) world.network.cut(monitor.name, name);
  for (const { name } of world.monitors) world.startMonitor(name);
  return world;
}

/** The way to the hosts is there for all. */
function allReach(world: World): void {
  for (const { name } of world.hosts)
    for (const monitor of world.monitors) world.network.cut(monitor.name, name, false);
}

function allAreThereForOne(seed: number): void {
  const world = onlyOneReaches(seed, () => true);
  waitsOn(world, 2 * WAIT_MS);
  allReach(world);
  waitEnds(world, 3_000);
}

function masterIsThereForOne(seed: number): void {
  const world = onlyOneReaches(seed, (name) => name !== "db3");
  waitsOn(world, 2 * WAIT_MS);
  allReach(world);
  waitsOn(world, WAIT_MS - 100);
  waitEnds(world, 3_000);
}

/** It has lost what it had. All follow it and copy that, and only then is its loss accepted and told. */
function comesBackEmpty(seed: number): void {
  const world = waitsForDb3(seed);
  world.killRedis("db1");
  for (const name of ["db1", "db3"]) world.redis(name).start();
  waitEnds(world, WAIT_MS - 500);
  if (!world.group?.past.some(({ kind }) => kind === "accepted"))
    throw new Violation("the mode wait ends early only with a master that is well", "it does not");
}

/** It has lost what it had, and db2, which does not reach it, has not: nobody accepts that, and its time counts. */
function anotherHasMore(seed: number): void {
  const world = waitsForDb3(seed);
  world.network.cut("db2", "db1");
  world.killRedis("db1");
  world.redis("db1").start();
  waitsOn(world, WAIT_MS - 100);
  waitEnds(world, 3_000);
  failsOver(world, 5_000);
}

/** All monitors are restarted when most of it is over: what was left of it had been agreed on. */
function pauseEnds(seed: number): void {
  const world = atRest(seed, SHARP);
  pause(world, 40_000);
  const end = world.now + 40_000;
  world.killRedis("db1");
  world.runUntil(world.now + 30_000);
  for (const monitor of world.monitors) monitor.crash();
  for (const { name } of world.monitors) world.startMonitor(name);
  const ended = () => world.group?.pause === undefined;
  must(world, ended, "a pause ends when its time is over", end + 10_000 - world.now);
}

/** The leader sleeps, so that the pause's end is up to one that never began it. */
function pauseOfAnother(seed: number): void {
  const world = atRest(seed, SHARP);
  pause(world, 10_000);
  world.theLeader.stop(30_000);
  const ended = () => world.group?.pause === undefined;
  must(world, ended, "a pause ends when its time is over", 12_000);
}

function nothingMoves(seed: number): void {
  const world = atRest(seed, { ...SHARP, readers: 1 });
  const db2 = world.host("db2").address;
  pause(world, null);
  world.redis("db3").follow(db2, 6379);
  world.runUntil(world.now + 4_000);
  if (world.redis("db3").master?.host !== db2)
    throw new Violation("a paused group is not repaired", "db3 was told whom to follow");
  const reader = world.servingHost(readerVip(0))?.name ?? "";
  need(reader === "db2" || reader === "db3", "a replica serves the reader VIP");
  world.killRedis(reader);
  world.runUntil(world.now + 6_000);
}

// ——— the operator's command ———

function asking(
  seed: number,
  command: string,
  onFailure: AskedHook["onFailure"] = "go-on",
): ReturnType<typeof atRest> {
  const preFailover = { command, timeoutMs: 1_000, onFailure };
  return atRest(seed, { ...SHARP, settings: { ...SHARP.settings, preFailover } });
}

function veto(seed: number): void {
  const world = asking(seed, MOODY);
  world.hook.mood = { exitCode: 10, afterMs: 20 };
  world.killRedis("db1");
  world.runUntil(world.now + 8_000);
  need(world.group?.master === "db1", "the veto holds");
  world.hook.mood = { exitCode: 0, afterMs: 20 };
  failsOver(world, 8_000);
}

function hangsAndStops(seed: number): void {
  const world = asking(seed, "hang", "stop");
  world.killRedis("db1");
  world.runUntil(world.now + 8_000);
}

function hangsAndGoesOn(seed: number): void {
  const world = asking(seed, "hang");
  world.killRedis("db1");
  failsOver(world, 6_000);
}

/** A pause comes before the answer, which is then of another day. */
function oldConsent(seed: number): void {
  const world = asking(seed, MOODY);
  world.hook.mood = { exitCode: 0, afterMs: 900 };
  let isAsked = false;
  world.onEffect = (_, { kind }) => (isAsked ||= kind === "hook");
  world.killRedis("db1");
  until(world, () => isAsked, "the command is asked");
  pause(world, null);
  world.runUntil(world.now + 20_000);
  world.hook.mood = { exitCode: 10, afterMs: 20 };
  ask(world, { kind: "resume", group: GROUP });
  world.runUntil(world.now + 6_000);
}

// ——— the quiet time after a failover ———

/** db1 failed over and came back, was made master by hand, and dies again within its cooldown. */
function diesTwice(seed: number, before: (world: World) => void = () => {}): World {
  const world = atRest(seed, { ...SHARP, settings: LONG_COOLDOWN });
  world.killRedis("db1");
  until(world, () => fails(world), "db1 fails over");
  world.redis("db1").start();
  until(world, () => whatIsMissing(world) === null, "db1 is back", 20_000);
  world.runUntil(world.now + 2_000);
  switchOver(world, "db1");
  before(world);
  world.killRedis("db1");
  world.runUntil(world.now + 5_000);
  return world;
}

function quietTime(seed: number): void {
  const world = diesTwice(seed);
  ask(world, { kind: "acknowledge", group: GROUP, node: "db1" });
  failsOver(world, 5_000);
}

function muchIsSaid(seed: number): void {
  diesTwice(seed, (world) => {
    for (let i = 0; i < 3; i++) {
      pause(world, null);
      ask(world, { kind: "resume", group: GROUP });
    }
  });
}

// ——— the preferred master ———

const PREFER = { node: "db1", afterMs: 5_000 };

/** Nothing but its time holds it back. */
function isPreferred(seed: number): World {
  const settings = { ...SHARP.settings, prefer: PREFER, cooldownMs: 0 };
  return atRest(seed, { ...SHARP, settings });
}

function returns(world: World, withinMs: number): void {
  const isBack = () => world.group?.master === "db1" && world.group.operation === null;
  must(world, isBack, "the role goes to the preferred node", withinMs);
}

function preferredComesBack(seed: number): void {
  const world = isPreferred(seed);
  world.killRedis("db1");
  until(world, () => fails(world), "db1 fails over");
  world.redis("db1").start();
  returns(world, 20_000);
}

function preferredIsLeft(seed: number): void {
  const world = isPreferred(seed);
  switchOver(world, "db2");
  world.runUntil(world.now + 8_000);
  ask(world, { kind: "acknowledge", group: GROUP, node: "db1" });
  returns(world, 8_000);
}

/** The monitors' own failover finds nobody, for no replica was seen in sync since it was started. */
function lossIsAccepted(seed: number): void {
  const world = isPreferred(seed);
  world.unplug("db1");
  until(world, () => world.group?.operation?.phase === "fence", "a failover begins");
  for (const name of ["db2", "db3"]) {
    world.redis(name).terminate();
    world.redis(name).start();
  }
  const alarm = () => world.leader()?.state?.alarms[`${GROUP}: successor`];
  until(world, () => alarm() !== undefined, "nobody may become master", 10_000);
  ask(world, { kind: "failover", group: GROUP, to: null, acceptDataLoss: true });
  need(world.group?.master !== "db1", "another is master");
  world.unplug("db1", false);
  until(world, () => whatIsMissing(world) === null, "all are well again", 20_000);
  world.runUntil(world.now + 8_000);
  ask(world, { kind: "acknowledge", group: GROUP, node: "db1" });
  returns(world, 8_000);
}

export const RESTRAINTS: readonly Script[] = [
  { name: "the master dies during a pause", run: diesPaused },
  { name: "the master dies in the mode manual", run: diesManual },
  { name: "the master dies in the mode wait", run: diesWaiting },
  { name: "the master comes and goes in the mode wait", run: comesAndGoes },
  { name: "in the mode wait a replica comes late", run: othersComeLate },
  { name: "the leader is lost in the mode wait", run: leaderIsLostWaiting },
  { name: "in the mode wait all are there for one monitor only", run: allAreThereForOne },
  { name: "in the mode wait the master is there for one monitor only", run: masterIsThereForOne },
  { name: "in the mode wait the master comes back empty", run: comesBackEmpty },
  {
    name: "in the mode wait the master comes back empty, and another has more",
    run: anotherHasMore,
  },
  { name: "all monitors are restarted during a pause", run: pauseEnds },
  { name: "the leader sleeps during a pause", run: pauseOfAnother },
  { name: "a replica goes astray during a pause, a reader dies", run: nothingMoves },
  { name: "the operator's command forbids a failover", run: veto },
  { name: "the operator's command hangs, and that is to stop it", run: hangsAndStops },
  { name: "the operator's command hangs, and that is to be borne", run: hangsAndGoesOn },
  { name: "a pause comes before the operator's command answers", run: oldConsent },
  { name: "a master dies twice", run: quietTime },
  { name: "a master dies twice, and much is said in between", run: muchIsSaid },
  { name: "the preferred node dies and comes back", run: preferredComesBack },
  { name: "a person moves the role from the preferred node", run: preferredIsLeft },
  { name: "a person accepts the loss of the preferred node's failover", run: lossIsAccepted },
];
