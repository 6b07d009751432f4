/**
 * Failover: fence → promote → claim.
 *
 *   fence    nobody may serve the VIP; the old master is proven not to (release, fence, lease's end);
 *            only then the replicas are frozen, compared, and the best one is chosen
 *   promote  the successor is promoted, and seen to be a master with the right fork
 *   claim    the point of no return is committed; the VIP is claimed there
 *
 * Freezing earlier would lose what a living master still acknowledges. Repointing the others and
 * the return of the old master are repairs: they keep nothing open.
 */
import { allApplied, type Candidate, eligible, type Refusal } from "../health/eligibility.ts";
import { asSeen, candidateOf } from "../health/facts.ts";
import { forkOf } from "../health/lineage.ts";
import { chooseSuccessor, type SuccessorAnswer } from "../health/successor.ts";
import type { NodeInfo } from "../health/types.ts";
import { presentInfo } from "../health/votes.ts";
import type { NodeName } from "../ids.ts";
import { withPromoted } from "../promoted.ts";
import { isHeir } from "./by-hand.ts";
import type { Lineage, Node, Operation } from "../state.ts";
import { movedTo } from "../vip/epochs.ts";
import { heardWithin } from "../vip/upkeep.ts";
import { withGuardHeard } from "./admittance.ts";
import { blackHole } from "./black-hole.ts";
import { describeOld, holdOld, isHeld, keepApart, mayHoldMore } from "./came-back.ts";
import {
  advance,
  candidateNodes,
  infoOf,
  isBack,
  isDone,
  isPerhapsBack,
  proofOfOld,
  type Running,
  successorOf,
  turnBack,
  unproven,
} from "./common.ts";
import type { Answer } from "./errand.ts";
import { runFenceCommand } from "./fence-command.ts";
import { answersAsMaster, type LastWord, lastWord } from "./last-word.ts";
import { claimPhase, promotePhase } from "./promotion.ts";
import { tellWaiting } from "./unproven.ts";

/** How long one unreachable replica may hold up the comparison. */
const FREEZE_DEADLINE_MS = 600;
/** And one that answers, but is never done with what it is asked. */
const FREEZE_AT_MOST_MS = 3000;
const DRAIN_POLL_MS = 10;
/** How long replicas may take to receive what a living old master has sent, if a person is in a hurry … */
const LAST_WORD_MS = 300;
/** … and if nobody is. */
const EQUAL_DEADLINE_MS = 3000;
const RETRY_EVERY_MS = 1000;
/** Milestone: when a comparison came to nothing. */
const NOBODY = "nobody";

export function conductFailover(running: Running): void {
  switch (running.op.phase) {
    case "fence":
      return fencePhase(running);
    case "promote":
      return promotePhase(running);
    case "claim":
      return claimPhase(running);
    case "prepare":
    case "handover":
    case "undo":
      return;
  }
}

// ——— fence ———

function fencePhase(running: Running): void {
  const { turn, group, work, op } = running;
  // A master that was demoted may be chosen again, but not before its host has let go of the VIP.
  const held = unproven(running, null);
  tellWaiting(running, held);
  if (isBack(running)) return turnBack(running, `${op.from} answers again`);
  const nodes = candidateNodes(running);
  // Connections are opened while the proof is awaited. They change nothing before it is there.
  for (const node of nodes) work.connect(node);
  runFenceCommand(running);
  // Counted from when it is heard, which may be long before the proof.
  const mayTurnBack = isPerhapsBack(running);
  const isLeft = holdOld(running) || isLeftInPeace(running, held.length > 0);
  const word = isLeft ? null : lastWord(running);
  if (held.length > 0 || turn.isChanging(group.name)) return;
  if (mayTurnBack) return;
  if (op.cause === "by-hand") return followHand(running);
  const upTo = offsetWanted(running, word);
  const frozen = nodes.map((node) => freeze(running, node, upTo));
  if (frozen.some((one) => isWaitedFor(running, one))) return;
  choose(running, frozen);
}

/**
 * A master that is only left serves its clients until its lease has ended; what one that counts as
 * down may still accept is lost, so that is blocked at sight.
 */
