/**
 * `write_guard = on`: while a healthy replica exists, the master accepts writes only if a replica
 * receives them (min-replicas-to-write 1); when none is left it accepts them all the same, and
 * says so. A value that somebody else chose is left alone.
 */
import { candidateOf } from "../health/facts.ts";
import { remembered } from "../remembered.ts";
import type { GroupPart, Node } from "../state.ts";
import type { Turn } from "../turn.ts";
import { isDone, valueOf } from "./common.ts";
import { Work } from "./errand.ts";
import { scopeOfTidying } from "./tidy.ts";

const LOOK_EVERY_MS = 1000;
/** A replica that just reconnects is not gone, and one that just came is not there to stay. */
const SETTLED_AFTER_MS = 1000;

const alarmOf = remembered((name) => `${name}: write guard`);

export function guardWrites(turn: Turn, group: GroupPart, master: Node): void {
  if (!group.settings.writeGuard) return leaveWrites(turn, group);
  const some = hasReplica(turn, group, master);
  const wanted = some ? "1" : "0";
  const before = some ? "0" : "1";
  turn.lasting(group.name, `write guard ${before}`, false);
  if (turn.lasting(group.name, `write guard ${wanted}`, true) < SETTLED_AFTER_MS) return;
  const work = new Work(turn, group.name, scopeOfTidying(master));
  const value = valueOf(work.poll(master, "guarded", { kind: "get-min-replicas" }, LOOK_EVERY_MS));
  turn.alarm(
    alarmOf(group.name),
    some ? null : `${master.name} has no healthy replica: its writes are on one node only`,
  );
  const set = { kind: "set-min-replicas", value: wanted } as const;
  const isSet =
    value === before && isDone(work.poll(master, `guard ${wanted}`, set, LOOK_EVERY_MS));
  if (isSet && !wasSet(turn, group)) tellOf(turn, group, master, some);
  turn.lasting(group.name, SET, isSet);
}

/** Nobody guards them any more, so nobody is to be warned of that. */
export function leaveWrites(turn: Turn, { name }: GroupPart): void {
  turn.alarm(alarmOf(name), null);
}

/** Until the value is read again: what was read before still says that it must be set. */
const SET = "write guard set";

function wasSet(turn: Turn, group: GroupPart): boolean {
  return turn.local(group.name).since[SET] !== undefined;
}

function tellOf(turn: Turn, group: GroupPart, master: Node, some: boolean): void {
  const text = some
    ? "its writes need a replica again (write_guard)"
    : "its writes need no replica any more, for none is left (write_guard)";
  turn.report({ kind: "repair", group: group.name, node: master.name, text });
}

/** Linked to the master and in sync. */
function hasReplica(turn: Turn, group: GroupPart, master: Node): boolean {
  const { evidence } = turn.local(group.name);
  return group.nodes.some(({ name }) => {
    const { reachable, info } = candidateOf(evidence, name, turn.now);
    const follows = info?.role === "replica" && info.masterHost === master.address;
    return reachable && follows && info.link === "up" && !info.syncing && !info.loading;
  });
}
