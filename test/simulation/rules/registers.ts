/** Scripts about registers: lost ones, late marks, and which of them are read at all. */
import { type Stamp, sameStamp } from "../../../src/core/stamp.ts";
import { GROUP, WRITER } from "../world/plan.ts";
import { Violation } from "../world/violation.ts";
import {
  atRest,
  HOSTS,
  holdBack,
  marked,
  movesTo,
  need,
  peersOf,
  type Script,
  SHARP,
  type ScriptedWorld,
  split,
  until,
  verdictOf,
  vipOf,
} from "./script.ts";

/** The leader loses db3, then its peers, and accepts alone that db3 is out: that leads to `islands`. */
function acceptsAlone(world: ScriptedWorld, islands: readonly (readonly string[])[]): void {
  const leader = world.theLeader.name;
  world.network.cut(leader, "db3");
  world.network.cut("db1", "db3");
  world.onAccepted = (monitor, vip) => {
    if (monitor.name !== leader || "db3" in vip.readSet) return;
    world.onAccepted = null;
    split(world, ...islands);
  };
  until(world, () => world.onAccepted === null, "the leader accepts alone that db3 is out");
}

/** The others reach only db3, and move the VIP there. */
function outAlone(seed: number): void {
  const world = atRest(seed, SHARP);
  const leader = world.theLeader.name;
  acceptsAlone(world, [
    [leader, "db1", "db2"],
    [...peersOf(world, leader), "db3"],
  ]);
  movesTo(world, ["db3"], 15_000);
  world.runUntil(world.now + 5_000);
}

/** Two leaders count on from the same epoch; both reach every host, and neither knows of the other. */
function sameNumberTwice(seed: number): void {
  const world = atRest(seed, SHARP);
  const first = world.theLeader;
  acceptsAlone(world, [
    [first.name, "db1", "db2"],
    [...peersOf(world, first.name), ...HOSTS],
  ]);
  const healthy = () => verdictOf(world) === "healthy";
  until(world, () => world.leader() !== first && healthy(), "another monitor leads");
  world.command({ kind: "switchover", group: GROUP, to: "db2" });
  movesTo(world, ["db2"]);
  world.runUntil(world.now + 5_000);
}

/** A register that was lost is marked only with an epoch that was proposed after that was seen. */
function rebootedHost(seed: number): void {
  const world = atRest(seed, SHARP);
  const before = vipOf(world).epoch;
  world.powerOff("db3");
  world.runUntil(world.now + 500);
  world.powerOn("db3");
  until(world, () => marked(world, "db3") !== null, "db3 is marked again", 10_000);
  if (sameStamp(marked(world, "db3"), before))
    throw new Violation("a register never goes back", "db3 was marked with the running epoch");
}

/** The mark that follows one loss of a register lands after the next loss, and after the VIP was moved there. */
function lostTwice(seed: number): void {
  const world = atRest(seed, SHARP);
  const old = world.theLeader.name;
  let first: Stamp | null = null;
  const late = holdBack(world, "db3", (request) => {
    if (request.op !== "mark" || request.seen.kind !== "instance") return false;
    first ??= request.epoch;
    return sameStamp(request.epoch, first);
  });
  world.host("db3").flushTable();
  const others = () => ["db1", "db2"].every((name) => sameStamp(marked(world, name), first));
  until(world, () => late.count > 0 && others(), "a mark is under way to db3");
  split(world, [old, ...HOSTS.slice(0, 2)], [old, "db3"], [...peersOf(world, old), "db3"]);
  movesTo(world, ["db3"]);
  const again = holdBack(world, "db3", ({ op }) => op === "mark");
  world.host("db3").flushTable();
  until(world, () => again.count > 0, "db3's second loss is seen");
  late.release();
  world.runUntil(world.now + 2_000);
  again.release();
  world.runUntil(world.now + 5_000);
}

/** Marks of an old leader wake up at two hosts after a newer one has marked them and moved the VIP. */
function lateMarks(seed: number): void {
  const world = atRest(seed, SHARP);
  const old = world.theLeader.name;
  const before = vipOf(world).epoch;
  let first: Stamp | null = null;
  const isFirst = (epoch: Stamp) => sameStamp(epoch, (first ??= epoch));
  const late = ["db2", "db3"].map((name) =>
    holdBack(world, name, (request) => request.op === "mark" && isFirst(request.epoch)),
  );
  world.host("db3").flushTable();
  const arrived = () => late.every(({ count }) => count > 0);
  const renewed = () => first !== null && sameStamp(marked(world, "db1"), first);
  until(world, () => arrived() && renewed(), "marks of a new epoch are under way");
  need(!sameStamp(first, before), "the epoch is a new one");
  const peers = peersOf(world, old);
  split(world, [old, "db1"], [old, "db2"], [old, "db3"], [...peers, "db2", "db3"]);
  movesTo(world, ["db2", "db3"]);
  const again = ["db2", "db3"].map((name) => holdBack(world, name, ({ op }) => op === "mark"));
  for (const { release } of late) release();
  world.runUntil(world.now + 2_000);
  for (const { release } of again) release();
  world.runUntil(world.now + 5_000);
}

