/**
 * Promote and claim, the ends of a failover and of a switchover. A failover commits whom it chose
 * before it promotes; a switchover's successor was known from the beginning, so it commits no more
 * than the claim.
 *
 * The successor was chosen for what it held. It may have been restarted since, or told to follow
 * somebody; so it is read again before it is promoted, and once more afterwards: the command's OK
 * proves nothing, what ROLE and the fork say does.
 */
import { extendLineage, forkOf, positionOf } from "../health/lineage.ts";
import type { NodeInfo } from "../health/types.ts";
import { withoutPromoted } from "../promoted.ts";
import type { GroupPart, Node, Operation, Vip } from "../state.ts";
import type { Stamp } from "../stamp.ts";
import { claimable, fenced, settled, withVip } from "../vip/epochs.ts";
import {
  advance,
  infoOf,
  isClaimed,
  isMarked,
  type Running,
  successorOf,
  unproven,
} from "./common.ts";
import { finished } from "./outline.ts";
import { isCalm, passed } from "./progress.ts";
import { CLAIM, CLAIM_MS, PROMOTE_MS } from "./switchover-steps.ts";

const MARK_DEADLINE_MS = 2000;
/** The network knows where the VIP is this long after its claim is confirmed, and clients are back. */
const ANNOUNCED_MS = 15;
/** So long a failover, or a move away from a lost guard, may take to come first. */
const CLAIM_AT_MOST_MS = 10_000;

// ——— promote ———

export function promotePhase(running: Running): void {
  const to = successorOf(running);
  if (to === null) return;
  const outcome = promote(running, to, running.op.forkOffset ?? 0);
  if (outcome.kind === "promoted") return claimNext(running, to, outcome.info);
  if (hasFailed(running, to, outcome)) tryNext(running, to);
}

/** It cannot be promoted, or has not been for too long. */
export function hasFailed({ work }: Running, to: Node, outcome: Promotion): boolean {
  const patience = outcome.kind === "unmarked" ? MARK_DEADLINE_MS : PROMOTE_MS;
  return outcome.kind === "wrong" || work.since(`promote ${to.name}`) > patience;
}

function tryNext(running: Running, to: Node): void {
  const { turn, group, op } = running;
  turn.report({
    kind: "repair",
    group: group.name,
    node: to.name,
    text: "it could not be promoted; the next candidate is tried",
  });
  // Who was promoted all the same is found again by its stream, when those that failed are tried again.
  const known = {
    to: null,
    attempt: op.attempt + 1,
    excluded: [...op.excluded, to.name],
  };
  advance(running, "fence", { known, vip: (vip, stamp) => fenced(vip, stamp) });
}

type Promotion =
  | { readonly kind: "promoted"; readonly info: NodeInfo }
  | { readonly kind: "pending" | "unmarked" | "wrong" };

/** `atLeast`: the offset that it must hold. */
export function promote(running: Running, to: Node, atLeast: number): Promotion {
  const before = infoOf(running.work.redis(to, "before promotion", { kind: "info" }));
  if (before === null) return { kind: "pending" };
  return holdsAll(running, before, atLeast) ? promoteRead(running, to, atLeast) : { kind: "wrong" };
}

/** The same for one that was just read, and holds all that it should. */
export function promoteRead(running: Running, to: Node, atLeast: number): Promotion {
  const { work } = running;
  const info = infoOf(work.redis(to, "promote", { kind: "promote" }));
  if (info === null) return { kind: "pending" };
  if (info.role !== "master" || !holdsAll(running, info, atLeast)) return { kind: "wrong" };
  return isMarked(running, to.name) ? { kind: "promoted", info } : { kind: "unmarked" };
}

/** It still has everything that it was chosen for; as a master: its stream begins nowhere before that. */
function holdsAll({ group, op }: Running, info: NodeInfo, atLeast: number): boolean {
  if (info.loading || info.syncing) return false;
  if (op.acceptDataLoss) return true;
  const position = forkOf(info, group.lineage) ?? positionOf(info, group.lineage);
  return (position ?? -1) >= atLeast;
}

