/**
 * Scripts about whose turn it is to copy (`parallel_syncs`). `world/copying.ts` looks on; what it cannot see,
 * that a turn ends, the scripts say themselves.
 */
import type { Effect } from "../../../src/core/io.ts";
import {
  atRest,
  must,
  need,
  type Script,
  type ScriptedWorld,
  SHARP,
  until,
} from "../rules/script.ts";
import { GROUP } from "../world/plan.ts";
import { REDIS_PORT, type RedisServer } from "../world/redis-server.ts";
import { Violation } from "../world/violation.ts";
import { whatIsMissing } from "../world/wholeness.ts";
import type { World, WorldOptions } from "../world/world.ts";

/** Nobody can go on where it was: whoever follows another copies everything. */
function withoutBacklogs(seed: number, options: Partial<WorldOptions> = {}): ScriptedWorld {
  const world = atRest(seed, { ...SHARP, writeEveryMs: 20, nodes: 5, ...options });
  for (const server of world.servers.values()) server.backlogFrom = Number.MAX_SAFE_INTEGER;
  return world;
}

function allCopy(seed: number): void {
  const world = withoutBacklogs(seed);
  world.killRedis("db1");
  world.runUntil(world.now + 1_500);
  world.redis("db1").start();
  must(world, () => whatIsMissing(world) === null, "all have their turn", 40_000);
}

/** The master dies, and the first of the others copies its successor. */
function somebodyCopies(world: World): RedisServer {
  const copying = () =>
    [...world.servers.values()].find(({ upstream }) => upstream?.stage === "syncing");
  world.killRedis("db1");
  until(world, () => copying() !== undefined, "somebody copies", 8_000);
  return world.redis(copying()?.name ?? "");
}

/** All but the first, which is lost. */
function othersCopy(world: World, first: RedisServer, withinMs: number): void {
  const others = () =>
    [...world.servers.values()].filter(
      ({ name, up, upstream }) => up && name !== first.name && upstream?.stage === "up",
    );
  must(world, () => others().length === 2, "all others have their turn", withinMs);
}

/** The first to copy says that it follows, but hears nothing more of its master. */
function neverLinks(seed: number): void {
  const world = withoutBacklogs(seed);
  const first = somebodyCopies(world);
  for (const { name } of world.hosts) if (name !== first.name) world.network.cut(first.name, name);
  othersCopy(world, first, 40_000);
}

/** The first to copy answers nobody, as long as it empties what it had, and goes on. */
function fallsSilent(seed: number): void {
  emptiesItself(seed, () => {});
}

/** The same; and to one of the monitors a firewall says that there is nobody, from which nothing follows. */
function isRefusedToOne(seed: number): void {
  emptiesItself(seed, (world, { name }) => {
    world.network.link(world.theLeader.name, name).rejects = true;
  });
}

function emptiesItself(
  seed: number,
  meanwhile: (world: ScriptedWorld, first: RedisServer) => void,
): void {
  const world = withoutBacklogs(seed);
  const first = somebodyCopies(world);
  world.runUntil(world.now + 100);
  first.stop();
  meanwhile(world, first);
  world.runUntil(world.now + 8_000);
  const { master } = first;
  const following = [...world.servers.values()].filter(
    (server) => server.master?.host === master?.host,
  );
  if (following.length !== 1)
    throw new Violation("replicas take turns to copy", "a silence ends a turn");
  first.proceed();
  world.redis("db1").start();
  must(world, () => whatIsMissing(world) === null, "all have their turn", 40_000);
}

/**
 * Nobody waits for it for ever. When it is back, its new turn counts for those who come right behind it: at one of
 * these distances before anybody has seen that it copies.
 */
function isCutOff(seed: number): void {
  for (const later of [35, 50, 60, 75, 90, 100, 125]) comesBack(seed + later, later);
}

