/** Scripts about moves of a VIP: claims whose answers are lost, and leaders that are lost with them. */
import type { Host } from "../world/host.ts";
import { GROUP, readerVip, WRITER } from "../world/plan.ts";
import {
  atRest,
  HOSTS,
  holdBack,
  movesTo,
  need,
  peersOf,
  type Script,
  SHARP,
  type ScriptedWorld,
  split,
  until,
  vipOf,
} from "./script.ts";

/** Once the first claim of the VIP has been carried out on a host that did not serve it. */
function onFirstClaim(world: ScriptedWorld, vip: string, strike: (host: Host) => void): void {
  const before = vipOf(world, vip).node;
  world.onGuard = (host, request, result) => {
    if (request.op !== "claim" || request.vip !== vip || result.kind !== "ok") return;
    if (host.name === before) return;
    world.onGuard = null;
    strike(host);
  };
}

/** The claim is carried out; its answer, the leader and the way to that host are lost. */
function claimUnanswered(seed: number): void {
  const world = atRest(seed, { settings: { ...SHARP.settings, downAfterMs: 3000 } });
  onFirstClaim(world, WRITER, ({ name }) => {
    world.theLeader.crash();
    world.unplug(name);
  });
  world.command({ kind: "switchover", group: GROUP, to: "db2" });
  until(world, () => world.onGuard === null, "db2 claims the VIP", 3_000);
  world.runUntil(world.now + 8_000);
  need(!vipOf(world).holders.includes("db1"), "db1 is no possible holder");
}

/** The claim is carried out, but nobody hears of it or of its host any more: another host is chosen. */
function claimedThenLost(seed: number): void {
  const world = atRest(seed, SHARP);
  onFirstClaim(world, WRITER, ({ name }) => world.unplug(name));
  world.command({ kind: "switchover", group: GROUP, to: "db2" });
  until(world, () => world.onGuard === null, "db2 claims the VIP", 3_000);
  movesTo(world, ["db1", "db3"]);
}

/** The same with a reader VIP. */
function readerClaimedThenLost(seed: number): void {
  const world = atRest(seed, { ...SHARP, readers: 1 });
  const vip = readerVip(0);
  let chosen = "";
  onFirstClaim(world, vip, ({ name }) => {
    chosen = name;
    world.unplug(name);
  });
  world.killRedis(vipOf(world, vip).node ?? "");
  until(world, () => world.onGuard === null, "another host claims it", 15_000);
  const moved = () => ![chosen, undefined].includes(world.servingHost(vip)?.name);
  until(world, moved, "it moves on", 15_000);
}

/** The leader is cut off with the point of no return on its own disk only; the others do not reach the successor. */
function claimableAlone(seed: number): void {
  const world = atRest(seed, SHARP);
  const leader = world.theLeader.name;
  const others = peersOf(world, leader);
  world.onAccepted = (monitor, vip) => {
    if (monitor.name !== leader || !vip.claimable) return;
    world.onAccepted = null;
    split(world, [leader, ...HOSTS], [...others, "db1", "db3"]);
  };
  // Late enough for rounds to be answered after the permit: only the commit is missing then.
  const held = holdBack(world, "db1", ({ op }) => op === "release");
  world.command({ kind: "switchover", group: GROUP, to: "db2" });
  until(world, () => held.count > 0, "db1 is told to release", 3_000);
  world.runUntil(world.now + 300);
  held.release();
  until(world, () => world.onAccepted === null, "the claim is accepted", 3_000);
  movesTo(world, ["db1"]);
  world.runUntil(world.now + 5_000);
}

/** The old holder's guard falls asleep before its release. */
function lateRelease(seed: number): void {
  const world = atRest(seed, SHARP);
  const held = holdBack(world, "db1", ({ op }) => op === "release");
  world.command({ kind: "switchover", group: GROUP, to: "db2" });
  until(world, () => held.count > 0, "db1 is told to release", 3_000);
  world.runUntil(world.now + 500);
  held.release();
  movesTo(world, ["db2"]);
}

export const MOVES: readonly Script[] = [
  { name: "a claim's answer and its leader are lost", run: claimUnanswered },
  { name: "a claim's answer and its host are lost", run: claimedThenLost },
  { name: "a reader claims, and its host is lost", run: readerClaimedThenLost },
  { name: "the point of no return is written by one monitor", run: claimableAlone },
  { name: "the old holder is late to release", run: lateRelease },
];