function isLeftInPeace({ work, from, op }: Running, held: boolean): boolean {
  if (op.cause === "by-hand") return true;
  if (op.cause === "down" || !held) return false;
  work.connect(from);
  return true;
}

/**
 * The offset that a replica must have reached. A dead master is not waited for, nor is a living one for
 * long if a person forced this. But where only the guard was lost, nobody takes over with less.
 */
function offsetWanted({ work, op }: Running, word: LastWord | null): number {
  if (word === null || word.kind === "none" || op.cause === "down") return 0;
  if (op.cause === "operator" && work.since("proven") >= LAST_WORD_MS) return 0;
  return word.kind === "said" ? word.offset : Infinity;
}

/**
 * One that was not reached is waited for so long from the proof on, one that answers from its last stage:
 * where a round trip takes a tenth of a second, all of them together take longer.
 */
function isWaitedFor({ turn, work, op }: Running, { node, answer }: Frozen): boolean {
  if (answer.kind !== "pending") return false;
  const sinceProof = work.since("proven");
  if (sinceProof >= FREEZE_AT_MOST_MS) return false;
  const { stage, since } = work.connect(node);
  const isReached = stage === "cutting" || stage === "ready";
  const quietMs = isReached ? Math.min(sinceProof, turn.now - since) : sinceProof;
  return quietMs < freezeDeadlineMs(op);
}

function freezeDeadlineMs(op: Operation): number {
  return op.cause === "guard" ? EQUAL_DEADLINE_MS : FREEZE_DEADLINE_MS;
}

/** Who is master is settled; only the VIP is to follow. */
function followHand(running: Running): void {
  const { turn, group, op } = running;
  const to = successorOf(running);
  const info = to && presentInfo(turn.local(group.name).evidence, to.name, turn.now);
  if (to !== null && info !== null && isHeir(info, group))
    return promoteNext(running, to, info, info.secondOffset - 1);
  advance(running, "fence", { known: { cause: "down", to: null, attempt: op.attempt + 1 } });
}

interface Frozen {
  readonly node: Node;
  readonly answer: Answer;
  readonly info: NodeInfo | null;
}

/** Stops a replica where it is: what it received is applied, and nothing more arrives. */
function freeze(running: Running, node: Node, upTo: number): Frozen {
  const { work, op } = running;
  // As soon as nobody is waited for any more, an attempt that found nobody is on the time of a person.
  const everyMs = work.reached(NOBODY) === undefined ? DRAIN_POLL_MS : RETRY_EVERY_MS;
  const first = work.poll(node, "drain", { kind: "info" }, everyMs);
  const before = infoOf(first);
  if (before?.role === "master")
    return asItIs(running, { node, answer: first, info: before }, upTo);
  // A paused replica receives without applying, so it is woken before its positions are compared.
  const woken = work.redis(node, "unpause", { kind: "unpause" });
  const drained = before !== null && allApplied(before) && (before.appliedOffset ?? 0) >= upTo;
  if (work.reached(`drained ${node.name}`) === undefined) {
    if (!isDone(woken) || !drained)
      return { node, answer: pendingUnlessFailed(first, woken), info: null };
    work.reach(`drained ${node.name}`);
  }
  const frozen = work.redis(node, "freeze", { kind: "follow", ...blackHole(op.id.version) });
  return { node, answer: frozen, info: infoOf(frozen) };
}

/**
 * One that is master already receives nothing more, and what it wrote since may be all there is of it. As soon as it is
 * known how much it must have, there is nothing to wait for.
 */
function asItIs({ group }: Running, seen: Frozen & { info: NodeInfo }, upTo: number): Frozen {
  if ((forkOf(seen.info, group.lineage) ?? 0) >= upTo) return seen;
  const answer = upTo < Infinity ? seen.answer : pendingUnlessFailed();
  return { ...seen, answer, info: null };
}

function pendingUnlessFailed(...answers: readonly Answer[]): Answer {
  return answers.find((answer) => answer.kind === "failed") ?? { kind: "pending", sinceMs: 0 };
}