/** @param later when the others come, in milliseconds */
function comesBack(seed: number, later: number): void {
  const world = withoutBacklogs(seed);
  const first = somebodyCopies(world);
  const cut = (isCut: boolean): void => {
    for (const { name } of [...world.hosts, ...world.monitors])
      if (name !== first.name) world.network.cut(first.name, name, isCut);
  };
  cut(true);
  othersCopy(world, first, 30_000);
  cut(false);
  const followDb1 = (server: RedisServer): void =>
    server.follow(world.host("db1").address, REDIS_PORT);
  followDb1(first);
  world.runUntil(world.now + later);
  for (const server of world.servers.values())
    if (server.up && !server.isMaster && server !== first) followDb1(server);
  world.runUntil(world.now + 3_000);
  world.redis("db1").start();
  must(world, () => whatIsMissing(world) === null, "all have their turn", 40_000);
}

/** An old master copies for long, and nobody waits for it; then it falls silent, and somebody would like to copy. */
function rejoinsSlowly(seed: number): void {
  const world = withoutBacklogs(seed);
  world.killRedis("db1");
  const others = ["db2", "db3", "db4", "db5"].map((name) => world.redis(name));
  const linked = () => others.filter(({ upstream }) => upstream?.stage === "up");
  until(world, () => linked().length === 3, "all others follow", 30_000);
  const [astray, elsewhere] = linked();
  need(astray !== undefined && elsewhere !== undefined, "there are replicas");
  const old = world.redis("db1");
  old.start();
  until(world, () => !old.loading, "the old master is back");
  old.loadingMs = 60_000;
  until(world, () => old.upstream?.stage === "loading", "the old master copies", 10_000);
  world.runUntil(world.now + 20_000);
  old.stop();
  world.runUntil(world.now + 3_000);
  astray.follow(world.host(elsewhere.name).address, REDIS_PORT);
  world.runUntil(world.now + 5_000);
  if (astray.master?.host !== world.host(elsewhere.name).address)
    throw new Violation("replicas take turns to copy", "a silence ends a long turn");
}

/** Its host says so: nobody waits for what is over. */
function diesCopying(seed: number): void {
  const world = withoutBacklogs(seed);
  const first = somebodyCopies(world);
  world.runUntil(world.now + 100);
  world.killRedis(first.name);
  othersCopy(world, first, 10_000);
}

/**
 * One has had its turn long ago, and has another one now, with somebody behind it, whose turn comes when the
 * first has begun to copy and nobody has seen that yet: at one of these distances.
 */
function hasAnotherTurn(seed: number): void {
  for (const later of [0, 3, 12, 18, 24, 30, 48, 63, 78, 81]) copiesTwice(seed, later);
}

/** @param later when the other one goes astray, in milliseconds */
function copiesTwice(seed: number, later: number): void {
  const world = withoutBacklogs(seed);
  const goAstray = (name: string): void =>
    world.redis(name).follow(world.host("db2").address, REDIS_PORT);
  for (let turn = 1; turn <= 2; turn += 1) {
    // Longer than anybody may take to link.
    world.runUntil(world.now + 20_000);
    goAstray("db3");
    world.runUntil(world.now + later);
    goAstray("db4");
    must(world, () => whatIsMissing(world) === null, "all have their turn", 30_000);
  }
}

/** An old master is back and was told to follow, but does not get through to its master; nor to the leader any more. */
function doesNotGetThrough(world: ScriptedWorld): { old: RedisServer; astray: RedisServer } {
  world.killRedis("db1");
  const others = ["db2", "db3", "db4", "db5"].map((name) => world.redis(name));
  const linked = () => others.filter(({ upstream }) => upstream?.stage === "up");
  until(world, () => linked().length === 3, "all others follow", 30_000);
  const [astray] = linked();
  const master = others.find(({ isMaster }) => isMaster);
  need(astray !== undefined && master !== undefined, "there are a master and replicas");
  const old = world.redis("db1");
  world.network.cut("db1", master.name);
  old.start();
  const isTold = () => old.master?.host === master.host.address;
  until(world, isTold, "it is told to follow the new master", 10_000);
  return { old, astray };
}

/**
 * Somebody moves it, and another one, when its turn is over; so both are told anew, one after the other: if the one is
 * reached again at one of these distances behind the other.
 */
function isToldTwice(seed: number): void {
  for (const later of [10, 75, 120, 250, 300]) isToldAgain(seed + later, later);
}

