/** Scripts about who counts: monitors come and go in the moment in which something is decided. */
import type { MonitorName } from "../../../src/core/ids.ts";
import type { MonitorCommand } from "../../../src/core/messages.ts";
import { SCHEMA } from "../../../src/core/state.ts";
import { loses } from "../operations/reach.ts";
import type { MonitorProcess } from "../world/monitor-process.ts";
import { GROUP } from "../world/plan.ts";
import { Violation } from "../world/violation.ts";
import type { World } from "../world/world.ts";
import { atRest, must, need, peersOf, type Script, SHARP, until, verdictOf } from "./script.ts";
import { healthMessage } from "../../helpers/health-message.ts";

function isMember(world: World, name: MonitorName): boolean {
  const { storageId } = world.monitor(name).disk;
  return world.members.some((member) => member.name === name && member.storageId === storageId);
}

function ask(world: World, command: MonitorCommand): void {
  world.command(command);
  until(world, () => isMember(world, command.name), `${command.name} is a member`);
}

/**
 * Of four monitors two do not hear the master, which is no majority; of the three that are left while the fourth
 * is replaced it is one. What is decided then is agreed on by four again.
 */
function replacedInDoubt(seed: number): void {
  const world = atRest(seed, { ...SHARP, spares: 1 });
  world.startMonitor("mon4");
  world.runUntil(world.now + 1_000);
  ask(world, { kind: "monitor-add", name: "mon4", address: world.monitor("mon4").address });
  const leader = world.theLeader.name;
  const [deaf = "", replaced = ""] = peersOf(world, leader);
  // Nor do the replicas, whose word would count as well. The leader hears the guard there, and so has no reason to hand over.
  loses(world, leader, "probe", ["db1"]);
  for (const name of [deaf, "db2", "db3"]) world.network.cut(name, "db1");
  world.monitor(replaced).crash();
  world.runUntil(world.now + 4_000);
  need(world.theLeader.name === leader, "the leader stays");
  world.monitor(replaced).wipe();
  world.startMonitor(replaced);
  ask(world, { kind: "monitor-replace", name: replaced, address: null });
  need(world.theLeader.name === leader, "the leader stays");
  world.runUntil(world.now + 3_000);
}

/** The leader hears what one monitor said of the nodes from another disk, too. */
function repeats(
  leader: MonitorProcess,
  { as, storageId, what }: { as: MonitorName; storageId: string; what: MonitorName },
  seq: number,
): void {
  const { groups, healthSeq: echo = 0 } = leader.state ?? {};
  const votes = Object.values(groups?.[GROUP]?.evidence[what] ?? {}).map(({ vote }) => vote);
  const message = healthMessage({ storageId, seq, echo, votes });
  leader.deliver({ kind: "message", from: as, version: "2.0.0", message });
}

/**
 * A monitor was replaced elsewhere, and runs on where nothing reaches it: in the name of its successor, which hears the master, it
 * goes on saying to the leader what another one says, that it does not.
 */
function goesOnVoting(seed: number): void {
  const world = atRest(seed, SHARP);
  const leader = world.theLeader;
  const [deaf = "", replaced = ""] = peersOf(world, leader.name);
  world.monitor(replaced).crash();
  const { storageId } = world.monitor(replaced).disk;
  world.monitor(replaced).wipe();
  world.startMonitor(replaced);
  ask(world, { kind: "monitor-replace", name: replaced, address: null });
  for (const name of [deaf, "db2", "db3"]) world.network.cut(name, "db1");
  const end = world.now + 4_000;
  for (let seq = 1; world.now < end; seq += 1) {
    world.runUntil(world.now + 50);
    repeats(leader, { as: replaced, storageId, what: deaf }, seq);
    const isDown = leader.state?.groups[GROUP]?.verdict.kind === "master-down";
    if (isDown) throw new Violation("P2", `what ${replaced} says by its former disk counts`);
  }
  need(world.theLeader === leader, "the leader stays");
}

/**
 * A monitor that does not hear the master is replaced by one that does, of which the leader hears no votes yet. What the former
 * one said just before is not half of what calls for a failover, as soon as one other does not hear the master for long enough.
 */
function saidBefore(seed: number): void {
  const world = atRest(seed, SHARP);
  const leader = world.theLeader;
  const [deaf = "", replaced = ""] = peersOf(world, leader.name);
  world.network.cut(replaced, "db1");
  world.runUntil(world.now + 2_000);
  for (const name of [deaf, "db2", "db3"]) world.network.cut(name, "db1");
  world.runUntil(world.now + 500);
  const monitor = world.monitor(replaced);
  monitor.crash();
  monitor.wipe();
  world.network.cut(replaced, "db1", false);
  world.startMonitor(replaced);
  ask(world, { kind: "monitor-replace", name: replaced, address: null });
  world.network.link(replaced, leader.name).cut = true;
  const end = world.now + 2_000;
  while (world.now < end) {
    world.runUntil(world.now + 10);
    if (verdictOf(world) === "master-down")
      throw new Violation("P2", `what ${replaced} said by its former disk counts`);
  }
  need(world.theLeader === leader, "the leader stays");
}