/**
 * db3 is out. The leader loses db1 and db2, but reaches db3 again and marks it, with a suspicion
 * too; on the other side a monitor that knows nothing of that keeps db1's lease, reading only db2.
 */
function joiningWitness(seed: number): void {
  const world = atRest(seed, SHARP);
  const { leader, keeper, peer } = withoutDb3(world);
  split(world, [leader, peer, "db3"], [keeper, "db1", "db2"]);
  until(world, () => "db3" in vipOf(world).readSet, "db3 is read again", 8_000);
  world.runUntil(world.now + 5_500);
  need(vipOf(world).readSet["db3"] === "joining", "db3 is only joining");
  need(world.servingHost(WRITER)?.name === "db1", "db1 serves");
  split(world, [leader, peer, "db2", "db3"], [keeper, "db1"], [keeper, "db2"]);
  movesTo(world, ["db2", "db3"]);
}

function withoutDb3(world: ScriptedWorld) {
  const leader = world.theLeader.name;
  const [keeper = "", peer = ""] = peersOf(world, leader);
  world.network.cut(leader, "db3");
  until(world, () => !("db3" in vipOf(world).readSet), "db3 is out");
  // The others are marked with the epoch that leaves it out, or nobody could keep db1 alive.
  const told = () =>
    ["db1", "db2"].every((name) => sameStamp(marked(world, name), vipOf(world).epoch));
  until(world, told, "the others are marked without it");
  return { leader, keeper, peer };
}

/** db3, which is out, answers while db2's guard sleeps before each mark; a keeper reads only db2. */
function outWitness(seed: number): void {
  const world = atRest(seed, SHARP);
  const { leader, keeper, peer } = withoutDb3(world);
  const held = holdBack(world, "db2", ({ op }) => op === "mark");
  split(world, [leader, peer, "db2"], [keeper, "db1"], [keeper, "db2"]);
  until(world, () => world.group?.operation?.phase === "fence", "a failover begins");
  for (const name of [leader, "db2"]) world.network.cut(name, "db3", false);
  world.runUntilTrue(() => world.group?.operation?.phase === "promote", 7_000);
  held.release();
  movesTo(world, ["db2", "db3"]);
}

/** The holder's table is flushed and installed again, and then nobody reaches it: it is not guarded. */
function unguarded(seed: number): void {
  const world = atRest(seed, SHARP);
  world.onGuard = (host, request) => {
    if (host.name !== "db1" || request.op !== "install") return;
    world.onGuard = null;
    world.unplug("db1");
  };
  world.host("db1").flushTable();
  until(world, () => world.onGuard === null, "db1's table is installed again", 3_000);
  world.runUntil(world.now + 12_000);
  need(vipOf(world).holders.join() === "db1", "db1 stays a possible holder");
}

/**
 * The holder's table is flushed. That is agreed on, then nobody reaches the host any more, and the leader,
 * which alone saw it, begins anew. Who leads next saw the table only as it was before.
 */
function forgottenFlush(seed: number): void {
  const world = atRest(seed, SHARP);
  for (const peer of peersOf(world, world.theLeader.name)) world.network.cut(peer, "db1");
  world.host("db1").flushTable();
  until(world, () => !vipOf(world).gated.includes("db1"), "the flush is agreed on", 3_000);
  world.unplug("db1");
  const witness = world.theLeader;
  witness.crash();
  until(world, () => world.leader() !== undefined, "another monitor leads", 5_000);
  witness.start();
  world.runUntil(world.now + 12_000);
  need(vipOf(world).holders.join() === "db1", "db1 stays a possible holder");
}

/**
 * The master dies, and its leader does not reach the host. While the lease runs out there, the table is flushed, and the
 * address is served for good: the other monitors reach the host, and none of them has to keep its lease. Who took the end of
 * the lease for a proof would let another host serve beside it.
 */
function flushedWhileAwaited(seed: number): void {
  const settings = { leaseMs: 1000, downAfterMs: 1000, onQuorumLoss: "drop" } as const;
  const world = atRest(seed, { settings });
  world.network.cut(world.theLeader.name, "db1");
  world.killRedis("db1");
  const isFenced = () => world.group?.operation?.phase === "fence";
  until(world, isFenced, "a failover begins", 5_000);
  world.runUntil(world.now + 50);
  world.host("db1").flushTable();
  // By one of the others, which has the host let go first.
  movesTo(world, ["db2", "db3"]);
}

export const REGISTERS: readonly Script[] = [
  { name: "a leader accepts alone that a host is out", run: outAlone },
  { name: "two leaders count on from one epoch", run: sameNumberTwice },
  { name: "a host reboots", run: rebootedHost },
  { name: "a register is lost twice", run: lostTwice },
  { name: "marks of an old leader come late", run: lateMarks },
  { name: "a host that is only joining answers", run: joiningWitness },
  { name: "a host that is out answers", run: outWitness },
  { name: "a host is last seen without its table", run: unguarded },
  { name: "who saw a host without its table forgets it", run: forgottenFlush },
  { name: "a host loses its table while its lease is waited for", run: flushedWhileAwaited },
];
