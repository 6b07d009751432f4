/** Scripts about operations whose leader is cut off, sleeps or is replaced, and wakes up again. */
import type { Effect } from "../../../src/core/io.ts";
import type { Command } from "../../../src/core/messages.ts";
import type { RedisAction } from "../../../src/core/operation/action.ts";
import {
  atRest,
  HOSTS,
  mend,
  must,
  need,
  peersOf,
  type Script,
  type ScriptedWorld,
  SHARP,
  split,
  until,
} from "../rules/script.ts";
import { CLIENT } from "../world/client.ts";
import { GROUP } from "../world/plan.ts";
import { Violation } from "../world/violation.ts";
import { whatIsMissing } from "../world/wholeness.ts";

const WRITING = { writeEveryMs: 10 };

function isAction(effect: Effect, kind: RedisAction["kind"]): boolean {
  return effect.kind === "redis" && effect.action.kind === kind;
}

function replaced(world: ScriptedWorld, leader: string): void {
  const settled = () => world.leader()?.name !== leader && world.group?.operation === null;
  until(world, settled, "another leader puts an end to the operation", 20_000);
}

/** A command of the old leader waits in the network until the next leader has undone everything. */
function lateCommand(seed: number): void {
  const world = atRest(seed, WRITING);
  const leader = world.theLeader.name;
  world.onEffect = (monitor, effect) => {
    if (monitor.name !== leader || !isAction(effect, "set-min-replicas")) return;
    world.onEffect = null;
    split(world, [...peersOf(world, leader), ...HOSTS, CLIENT]);
  };
  world.command({ kind: "switchover", group: GROUP, to: "db2" });
  until(world, () => world.onEffect === null, "the old master is to be blocked");
  replaced(world, leader);
  mend(world);
  world.runUntil(world.now + 8_000);
}

/**
 * The leader's machine stands still in the middle of a switchover; it wakes up cut off from its peers,
 * when the next leader has just died, and with it its connections.
 */
function wakesAlone(seed: number): void {
  const world = atRest(seed, WRITING);
  const leader = world.theLeader;
  world.onEffect = (monitor, effect) => {
    if (monitor !== leader || !isAction(effect, "pause-writes")) return;
    world.onEffect = null;
    split(world, [leader.name, ...HOSTS], [...peersOf(world, leader.name), ...HOSTS, CLIENT]);
    world.after(0, () => leader.stop(15_000, true));
    world.after(14_995, () => world.theLeader.crash());
  };
  world.command({ kind: "switchover", group: GROUP, to: "db2" });
  until(world, () => world.onEffect === null, "writes are to be paused");
  replaced(world, leader.name);
  until(world, () => !leader.isStopped, "the old leader wakes up", 20_000);
  world.runUntil(world.now + 5_000);
}

/** The leader dies when the old master is blocked. */
function diesWhileBlocked(seed: number): void {
  const world = atRest(seed, WRITING);
  const leader = world.theLeader;
  world.onEffect = (monitor, effect) => {
    if (monitor !== leader || effect.kind !== "guard" || effect.request.op !== "release") return;
    world.onEffect = null;
    world.after(0, () => leader.crash());
  };
  world.command({ kind: "switchover", group: GROUP, to: "db2" });
  until(world, () => !leader.running, "the leader dies");
  replaced(world, leader.name);
  world.startMonitor(leader.name);
  if (world.runUntilTrue(() => whatIsMissing(world) === null, 20_000)) return;
  throw new Violation("when faults stop, the cluster becomes whole", whatIsMissing(world) ?? "");
}

/**
 * Monitors that only watch move the master because a person asks for it; the new one hangs, and then none of them reaches the
 * old one, which is blocked by then, for so long that turning back has ended without it, and that what is left over is not done any more.
 */