/** A monitor was removed and runs on. Another is to be added elsewhere under its name, and says hello a little later than it. */
function sharesItsName(seed: number): void {
  const world = atRest(seed, SHARP);
  const leader = world.theLeader;
  const [name = ""] = peersOf(world, leader.name);
  const found = (): string | undefined =>
    world.members.find((member) => member.name === name)?.storageId;
  world.command({ kind: "monitor-remove", name });
  until(world, () => found() === undefined, `${name} is removed`);
  const hello = {
    kind: "hello",
    storageId: "new",
    term: 0,
    slot: null,
    clusterId: null,
    schema: SCHEMA,
    address: "elsewhere:7400",
    peers: 2,
    bequest: null,
    met: false,
    answer: false,
  } as const;
  const message = { kind: "consensus", message: hello } as const;
  const say = (): void => {
    leader.deliver({ kind: "message", from: name, version: "2.0.0", message });
    if (found() === undefined) world.after(500, say);
  };
  world.after(400, say);
  world.command({ kind: "monitor-add", name, address: hello.address });
  until(world, () => found() !== undefined, `${name} is added`);
  if (found() !== "new") throw new Violation("names", `${name} was to be another`);
}

/** Others are to take the place of two monitors elsewhere, of which nobody has started any: the two run on, and are to be found. */
function staysWhereItIs(seed: number): void {
  const world = atRest(seed, SHARP);
  const leader = world.theLeader.name;
  const [follower = ""] = peersOf(world, leader);
  const address = "elsewhere:7400";
  for (const name of [follower, leader]) {
    let isAnswered = false;
    world.command({ kind: "monitor-replace", name, address }, undefined, () => (isAnswered = true));
    until(world, () => isAnswered, "the leader answers");
  }
  if (world.members.some((member) => member.address === address))
    throw new Violation("names", "one that runs on is looked for where nobody is");
}

/** The leader never hears a monitor that was wiped, or is let in by it; another one is. It is replaced all the same. */
function heardByAnother(seed: number, isDeaf: boolean): void {
  const world = atRest(seed, SHARP);
  const leader = world.theLeader;
  const [wiped = "", other = ""] = peersOf(world, leader.name);
  world.monitor(wiped).crash();
  world.monitor(wiped).wipe();
  if (isDeaf) world.network.cut(leader.name, wiped);
  world.startMonitor(wiped);
  if (!isDeaf) world.acquaintances.begin(wiped, [other]);
  for (let attempt = 0; attempt < 2 && !isMember(world, wiped); attempt += 1) {
    let isAnswered = false;
    const answered = (): void => void (isAnswered = true);
    world.command({ kind: "monitor-replace", name: wiped, address: null }, undefined, answered);
    until(world, () => isAnswered, "the leader answers", 8_000);
    world.runUntil(world.now + 500);
  }
  if (!isMember(world, wiped)) throw new Violation("names", "who is there is not taken in");
}

/**
 * Of four monitors one is gone for good, and of two others one does not hear the other. The leader hears both: that would be a
 * majority without it, and yet neither of them could be elected.
 */
function leaderLeaves(seed: number): void {
  const world = atRest(seed, { ...SHARP, spares: 1 });
  world.startMonitor("mon4");
  world.runUntil(world.now + 1_000);
  ask(world, { kind: "monitor-add", name: "mon4", address: world.monitor("mon4").address });
  const leader = world.theLeader.name;
  const [gone = "", heard = "", unheard = ""] = peersOf(world, leader);
  world.monitor(gone).crash();
  world.network.link(unheard, heard).cut = true;
  world.runUntil(world.now + 3_000);
  need(world.theLeader.name === leader, "the leader stays");
  world.command({ kind: "monitor-remove", name: leader });
  world.runUntil(world.now + 3_000);
  must(
    world,
    () => world.leader() !== undefined,
    "who is removed leaves others that can elect one",
    10_000,
  );
}

/** A person mistypes where the new monitor is, which says hello all the same. */
function addedElsewhere(seed: number): void {
  const world = atRest(seed, { ...SHARP, spares: 1 });
  world.startMonitor("mon4");
  world.runUntil(world.now + 1_000);
  world.command({ kind: "monitor-add", name: "mon4", address: "elsewhere:7400" });
  world.runUntil(world.now + 6_000);
  if (isMember(world, "mon4")) throw new Violation("names", "mon4 was added where nobody is");
  ask(world, { kind: "monitor-add", name: "mon4", address: world.monitor("mon4").address });
}

export const MEMBER_CHANGES: readonly Script[] = [
  { name: "a monitor is to be added where nobody is", run: addedElsewhere },
  { name: "a monitor is replaced while half of them do not hear the master", run: replacedInDoubt },
  { name: "a monitor that was replaced elsewhere goes on voting", run: goesOnVoting },
  { name: "a monitor that does not hear the master is replaced", run: saidBefore },
  { name: "monitors are to be replaced by others that do not run", run: staysWhereItIs },
  {
    name: "a monitor is to be replaced that the leader never hears",
    run: (seed) => heardByAnother(seed, true),
  },
  {
    name: "a monitor is to be replaced that does not let the leader in",
    run: (seed) => heardByAnother(seed, false),
  },
  { name: "a leader is to leave two who do not hear each other", run: leaderLeaves },
  {
    name: "a monitor is added in the name of one that was removed and runs on",
    run: sharesItsName,
  },
];
