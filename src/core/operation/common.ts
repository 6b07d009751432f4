/** What the operations share: their errand, their VIP, and the facts that they ask of both. */
import { eligible } from "../health/eligibility.ts";
import { candidateOf, isDemoted } from "../health/facts.ts";
import { currentReplId } from "../health/lineage.ts";
import type { NodeInfo } from "../health/types.ts";
import { isWell } from "../health/verdict.ts";
import { isAnswering, isReachedBy } from "../health/votes.ts";
import type { NodeName } from "../ids.ts";
import {
  type GroupPart,
  type Node,
  nodeOf,
  type Operation,
  type Vip,
  writerVip,
} from "../state.ts";
import { sameStamp, showStamp, type Stamp } from "../stamp.ts";
import type { Turn } from "../turn.ts";
import { troubleWith } from "../vip/desk.ts";
import { holdsEpoch } from "../vip/stand.ts";
import { heldBy, withVip } from "../vip/epochs.ts";
import { type Proof, proofOf, unprovenHolders } from "../vip/proofs.ts";
import { heardWithin, proofContext } from "../vip/upkeep.ts";
import { withGuardHeard } from "./admittance.ts";
import { type Answer, Work } from "./errand.ts";
import { inPhase } from "./outline.ts";

/** The slowest probe, and the way of its vote. */
const OTHERS_HEAR_MS = 500;
/** A guard that was given up is back when it answered this lately. */
const GUARD_BACK_MS = 300;

/** An operation that this leader runs, within one turn. */
export interface Running {
  readonly turn: Turn;
  readonly group: GroupPart;
  readonly op: Operation;
  readonly work: Work;
  readonly from: Node;
  /** null: the group has no writer VIP. */
  readonly vip: Vip | null;
}

export function scopeOf(op: Operation): string {
  return `op ${showStamp(op.id)} #${op.attempt} of term ${op.term}`;
}

export function openRunning(turn: Turn, group: GroupPart, op: Operation): Running | null {
  const from = nodeOf(group, op.from);
  if (from === undefined) return null;
  return {
    turn,
    group,
    op,
    from,
    work: new Work(turn, group.name, scopeOf(op)),
    vip: writerVip(group) ?? null,
  };
}

export function successorOf({ group, op }: Running): Node | null {
  return op.to === null ? null : (nodeOf(group, op.to) ?? null);
}

/** Commits the next phase, and with it what happens to the writer VIP. */
export function advance(
  running: Running,
  phase: Operation["phase"],
  options: {
    readonly known?: Partial<Operation>;
    readonly vip?: (vip: Vip, stamp: Stamp) => Vip;
    readonly group?: (group: GroupPart, stamp: Stamp) => GroupPart;
  } = {},
): void {
  const { turn, group, op, vip } = running;
  const { wall } = turn.at;
  turn.change(group.name, (part, stamp) => {
    const next = inPhase(options.group?.(part, stamp) ?? part, phase, wall, options.known);
    const change = options.vip;
    return vip === null || change === undefined
      ? next
      : withVip(next, vip.ip, (now) => change(now, stamp));
  });
  const { kind, from, votes, id } = op;
  const to = options.known?.to ?? op.to;
  turn.report({
    kind: "operation.phase",
    group: group.name,
    operation: id,
    op: kind,
    from,
    to,
    phase,
    votes,
  });
}

// ——— facts ———

/**
 * The old master is well again, as the same process as when the operation began. One that came back
 * without its data answers too, but its verdict is another.
 */
export function isBack(running: Running): boolean {
  const { turn, group, op } = running;
  if (op.cause === "operator" || op.cause === "by-hand") return false;
  if (op.cause === "guard" && !isGuardBack(turn, group, op.from)) return false;
  if (!isSeenWell(running)) return false;
  const info = candidateOf(turn.local(group.name).evidence, op.from, turn.now).info;
  return info?.role === "master" && info.runId === op.runIds[op.from];
}

/**
 * Where anybody denies it, this leader must hear it by itself: what others last said may be from before its death. Whom
 * this operation promoted, and who took nobody's place yet, is told to follow again.
 */
function isSeenWell({ turn, group, op }: Running): boolean {
  const { verdict, evidence } = turn.local(group.name);
  const isHeardHere = isReachedBy(evidence, turn.state.name, op.from, turn.now);
  if (verdict.kind === "two-masters") {
    const { tally, others, master } = verdict;
    const isOurs = others.every(
      ({ node, ownWrites }) => (node === op.to || node in (group.promoted ?? {})) && !ownWrites,
    );
    return isHeardHere && isOurs && master === op.from && tally.up >= tally.quorum;
  }
  if (!isWell(verdict) || verdict.master !== op.from || verdict.rebirth !== null) return false;
  return verdict.kind === "healthy" || isHeardHere;
}

