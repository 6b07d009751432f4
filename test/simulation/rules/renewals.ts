/** Scripts about leases: renewals that come late, are kept up by others, or have to be waited for. */
import { sameStamp } from "../../../src/core/stamp.ts";
import type { MonitorProcess } from "../world/monitor-process.ts";
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
  servers,
  SHARP,
  split,
  until,
  vipOf,
} from "./script.ts";

/** Everybody else loses the holder; the lease that it has left must be waited for. */
function unplugged(seed: number): void {
  const world = atRest(seed, SHARP);
  world.unplug("db1");
  movesTo(world, ["db2", "db3"]);
}

/** The holder falls silent while a renewal is on its way, which arrives late. */
function lateClaim(seed: number, arrivesAfterMs: number): void {
  const world = atRest(seed, SHARP);
  const leader = world.theLeader.name;
  world.onEffect = (monitor, effect) => {
    if (monitor.name !== leader || effect.kind !== "guard" || effect.request.op !== "claim") return;
    world.onEffect = null;
    world.unplug("db1");
    // What is sent into a cut link is sent again after 200, 600, 1400, 3000, 6200 ms.
    world.after(arrivesAfterMs * 0.6, () => (world.network.link(leader, "db1").cut = false));
  };
  movesTo(world, ["db2", "db3"]);
  world.runUntil(world.now + 8_000);
}

/** Suspected, marked and renewed under that very epoch, and only then gone. */
function suspectedThenWell(seed: number): void {
  const world = atRest(seed, SHARP);
  const before = vipOf(world).epoch;
  world.unplug("db1");
  until(world, () => !sameStamp(vipOf(world).epoch, before), "it is suspected", 2_000);
  world.runUntil(world.now + 30);
  world.unplug("db1", false);
  world.runUntil(world.now + 2_500);
  need(Object.keys(world.safety.finished).length === 0, "nothing was done about it");
  need(vipOf(world).kind === "hold", "db1 holds it again");
  world.unplug("db1");
  movesTo(world, ["db2", "db3"]);
}

/** A monitor that reaches only the holder, and knows of nothing else. */
function islandWithHolder(seed: number): void {
  const world = atRest(seed, SHARP);
  const [follower = ""] = peersOf(world, world.theLeader.name);
  split(world, [follower, "db1"], [...peersOf(world, follower), "db2", "db3"]);
  movesTo(world, ["db2", "db3"]);
  world.runUntil(world.now + 5_000);
}

/**
 * The leader's machine stands still, its clock too, right after a renewal and with no question open;
 * when it goes on the VIP has moved, and it alone reaches the old holder.
 */
function frozenLeader(seed: number): void {
  const world = atRest(seed, SHARP);
  const leader = world.theLeader;
  const others = peersOf(world, leader.name);
  let renewed = false;
  world.onGuard = (host, { op }) => (renewed ||= host.name === "db1" && op === "claim");
  world.onTurn = (monitor, effects) => {
    const asks = effects.some(({ kind }) => kind === "guard");
    if (!renewed || monitor !== leader || asks || !knowsAll(leader)) return;
    world.onTurn = null;
    split(world, [leader.name, "db1"], [...others, "db2", "db3"]);
    leader.stop(15_000, true);
  };
  movesTo(world, ["db2", "db3"], 14_000);
  world.runUntil(world.now + 20_000);
}

/** It has read every register, and waits for no answer. */
function knowsAll(monitor: MonitorProcess): boolean {
  const desks = Object.values(monitor.state?.groups[GROUP]?.desks[WRITER] ?? {});
  return desks.every(({ view, flight }) => view !== null && flight === null);
}

/**
 * A switchover's leader dies when all registers are marked and the old holder has not let go. Its host
 * dies with it: nobody says that it is gone, and the others keep alive whom they may until they elect.
 */
function diesBeforeRelease(seed: number): void {
  const world = atRest(seed);
  const leader = world.theLeader;
  world.onEffect = (monitor, effect) => {
    if (effect.kind !== "guard" || effect.request.op !== "release") return;
    world.onEffect = null;
    world.network.cut(monitor.name, "db1");
    for (const peer of peersOf(world, leader.name)) world.network.cut(leader.name, peer);
    world.after(0, () => leader.crash());
  };
  world.command({ kind: "switchover", group: GROUP, to: "db2" });
  until(world, () => !leader.running, "the leader dies", 3_000);
  world.runUntil(world.now + 5_000);
  need(world.servingHost(WRITER)?.name === "db1", "db1 serves again");
}