function isBlockedOutOfReach(seed: number, command: Command): void {
  const world = atRest(seed, WRITING);
  const old = world.redis("db1");
  const before = seed % 2 === 0 ? "0" : "1";
  old.minReplicas = before;
  world.command(command);
  world.runUntil(world.now + 1_000);
  world.onEffect = (_, effect) => {
    if (isAction(effect, "set-min-replicas")) world.redis("db2").stop();
  };
  world.command({ kind: "switchover", group: GROUP, to: "db2" });
  until(world, () => Number(old.minReplicas) > 1, "the old master is blocked");
  world.onEffect = null;
  split(world, [...peersOf(world, ""), "db2", "db3", CLIENT], ["db1", "db2", "db3", CLIENT]);
  until(world, () => world.group?.past.at(-1)?.result === "undone", "it is turned back", 30_000);
  world.runUntil(world.now + 80_000);
  need(Number(old.minReplicas) > 1, "nobody could end that");
  mend(world);
  must(
    world,
    () => old.minReplicas === before,
    "whose writes were blocked takes them again",
    10_000,
  );
  must(
    world,
    () => world.group?.blocked === undefined,
    "what is mended is not owed any more",
    2_000,
  );
}

function isBlockedInPassiveMode(seed: number): void {
  isBlockedOutOfReach(seed, { kind: "set-mode", group: GROUP, mode: "passive" });
}

function isBlockedInPause(seed: number): void {
  isBlockedOutOfReach(seed, { kind: "pause", group: GROUP, forMs: null, reason: null });
}

/** One monitor out of three, the leader, does not reach the master, nor do the replicas. */
function leaderAloneBlind(seed: number): void {
  const world = atRest(seed, SHARP);
  for (const name of [world.theLeader.name, "db2", "db3"]) world.network.cut(name, "db1");
  world.runUntil(world.now + 6_000);
  need(Object.keys(world.safety.finished).length === 0, "nothing is done about it");
}

/** The leader is cut off from its peers while the old master's host is still waited for. */
function cutOffBeforeItFences(seed: number): void {
  const settings = { ...SHARP.settings, fenceCommand: "fence" };
  const world = atRest(seed, { ...SHARP, settings });
  const leader = world.theLeader;
  world.host("db1").guard = () => {};
  world.killRedis("db1");
  until(world, () => world.group?.operation?.phase === "fence", "a failover begins");
  split(world, [leader.name, ...HOSTS], [...peersOf(world, leader.name), ...HOSTS]);
  let isFenced = false;
  world.onEffect = (monitor, { kind }) => {
    if (kind !== "fence") return;
    if (monitor === leader)
      throw new Violation(
        "a host is fenced on evidence from after the release was waited for",
        "it is not",
      );
    isFenced = true;
  };
  replaced(world, leader.name);
  need(isFenced && world.group?.master !== "db1", "the next leader has the host fenced");
}

/** For less than F, and none of their clocks: as where one machine that hosts them all is short of breath. */
function allStandStill(seed: number): void {
  const world = atRest(seed);
  const ledBy = () =>
    `${world.theLeader.name} in term ${world.theLeader.state?.consensus.durable.term}`;
  const before = ledBy();
  // Whether a follower's patience ends with it is a matter of chance; the leader wakes last.
  for (let time = 0; time < 12; time++) {
    for (const monitor of world.monitors) monitor.stop(monitor === world.theLeader ? 785 : 770);
    until(world, () => world.monitors.every(({ isStopped }) => !isStopped), "all go on");
    world.runUntil(world.now + 1_500 + 13 * time);
  }
  if (ledBy() === before) return;
  throw new Violation(
    "who led before all stood still leads on",
    `it was ${before}, and is ${ledBy()}`,
  );
}

export const LEADERS: readonly Script[] = [
  { name: "a command of an old leader comes late", run: lateCommand },
  { name: "a leader wakes up alone in a switchover", run: wakesAlone },
  { name: "a leader dies while the old master is blocked", run: diesWhileBlocked },
  {
    name: "a passive cluster turns back, and does not reach the old master",
    run: isBlockedInPassiveMode,
  },
  { name: "a paused cluster turns back, and does not reach the old master", run: isBlockedInPause },
  { name: "the leader alone does not reach the master", run: leaderAloneBlind },
  { name: "a leader is cut off before it fences", run: cutOffBeforeItFences },
  { name: "all monitors stand still for a moment", run: allStandStill },
];