export function claimNext(
  running: Running,
  to: Node,
  info: NodeInfo,
  known: Partial<Operation> = {},
): void {
  // Rule 9: everybody else must be proven empty at the very moment of this commit.
  if (unproven(running, to.name).length > 0) return;
  const { op } = running;
  const forkOffset = forkOf(info, running.group.lineage);
  advance(running, "claim", {
    known: { ...known, forkOffset },
    vip: claimable,
    group: (part, stamp) => ({
      ...succeeded(withoutPromoted(part, to.name), op, stamp),
      master: to.name,
      // Of other data nothing that is known is a beginning.
      lineage: extendLineage(part.lineage, info.replId, forkOffset ?? 0),
    }),
  });
}

/**
 * From the point of no return on the old master is one that has to come back, whatever becomes of
 * this operation; and the new one has come back if it was on its way. Unless both are one.
 */
function succeeded(part: GroupPart, op: Operation, stamp: Stamp): GroupPart {
  const back = op.to ?? "";
  const { [back]: _, ...others } = part.rejoining;
  if (back === op.from) return { ...part, rejoining: others };
  const minReplicas = op.saved[op.from]?.minReplicas ?? null;
  const runId = op.kind === "switchover" ? op.runIds[op.from] : undefined;
  const left = runId === undefined ? {} : { left: runId };
  return { ...part, rejoining: { ...others, [op.from]: { since: stamp, minReplicas, ...left } } };
}

// ——— claim ———

export function claimPhase(running: Running): void {
  const { turn, group, vip, work } = running;
  const to = successorOf(running);
  // Beside the claim, and not waited for: until its file says so too, a restart would make the new
  // master a replica again. `tidy.ts` sees to it if this attempt fails.
  if (to !== null) work.redis(to, "rewrite", { kind: "rewrite" });
  if (vip !== null && !isClaimed(turn, group, vip) && !isLeftToAll(running, vip)) return;
  if (running.op.kind === "switchover") endSwitchover(running);
  if (vip !== null && !isAnnounced(running)) return;
  const { wall } = turn.at;
  turn.change(group.name, (part) => {
    const done = finished(part, "ok", wall);
    return vip?.kind === "move" ? withVip(done, vip.ip, settled) : done;
  });
}

/**
 * The end makes every monitor look at every node. Who has just claimed the VIP announces it before that, and clients come; for
 * on a busy machine neither gets a processor meanwhile. With several operations a look at each is rarer than this takes.
 */
function isAnnounced(running: Running): boolean {
  const { turn, group } = running;
  const others = turn.groups.some(
    ({ name, operation }) => operation !== null && name !== group.name,
  );
  return others || isCalm(running, "claimed", ANNOUNCED_MS);
}

function endSwitchover(running: Running): void {
  passed(running, CLAIM);
  // Who still waits at the old master is told to go elsewhere. Not sooner: refused writers knock again and
  // again, and a paused master does not let keys expire. Nothing waits for it: a pause ends by itself.
  running.work.redis(running.from, "unpause", { kind: "unpause" });
}

/**
 * The first claim fails, and only a leader may send it. Nobody else is a possible holder any more, so
 * the new one is made the holder all the same: then every monitor tries to keep its lease alive, and
 * if a majority fails, that is a reason to look for another (`guard-loss.ts`).
 *
 * True once that has not helped for a while either. Who is master is settled, so nothing is gained by keeping
 * this open; but while it is, nobody else is repaired, and no order of a person is taken.
 */
function isLeftToAll({ turn, group, work }: Running, vip: Vip): boolean {
  const claimingMs = work.since("claiming");
  if (vip.kind === "hold") return claimingMs >= CLAIM_AT_MOST_MS;
  if (claimingMs >= CLAIM_MS) turn.change(group.name, (part) => withVip(part, vip.ip, settled));
  return false;
}