/** @param later when it is reached again, in milliseconds */
function isToldAgain(seed: number, later: number): void {
  const world = withoutBacklogs(seed);
  const { old, astray } = doesNotGetThrough(world);
  const master = old.master?.host;
  // Longer than anybody may take to link.
  world.runUntil(world.now + 17_000);
  const leader = world.theLeader.name;
  world.network.cut(leader, "db1");
  old.follow("10.0.0.99", REDIS_PORT);
  world.runUntil(world.now + 2_000);
  for (const { name } of world.hosts) if (name !== "db1") world.network.cut("db1", name, false);
  astray.follow("10.0.0.99", REDIS_PORT);
  world.runUntil(world.now + later);
  world.network.cut(leader, "db1", false);
  until(world, () => old.master?.host === master, "it is told again");
  must(world, () => whatIsMissing(world) === null, "all have their turn", 40_000);
}

/**
 * Two old masters are to copy at once. A switchover had the first one follow the third before that was master, and was
 * overtaken by a failover to it. So at one of these distances what was last seen of the first is that it is linked to whom
 * it is told to follow.
 */
function isSeenAsItWas(seed: number): void {
  for (const later of [0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 30, 60, 90])
    isOvertaken(seed + later, later);
}

/** @param later when the second one dies, in milliseconds behind the point at which it hands over */
function isOvertaken(seed: number, later: number): void {
  const world = atRest(seed, { ...SHARP, writeEveryMs: 20, nodes: 4 });
  const [first, second, third] = [world.redis("db1"), world.redis("db2"), world.redis("db3")];
  second.saveSnapshot();
  world.command({ kind: "switchover", group: GROUP, to: "db2" });
  world.onEffect = (_, effect) => {
    const isReturning = world.group?.rejoining["db1"] !== undefined;
    if (!isReturning || !isRewriteOf(effect, "db1")) return;
    world.onEffect = null;
    world.command({ kind: "switchover", group: GROUP, to: "db3" });
  };
  until(world, () => world.onEffect === null, "the first one is all but back");
  const follows = () => first.master?.host === third.host.address && first.upstream?.stage === "up";
  const isHandingOver = () => world.group?.operation?.phase === "handover" && follows();
  until(world, isHandingOver, "it follows the third");
  world.runUntil(world.now + later);
  world.killRedis("db2");
  world.runUntil(world.now + 80);
  second.loadingMs = 40;
  second.start();
  // Whoever follows another from here on copies everything.
  for (const server of world.servers.values()) server.backlogFrom = Number.MAX_SAFE_INTEGER;
  must(world, () => whatIsMissing(world) === null, "all have their turn", 40_000);
}

function isRewriteOf(effect: Effect, node: string): boolean {
  return effect.kind === "redis" && effect.target.node === node && effect.action.kind === "rewrite";
}

/** Somebody moves it when it was just told. */
function isMovedWhenTold(seed: number): void {
  const world = withoutBacklogs(seed);
  const { old, astray } = doesNotGetThrough(world);
  world.runUntil(world.now + 3_000);
  old.follow(astray.host.address, REDIS_PORT);
  for (const { name } of world.hosts) if (name !== "db1") world.network.cut("db1", name, false);
  must(world, () => whatIsMissing(world) === null, "who is moved is told again", 30_000);
}

export const TURNS_TO_COPY: readonly Script[] = [
  { name: "everybody must copy the new master", run: allCopy },
  { name: "the first to copy never links", run: neverLinks },
  { name: "the first to copy falls silent for a while", run: fallsSilent },
  { name: "the first to copy falls silent, and one monitor is refused", run: isRefusedToOne },
  { name: "the first to copy is cut off, and comes back", run: isCutOff },
  { name: "the first to copy dies of it", run: diesCopying },
  { name: "an old master copies for long, and falls silent", run: rejoinsSlowly },
  { name: "a replica has another turn to copy", run: hasAnotherTurn },
  { name: "an old master is told to follow a second time", run: isToldTwice },
  { name: "an old master followed the new master before that was one", run: isSeenAsItWas },
  { name: "an old master is moved when it was told to follow", run: isMovedWhenTold },
];