/**
 * It was down and answers this leader, as what it was; the others may be about to hear it, too. Their votes are late by a
 * probe and a message, and its own release, if its guard is back as well, is there before them.
 */
export function isPerhapsBack(running: Running): boolean {
  const { turn, group, op, work } = running;
  const { evidence } = turn.local(group.name);
  const own = evidence[turn.state.name]?.[op.from];
  const begunMs = work.since("begun");
  if (op.cause !== "down" || own === undefined || !isAnswering(own.vote)) return false;
  // It may not have noticed yet what the others have.
  const heardMs = (own.vote.lastGoodMs ?? Infinity) + turn.now - own.atLeast;
  if (heardMs >= begunMs) return false;
  const { info } = candidateOf(evidence, op.from, turn.now);
  const isAsItWas =
    info?.role === "master" &&
    info.runId === op.runIds[op.from] &&
    info.replId === currentReplId(group.lineage);
  return isAsItWas && work.since("perhaps back") < OTHERS_HEAR_MS;
}

/** It answers again, and nothing that it refused is still refused. */
function isGuardBack(turn: Turn, group: GroupPart, node: NodeName): boolean {
  const vip = writerVip(group);
  if (vip === undefined || !heardWithin(turn, group, node, GUARD_BACK_MS)) return false;
  return troubleWith(turn.desk(group.name, vip.ip, node), group.backend) === null;
}

/** Possible holders of the writer VIP, beside `except`, that are not proven empty. */
export function unproven(running: Running, except: NodeName | null): readonly NodeName[] {
  const { turn, group, vip } = running;
  if (vip === null) return [];
  return unprovenHolders(proofContext(turn, group, vip), except);
}

/** Without a VIP there is nothing to be let go of. */
export function proofOfOld(running: Running): Proof | "no-vip" | null {
  const { turn, group, vip, op } = running;
  return vip === null ? "no-vip" : proofOf(proofContext(turn, group, vip), op.from);
}

/** Whether the register on this node shows the VIP's present epoch. Without a register: always. */
export function isMarked(running: Running, node: NodeName): boolean {
  const { turn, group, vip } = running;
  if (vip === null || group.backend !== "nft") return true;
  return holdsEpoch(turn, vip, turn.desk(group.name, vip.ip, node));
}

/** The claim of the VIP's present epoch was confirmed by its node. */
export function isClaimed(turn: Turn, group: GroupPart, vip: Vip): boolean {
  if (vip.node === null) return false;
  const { claimed } = turn.desk(group.name, vip.ip, vip.node);
  return claimed !== null && sameStamp(claimed.epoch, vip.epoch);
}

/** Nodes that may become master, or have to be looked at before it is known. A demoted master may, too. */
export function candidateNodes({ turn, group, op }: Running): readonly Node[] {
  const { evidence } = turn.local(group.name);
  return group.nodes.filter((node) => {
    const seen = candidateOf(evidence, node.name, turn.now);
    if (op.excluded.includes(node.name) || (node.name === op.from && !isDemoted(seen)))
      return false;
    const candidate = {
      ...withGuardHeard(turn, group, seen),
      acceptDataLoss: true,
      asMaster: true,
    };
    return eligible(group, node.name, candidate, group.lineage) === null;
  });
}

// ——— answers ———

export function infoOf(answer: Answer): NodeInfo | null {
  return answer.kind === "done" && answer.result.kind === "info" ? answer.result.info : null;
}

export function valueOf(answer: Answer): string | null {
  return answer.kind === "done" && answer.result.kind === "value" ? answer.result.value : null;
}

export function isDone(answer: Answer): boolean {
  return answer.kind === "done";
}

// ——— turning back ———

/**
 * Before the point of no return, returning to the old master is always right: it holds everything
 * that was acknowledged through the VIP. The chosen node never became claimable, so nobody but the
 * old master can serve.
 */
export function turnBack(running: Running, reason: string): void {
  const { op, vip } = running;
  const known = { reason: `${op.reason}; undone: ${reason}` };
  const moved = vip !== null && vip.kind !== "hold";
  if (!moved) return advance(running, "undo", { known });
  advance(running, "undo", {
    known,
    vip: (now, stamp) => heldBy({ ...now, holders: [] }, stamp, op.from),
  });
}