function choose(running: Running, frozen: readonly Frozen[]): void {
  const { turn, group, op } = running;
  const { evidence } = turn.local(group.name);
  const candidates: Candidate[] = frozen.map(({ node, info }) => ({
    ...withGuardHeard(turn, group, candidateOf(evidence, node.name, turn.now)),
    info,
    reachable: info !== null,
    frozen: true,
    acceptDataLoss: op.acceptDataLoss,
    asMaster: true,
    askedBy: turn.state.name,
  }));
  const failed = op.excluded.map((name) => candidateOf(evidence, name, turn.now));
  const answer = chooseSuccessor({
    group,
    from: op.from,
    candidates: [...candidates, ...failed],
    preferred: op.to,
    excluded: op.excluded,
  });
  const chosen = frozen.find(({ node }) => node.name === answer.chosen);
  const richer = mayHoldMore(running);
  const text =
    chosen === undefined
      ? `${describeOld(op.from, richer)}${noSuccessor(answer, otherRefusals(running, frozen))}`
      : null;
  turn.alarm(`${group.name}: successor`, text);
  if (chosen?.info)
    return promoteNext(running, chosen.node, chosen.info, heldBy(chosen.info, group.lineage));
  // Nobody has more than the old master itself, which may have come back as another process.
  if (richer.length === 0 && turnsBack(running)) return;
  keepApart(
    running,
    frozen.map(({ node }) => node),
  );
  retryLater(running);
}

/**
 * True if it is turned back, or is not known yet whether it is. The old master itself is asked: an earlier leader may
 * have put it into the black hole (`holdOld`) after the newest votes.
 */
function turnsBack(running: Running): boolean {
  const { work, from } = running;
  if (isHeld(running) || !answersAsMaster(running)) return false;
  const answer = work.redis(from, "turn back", { kind: "info" });
  if (answer.kind === "pending") return true;
  if (infoOf(answer)?.role !== "master") return false;
  turnBack(running, `no replica qualified, and ${from.name} answers`);
  return true;
}

/** The offset at which it forks off, or did; of other histories there is only its own. */
function heldBy(info: NodeInfo, lineage: Lineage): number {
  return info.appliedOffset ?? forkOf(info, lineage) ?? 0;
}

/** Why those were not even asked that are left. A failed one is told of with those that were. */
function otherRefusals(
  { turn, group, op }: Running,
  frozen: readonly Frozen[],
): readonly Refusal[] {
  const { evidence } = turn.local(group.name);
  const isKnown = (name: NodeName): boolean =>
    name === op.from || op.excluded.includes(name) || frozen.some(({ node }) => node.name === name);
  return group.nodes
    .filter(({ name }) => !isKnown(name))
    .flatMap(({ name }) => {
      const seen = withGuardHeard(turn, group, candidateOf(evidence, name, turn.now));
      return eligible(group, name, { ...seen, asMaster: true }, group.lineage) ?? [];
    });
}

export function noSuccessor(answer: SuccessorAnswer, others: readonly Refusal[] = []): string {
  const reasons = [...answer.refusals, ...others].map(({ text }) => text).join("; ");
  const best =
    answer.best === null
      ? ""
      : `; the best of them: mmm failover --force --accept-data-loss --to ${answer.best}`;
  return `no replica may become master: ${reasons || "none answers"}${best}`;
}

/**
 * Nobody qualified. The nodes are looked at again, from the first step, with fresh connections; what
 * one of them failed in before may have passed.
 */
function retryLater(running: Running): void {
  const { work, turn, group } = running;
  if (work.since(NOBODY) < RETRY_EVERY_MS) return;
  turn.change(group.name, (part) => ({
    ...part,
    operation: part.operation && {
      ...part.operation,
      attempt: part.operation.attempt + 1,
      excluded: [],
    },
  }));
}

function promoteNext(running: Running, to: Node, info: NodeInfo, forkOffset: number): void {
  const { turn, group, op } = running;
  const silent = heardWithin(turn, group, op.from, 1000) ? [] : [op.from];
  const fencing = op.fencing ?? proofOfOld(running);
  const { highWater } = asSeen(group, turn.local(group.name).evidence).lineage;
  advance(running, "promote", {
    known: { to: to.name, forkOffset, fencing, highWater },
    group: (part) => (info.role === "replica" ? withPromoted(part, to.name, info.runId) : part),
    vip: (vip, stamp) => movedTo(vip, stamp, to.name, { unproven: [], silent }),
  });
}