/** A follower that hears nobody keeps the lease of a holder whose VIP is moved away meanwhile. */
function isolatedKeeper(seed: number): void {
  const world = atRest(seed, SHARP);
  const [keeper = "", peer = ""] = peersOf(world, world.theLeader.name);
  split(world, [keeper, ...HOSTS], [world.theLeader.name, peer, ...HOSTS]);
  world.runUntil(world.now + 1_000);
  world.command({ kind: "switchover", group: GROUP, to: "db2" });
  movesTo(world, ["db2"]);
  world.runUntil(world.now + 5_000);
}

/**
 * A monitor on its own keeps the holder alive by registers that nobody has marked yet: the guards of
 * both other hosts sleep before every mark.
 */
function unmarkedWait(seed: number): void {
  const world = atRest(seed, SHARP);
  const leader = world.theLeader.name;
  const [keeper = "", peer = ""] = peersOf(world, leader);
  const held = ["db2", "db3"].map((name) => holdBack(world, name, ({ op }) => op === "mark"));
  const kept = HOSTS.map((host) => [keeper, host]);
  split(world, [leader, peer, "db2", "db3"], ...kept);
  until(world, () => world.group?.operation?.phase === "fence", "a failover begins");
  const chosen = () => world.group?.operation?.phase === "promote";
  world.runUntilTrue(chosen, 7_000);
  for (const { release } of held) release();
  movesTo(world, ["db2", "db3"]);
}

/** A leader that was lost leads again: in its former term it had marked everybody but the holder. */
function leadsAgain(seed: number): void {
  const world = atRest(seed, SHARP);
  const first = world.theLeader;
  const before = vipOf(world).epoch;
  world.unplug("db1");
  const suspected = () => !sameStamp(vipOf(world).epoch, before);
  const witnessed = () =>
    suspected() &&
    ["db2", "db3"].every((name) => sameStamp(marked(world, name), vipOf(world).epoch));
  until(world, witnessed, "the others are marked with a suspicion", 2_000);
  // The others reach db1 again, and one of them leads; the first one never reaches it again.
  const others = peersOf(world, first.name);
  split(world, [first.name, "db2", "db3"], [...others, ...HOSTS]);
  const renewed = () => sameStamp(marked(world, "db1"), vipOf(world).epoch);
  until(world, () => world.leader() !== first && renewed(), "another leader marks db1");
  world.runUntil(world.now + 6_000);
  // Whoever leads instead of it loses the others, until it is its turn.
  const leads = () => world.leader() === first;
  for (let round = 0; round < 20 && !leads(); round++) {
    const alone = world.leader()?.name ?? "";
    const rest = world.monitors.map(({ name }) => name).filter((name) => name !== alone);
    split(world, [...rest, ...HOSTS], [alone, ...HOSTS]);
    world.network.cut(first.name, "db1");
    world.runUntilTrue(() => leads() || ![alone, undefined].includes(world.leader()?.name), 4_000);
  }
  need(leads(), "the first one leads again");
  need(world.servingHost(WRITER)?.name === "db1", "db1 still serves");
  world.unplug("db1");
  movesTo(world, ["db2", "db3"]);
}

/** The leader and another reach no database: the third keeps the lease alive, if nobody hinders it. */
function majorityReachesNobody(seed: number): void {
  const world = atRest(seed);
  const leader = world.theLeader.name;
  const [other = ""] = peersOf(world, leader);
  for (const name of [leader, other]) for (const host of HOSTS) world.network.cut(name, host);
  for (const end = world.now + 8_000; world.now < end; world.runUntil(world.now + 50)) {
    if (servers(world).length > 0) continue;
    throw new Violation("who can keep a lease alive does so", "nobody serves the VIP");
  }
}

export const RENEWALS: readonly Script[] = [
  { name: "the holder is unplugged", run: unplugged },
  { name: "a renewal arrives within its permit's life", run: (seed) => lateClaim(seed, 600) },
  { name: "a renewal arrives when another serves", run: (seed) => lateClaim(seed, 6200) },
  { name: "suspected, then well, then gone", run: suspectedThenWell },
  { name: "a monitor alone with the holder", run: islandWithHolder },
  { name: "the leader's machine stands still", run: frozenLeader },
  { name: "the leader dies before the release", run: diesBeforeRelease },
  { name: "an isolated follower during a move", run: isolatedKeeper },
  { name: "marks are on their way for seconds", run: unmarkedWait },
  { name: "a lost leader leads again", run: leadsAgain },
  { name: "a majority reaches no database", run: majorityReachesNobody },
];
