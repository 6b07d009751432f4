/**
 * Scripts about monitors that take their own network for down (`ping_ips`), rightly or not: such a monitor
 * abstains where it hears nothing, and nowhere else; it lets no lease lapse, and does not go on leading.
 */
import type { Network } from "../../../src/core/health/own-network.ts";
import { atRest, need, type Script, SHARP } from "../rules/script.ts";
import type { MonitorProcess } from "../world/monitor-process.ts";
import { WRITER } from "../world/plan.ts";
import { Violation } from "../world/violation.ts";
import type { World } from "../world/world.ts";

function say(monitors: readonly MonitorProcess[], is: Network): void {
  for (const monitor of monitors)
    monitor.deliver({ kind: "own-network", pings: { is, problem: null } });
}

/** The leader and another one: a majority. */
function blindOf(world: World): readonly MonitorProcess[] {
  const leader = world.leader();
  const other = world.monitors.find((monitor) => monitor !== leader);
  need(leader !== undefined && other !== undefined, "there is a leader");
  return [leader, other];
}

/** For so long nothing moves, and the address is served. */
function staysPut(world: World, forMs: number): void {
  const until = world.now + forMs;
  while (world.now < until) {
    world.runUntil(world.now + 50);
    const where = world.servingHost(WRITER)?.name ?? "nobody";
    const begun = world.group?.operation ?? world.group?.past.at(-1) ?? null;
    if (where !== "db1" || begun !== null)
      throw new Violation(
        "whose own network is down moves nothing, and keeps what there is",
        `${where} serves, ${JSON.stringify(begun?.reason ?? null)}`,
      );
  }
}

/** They hear no node at all. The master is well and the third monitor reaches it; but nobody vetoes, for the replicas have lost it. */
function cutOff(world: World, blind: readonly MonitorProcess[], cut: boolean): void {
  for (const { name } of world.hosts) {
    for (const monitor of blind) world.network.cut(monitor.name, name, cut);
    if (name !== "db1") world.network.cut(name, "db1", cut);
  }
}

function majorityIsCutOff(seed: number): void {
  const world = atRest(seed, SHARP);
  const blind = blindOf(world);
  cutOff(world, blind, true);
  world.runUntil(world.now + 700);
  say(blind, "down");
  staysPut(world, 8_000);
  // They are told that all is well before they have heard of any node again.
  cutOff(world, blind, false);
  say(blind, "up");
  staysPut(world, 3_000);
}

/** All of them err, for they hear the replicas; and the master hangs. */
function checksErr(seed: number): void {
  const world = atRest(seed, SHARP);
  say(world.monitors, "down");
  world.runUntil(world.now + 2_000);
  world.redis("db1").stop();
  const fails = () => world.group?.master !== "db1" && world.group?.operation === null;
  if (!world.runUntilTrue(fails, 8_000))
    throw new Violation(
      "whoever hears any node is not cut off",
      "nobody counts the master's silence",
    );
}

function leaderIsCutOff(seed: number): void {
  const world = atRest(seed, SHARP);
  const leader = world.theLeader;
  const others = world.monitors.filter((monitor) => monitor !== leader);
  // Nobody reaches a node, so that nobody is in a better place but by his network.
  cutOff(world, world.monitors, true);
  say(others, "up");
  say([leader], "down");
  if (!world.runUntilTrue(() => others.includes(world.leader() ?? leader), 40_000))
    throw new Violation("whose own network is down does not go on leading", "it does");
}

/** The others reach what is left, and see that the master is gone: it must not be the blind one that begins. */
function masterDiesToo(seed: number): void {
  const world = atRest(seed, SHARP);
  const leader = world.theLeader;
  say(world.monitors, "up");
  for (const { name } of world.hosts) world.network.cut(leader.name, name);
  world.runUntil(world.now + 700);
  say([leader], "down");
  world.powerOff("db1");
  const fails = () => world.group?.master !== "db1" && world.group?.operation === null;
  if (!world.runUntilTrue(fails, 8_000))
    throw new Violation("whose own network is down lets another fail over", "nobody does");
}

export const OWN_NETWORK: readonly Script[] = [
  { name: "two of three take their network for down, and it is", run: majorityIsCutOff },
  { name: "the checks err, and the master hangs", run: checksErr },
  { name: "the leader takes its network for down", run: leaderIsCutOff },
  { name: "the leader is cut off, and the master dies", run: masterDiesToo },
];
