/**
 * Turning back: the old master serves again, its writes flow, and everybody follows it. The VIP's
 * part was committed with the phase; here the Redis servers are set right.
 */
import { candidateOf } from "../health/facts.ts";
import { isMasterOfItsOwn } from "../health/roles.ts";
import type { NodeName } from "../ids.ts";
import { isOurDoing, withoutPromoted, withPromoted } from "../promoted.ts";
import { remembered } from "../remembered.ts";
import type { GroupPart, Phase } from "../state.ts";
import { leftBlocked } from "./blocked.ts";
import { infoOf, isClaimed, isDone, type Running } from "./common.ts";
import { finished } from "./outline.ts";
import { hasPassed } from "./progress.ts";
import { PROVE } from "./switchover-steps.ts";

const OTHERS_DEADLINE_MS = 1000;
const UNDO_DEADLINE_MS = 10_000;
const LOOK_EVERY_MS = 50;
/** Milestone. */
const following = remembered((name) => `follows: ${name}`);

export function conductUndo(running: Running): void {
  const { turn, group, work, vip, op, from } = running;
  const serving =
    vip === null || vip.kind !== "hold" || isClaimed(turn, group, vip) || op.kind === "failover";
  const restored = restoreMaster(running);
  const takenMs = work.since("undo");
  const followed = othersFollow(running) || takenMs > OTHERS_DEADLINE_MS;
  const done = serving && restored && followed;
  if (done || takenMs > UNDO_DEADLINE_MS) {
    turn.change(group.name, (part) => {
      const owed = restored ? part : leftBlocked(part, from, op);
      return finished(withoutFollowers(withTarget(owed, running), running), "undone", turn.at.wall);
    });
  }
}

/** Whom a switchover may have promoted is not always reached while it is turned back. */
function withTarget(group: GroupPart, running: Running): GroupPart {
  const { kind, to, runIds } = running.op;
  const runId = runIds[to ?? ""];
  const isTold = kind === "switchover" && to !== null && mayBeOurs(running, to);
  return isTold && runId !== undefined ? withPromoted(group, to, runId) : group;
}

/** Who was told to follow, and does, was promoted by nobody yet: whoever makes it master now is a person. */
function withoutFollowers(group: GroupPart, { work }: Running): GroupPart {
  return group.nodes
    .filter(({ name }) => work.reached(following(name)) !== undefined)
    .reduce((part, { name }) => withoutPromoted(part, name), group);
}

/** Whatever blocks its writes is lifted. A pause that nobody lifts would end by itself. */
function restoreMaster({ work, from, op }: Running): boolean {
  const saved = op.saved[from.name];
  const unpaused = isDone(work.redis(from, "undo: unpause", { kind: "unpause" }));
  if (saved === undefined) return unpaused;
  const action = { kind: "set-min-replicas", value: saved.minReplicas } as const;
  return isDone(work.redis(from, "undo: unblock", action)) && unpaused;
}

/**
 * But for an old master that has not come back yet: it may hold the last copy, and the one that is
 * returned to may have lost its data. `repair.ts` lets it follow once that is seen to be good.
 *
 * Nor is one told that a person made master meanwhile and that was written to: those writes are nowhere else. A person
 * decides which data count (`health/roles.ts`).
 *
 * Nobody is told, if the one that is returned to is another process than it was: whoever followed it would copy
 * what that came back with. Then `repair.ts` sees to all of them.
 */
function othersFollow(running: Running): boolean {
  const { work, group, from, turn, op } = running;
  const now = infoOf(work.poll(from, "undo: look", { kind: "info" }, LOOK_EVERY_MS));
  if (now === null) return false;
  if (now.runId !== op.runIds[from.name]) return true;
  const { evidence } = turn.local(group.name);
  const answers = group.nodes
    .filter(({ name }) => name !== from.name && !(name in group.rejoining))
    .filter(({ name }) => candidateOf(evidence, name, turn.now).reachable)
    .map((node) => {
      const seen = infoOf(work.redis(node, "undo: see", { kind: "info" }));
      if (seen === null) return false;
      const isOurs = mayBeOurs(running, node.name) || isOurDoing(group, node.name, seen);
      if (isMasterOfItsOwn(seen) && !isOurs) return true;
      const action = { kind: "follow", host: from.address, port: from.port } as const;
      if (!isDone(work.redis(node, "undo: follow", action))) return false;
      work.reach(following(node.name));
      return isDone(work.redis(node, "undo: unpause", { kind: "unpause" }));
    });
  return answers.every(Boolean);
}

/**
 * Whether this operation may have promoted it: then what it seems to have written is what a master says to its replicas. A
 * switchover does that last of all, and of how far an earlier leader came nothing is known.
 */
function mayBeOurs(running: Running, node: NodeName): boolean {
  const { op } = running;
  if (node !== op.to) return false;
  const isPast = (phase: Phase): boolean => op.phases.some(({ name }) => name === phase);
  if (op.kind === "failover") return isPast("promote");
  return isPast("handover") && (op.attempt > 1 || hasPassed(running, PROVE));
}
