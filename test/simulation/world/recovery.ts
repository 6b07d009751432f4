/** What comes after the last fault: the cluster must become whole, by itself or with the help of a person. */
import type { GroupPart } from "../../../src/core/state.ts";
import { heal } from "./nemesis.ts";
import { GROUP, proposalOf } from "./plan.ts";
import { Violation } from "./violation.ts";
import { whatIsMissing } from "./wholeness.ts";
import type { World } from "./world.ts";

const HEAL_WITHIN_MS = 90_000;
const HUMAN_WITHIN_MS = 150_000;
const STEADY_MS = 2_000;
const ASKED_AT_MOST = 3;
const ASKED_AGAIN_MS = 10_000;

/** No more faults: first by itself, then with the help of a person. */
export function recover(world: World): { wholeAfterMs: number; human: boolean } {
  heal(world);
  const from = world.now;
  world.runUntil(from + 500);
  isActive(world);
  for (const host of world.hosts)
    world.command({ kind: "set-online", group: GROUP, node: host.name });
  allBack(world);
  allDisksKnown(world);
  if (becomesWhole(world, HEAL_WITHIN_MS))
    return { wholeAfterMs: world.now - from - STEADY_MS, human: false };
  for (const help of HELP) {
    help(world);
    if (becomesWhole(world, HUMAN_WITHIN_MS))
      return { wholeAfterMs: world.now - from - STEADY_MS, human: true };
  }
  throw new Violation(
    "when faults stop, the cluster becomes whole",
    whatIsMissing(world) ?? "it is not steady",
  );
}

/** What a person does, each only if what was done before did not help. */
const HELP: readonly ((world: World) => void)[] = [
  (world) => {
    isSwitchedOn(world);
    oneMasterIsLeft(world);
    lossIsAccepted(world, ASKED_AT_MOST);
  },
  (world) => {
    // A failover since then may have fenced its old master.
    isSwitchedOn(world);
    // Before the failover there may have been no master to follow.
    oneMasterIsLeft(world);
  },
  // What old masters may hold is given up.
  (world) => {
    for (const node of Object.keys(world.group?.rejoining ?? {}))
      world.command({ kind: "set-offline", group: GROUP, node });
  },
];

/** Refused, it is asked for again: who was switched on just now does not answer yet. */
function lossIsAccepted(world: World, times: number): void {
  world.command(
    { kind: "failover", group: GROUP, to: null, acceptDataLoss: true },
    undefined,
    ({ kind }) => {
      if (kind === "refused" && times > 1)
        world.after(ASKED_AGAIN_MS, () => lossIsAccepted(world, times - 1));
    },
  );
}

/** What was fenced. */
function isSwitchedOn(world: World): void {
  for (const host of world.hosts) world.powerOn(host.name);
}

/**
 * A pause that nobody ended is ended, and the mode is `active` again. That is looked at to the end: what somebody asked of a
 * monitor that stood still is done once it goes on.
 */
function isActive(world: World): void {
  const { group } = world;
  if (group?.pause !== undefined) world.command({ kind: "resume", group: GROUP });
  if (group?.mode !== "active") world.command({ kind: "set-mode", group: GROUP, mode: "active" });
  world.after(1_000, () => isActive(world));
}

/**
 * Nodes and reader VIPs that a reload left out, or leaves out late, are added again, as soon as no operation is in the way;
 * nodes as replicas, for what a master that nobody managed has written is a person's to judge.
 */
function allBack(world: World): void {
  world.after(1_000, () => allBack(world));
  const { group } = world;
  if (group === null || isAsTheFile(world, group)) return;
  const master = group.nodes.find(({ name }) => name === group.master);
  for (const host of world.hosts) {
    if (master === undefined || group.nodes.some(({ name }) => name === host.name)) continue;
    world.redisOf(host).follow(master.address, master.port);
  }
  const proposal = proposalOf(world.shape, {});
  world.command({ kind: "reload", group: GROUP, proposal, dryRun: false });
}

function isAsTheFile({ hosts, vips }: World, group: GroupPart): boolean {
  const staying = group.vips.filter(({ leaving }) => leaving !== true);
  return group.nodes.length === hosts.length && staying.length === vips.length;
}

/**
 * A master that a reload left out while it was off, and that another added again, has writes of its own
 * for all that the monitors know: they leave it to a person which of the two masters is to follow.
 */
function oneMasterIsLeft(world: World): void {
  const { group } = world;
  const master = group?.nodes.find(({ name }) => name === group.master);
  if (group === null || master === undefined || !world.redis(master.name).isMaster) return;
  for (const { name } of group.nodes) {
    const redis = world.redis(name);
    if (name === master.name || name in group.rejoining || !redis.isMaster) continue;
    redis.follow(master.address, master.port);
  }
}

/** A monitor whose disk was wiped is replaced, as often as that is refused. */
function allDisksKnown(world: World): void {
  const wiped = world.members.find(
    ({ name, storageId }) => world.monitor(name).disk.storageId !== storageId,
  );
  const name = wiped?.name ?? world.crew.find(({ disk }) => disk.slot === null)?.name;
  if (name === undefined) return;
  introduceAgain(world, name);
  const { address } = world.monitor(name);
  world.command({ kind: "monitor-replace", name, address });
  world.after(2_000, () => allDisksKnown(world));
}

/** One that is empty, and was started with the names of those who were there then, is started anew with those of now. */
function introduceAgain(world: World, name: string): void {
  const monitor = world.monitor(name);
  const lacks = (other: string) => other !== name && !world.acquaintances.knows(name, other);
  if (monitor.disk.slot !== null || !world.members.some((member) => lacks(member.name))) return;
  monitor.crash();
  world.startMonitor(name);
}

function becomesWhole(world: World, withinMs: number): boolean {
  const end = world.now + withinMs;
  while (world.now < end) {
    if (!world.runUntilTrue(() => whatIsMissing(world) === null, end - world.now)) return false;
    const lasts = !world.runUntilTrue(() => whatIsMissing(world) !== null, STEADY_MS);
    if (lasts) return true;
  }
  return false;
}
