/**
 * The leader's side of replication: heartbeat rounds, what their answers prove, and commits.
 *
 * Every broadcast is a new round. A round counts from when it was *sent*: if a majority answered
 * it, nobody can have been elected in a later term before that instant.
 *
 * What goes to a peer is nothing, the parts that it lacks, or everything, as far as it has
 * acknowledged, and as long as nothing else is under way to it: of many groups at once that is much to
 * read, and a copy with each heartbeat would keep it from answering any. A peer that was not heard in this
 * term is only asked: it may be dead, and if its disk went back it must say so before it is given what it
 * lost.
 */
import { withEntry } from "../draft.ts";
import type { At, Instant, MonitorName } from "../ids.ts";
import { commitUpTo } from "./accepted.ts";
import { introduce } from "./catching-up.ts";
import { copyOfLeadership, copyOfState } from "./changed.ts";
import { countedPeers, isSelfMember, reachedByMajority } from "./cluster.ts";
import { adoptTerm, stepDown } from "./roles.ts";
import { slotSince, wholeSlot } from "./slot.ts";
import { andThen, type Body, send, type Step, still } from "./step.ts";
import type {
  ConsensusMessage,
  ConsensusState,
  Leadership,
  Shipment,
  Slot,
  SlotDelta,
} from "./types.ts";

type AppendReply = Extract<ConsensusMessage, { kind: "append-reply" }>;

/**
 * So many rounds may wait for answers before another is begun on demand: who wants one waits for the next answer. Else a
 * leader with much to do keeps its peers so busy with rounds that none of them is answered in time.
 */
const ROUNDS_AT_ONCE = 8;
/** Rounds: some two seconds of a calm leader. */
const KNOCK_EVERY = 16;
const NO_ROUNDS: Leadership["sentAt"] = {};

/** The re-stamped slot is in place; nothing was sent of it yet. The voters were heard just now. */
export function newLeadership(
  start: Slot["stamp"],
  voters: readonly MonitorName[],
  at: At,
): Leadership {
  return {
    start,
    round: 0,
    sentAt: {},
    ackRound: {},
    ackVersion: Object.fromEntries(voters.map((name) => [name, 0])),
    nextHeartbeatAt: at.now,
    since: at.now,
    answeredRound: 0,
    answeredAt: null,
    seenAtRound: {},
    wholeFrom: 0,
    underWay: {},
  };
}

/** Begins a round: an append to every member that counts. */
export function broadcast(state: ConsensusState, at: At): Step {
  const { leadership, durable, timers } = state;
  if (leadership === null || durable.slot === null) return still(state);
  const round = leadership.round + 1;
  const sent = copyOfLeadership(leadership);
  sent.round = round;
  sent.sentAt = { ...leadership.sentAt, [round]: at.now };
  sent.nextHeartbeatAt = at.now + timers.heartbeatMs;
  const next = withLeadership(state, sent);
  const slot = durable.slot;
  const effects = countedPeers(next).flatMap((peer) => {
    const delta = deltaFor(sent, slot, peer);
    if (delta !== null) sent.underWay = withEntry(sent.underWay, peer, shipped(slot, round));
    return [send(next, peer, append(next, slot, delta)), ...knockAt(next, peer, sent)];
  });
  const counted = countAnswers(next, sent);
  return { state: counted === sent ? next : withLeadership(next, counted), effects };
}

/** Now and then, at one that was not heard in this term: it may not let this leader in yet. */
function knockAt(state: ConsensusState, peer: MonitorName, { round, ackVersion }: Leadership) {
  const isDue = ackVersion[peer] === undefined && round % KNOCK_EVERY === 0;
  return isDue ? introduce(state, peer) : [];
}

/** Whether one more is worth its while now; after the next answer it is. */
export function hasRoomForRound({ leadership }: ConsensusState): boolean {
  return leadership !== null && leadership.round - leadership.answeredRound < ROUNDS_AT_ONCE;
}

function withLeadership(state: ConsensusState, leadership: Leadership): ConsensusState {
  const next = copyOfState(state);
  next.leadership = leadership;
  return next;
}

function append(state: ConsensusState, slot: Slot, delta: SlotDelta | null): Body {
  return {
    kind: "append",
    round: state.leadership?.round ?? 0,
    version: slot.stamp.version,
    delta,
    commit: state.commit,
    note: state.note,
  };
}

function deltaFor(leadership: Leadership, slot: Slot, peer: MonitorName): SlotDelta | null {
  const has = leadership.ackVersion[peer];
  if (has === undefined || has >= slot.stamp.version) return null;
  if (leadership.underWay[peer] !== undefined) return null;
  if (has < leadership.start.version || has < leadership.wholeFrom) return wholeSlot(slot);
  return slotSince(slot, { term: slot.stamp.term, version: has });
}

function shipped({ stamp }: Slot, round: number): Shipment {
  return { round, version: stamp.version };
}

function roundsAfter(sentAt: Leadership["sentAt"], round: number): Leadership["sentAt"] {
  const kept: Record<number, Instant> = {};
  for (const [key, instant] of Object.entries(sentAt)) {
    if (Number(key) > round) kept[Number(key)] = instant;
  }
  return kept;
}

/** Moves `answeredRound` on. This monitor has answered each of its own rounds. */
function countAnswers(state: ConsensusState, leadership: Leadership): Leadership {
  const own = state.durable.name;
  const round = reachedByMajority(state, (name) =>
    name === own ? leadership.round : (leadership.ackRound[name] ?? 0),
  );
  const sentAt = leadership.sentAt[round];
  if (sentAt === undefined) return leadership;
  const next = copyOfLeadership(leadership);
  next.answeredRound = round;
  next.answeredAt = sentAt;
  next.sentAt = round === leadership.round ? NO_ROUNDS : roundsAfter(leadership.sentAt, round);
  return next;
}

export function onAppendReply(
  state: ConsensusState,
  from: MonitorName,
  reply: AppendReply,
  at: At,
): Step {
  if (reply.term > state.durable.term) return adoptTerm(state, reply.term, at);
  const { leadership } = state;
  if (leadership === null) return still(state);
  const noted = noteAnswer(leadership, from, reply, state.durable.term);
  if (noted === leadership) return still(state);
  const counted = withLeadership(state, countAnswers(state, noted));
  const isSettled =
    noted.ackVersion === leadership.ackVersion && noted.underWay === leadership.underWay;
  if (isSettled) return still(counted);
  return andThen(tellMissing(counted, from), (next) => advanceCommit(next, at));
}

/** After its first answer, or one that shows what became of what it was given: it may lack something. */
function tellMissing(state: ConsensusState, peer: MonitorName): Step {
  const { leadership, durable } = state;
  if (leadership === null || durable.slot === null) return still(state);
  const delta = deltaFor(leadership, durable.slot, peer);
  if (delta === null) return still(state);
  const told = copyOfLeadership(leadership);
  // What was asked in this round may be answered before it has read this.
  const shipment = shipped(durable.slot, leadership.round + 1);
  told.underWay = withEntry(leadership.underWay, peer, shipment);
  const next = withLeadership(state, told);
  return { state: next, effects: [send(next, peer, append(next, durable.slot, delta))] };
}

/**
 * An answer of a lower term proves only that the peer is there. One to a round that is no longer
 * awaited proves nothing new of rounds, but its version may.
 */
function noteAnswer(
  leadership: Leadership,
  from: MonitorName,
  reply: AppendReply,
  term: number,
): Leadership {
  const { ackRound, ackVersion, sentAt } = leadership;
  const current = reply.term === term;
  const awaited = current && sentAt[reply.round] !== undefined;
  const version = current ? reply.version : 0;
  const newRound = awaited && reply.round > (ackRound[from] ?? 0);
  const newVersion = version > (ackVersion[from] ?? -1);
  const underWay = withoutEnded(leadership, from, { round: reply.round, version });
  if (!newRound && !newVersion && underWay === leadership.underWay) return leadership;
  const next = copyOfLeadership(leadership);
  next.underWay = underWay;
  if (newRound) next.ackRound = withEntry(ackRound, from, reply.round);
  if (newVersion) next.ackVersion = withEntry(ackVersion, from, version);
  return next;
}

/**
 * What was given to a peer has arrived, or is lost: all that is said to it arrives in its order, or not at all. One that
 * answers in an older term does not know this leader yet, and will not without that; but it may be an answer to a round of
 * an earlier office, of which the numbers say nothing.
 */
function withoutEnded(
  { underWay, round: newest }: Leadership,
  peer: MonitorName,
  { round, version }: Shipment,
): Leadership["underWay"] {
  const { [peer]: shipment, ...others } = underWay;
  if (shipment === undefined || round > newest) return underWay;
  return version >= shipment.version || round >= shipment.round ? others : underWay;
}

/** Counting commits only what this leader stamped itself; what came before is contained in that. */
export function advanceCommit(state: ConsensusState, at: At): Step {
  const { leadership, durable } = state;
  if (leadership === null || durable.slot === null) return still(state);
  const { term, version: newest } = durable.slot.stamp;
  const version = reachedByMajority(state, (name) =>
    name === durable.name ? newest : (leadership.ackVersion[name] ?? 0),
  );
  if (version < leadership.start.version) return still(state);
  const next = commitUpTo(state, { term, version });
  const removed = version === newest && !isSelfMember(next);
  return removed ? stepDown(next, at, "no longer a member") : still(next);
}

/** The next round if it is due; and the end of a leadership that no majority follows. */
export function leaderTick(state: ConsensusState, at: At): Step {
  const { leadership } = state;
  if (leadership === null) return still(state);
  if (at.now >= quorumDeadline(state, leadership)) {
    return stepDown(state, at, `no majority answered for ${state.timers.electionMs} ms`);
  }
  return at.now >= leadership.nextHeartbeatAt ? broadcast(state, at) : still(state);
}

export function leaderWakeAt(state: ConsensusState, leadership: Leadership): Instant {
  return Math.min(leadership.nextHeartbeatAt, quorumDeadline(state, leadership));
}

/** From when on no majority has answered, as far as this leader was awake to hear it. */
export function silentSince({ since, answeredAt }: Leadership): Instant {
  return answeredAt === null ? since : Math.max(since, answeredAt);
}

function quorumDeadline(state: ConsensusState, leadership: Leadership): Instant {
  return silentSince(leadership) + state.timers.electionMs + 1;
}

/** The proposal and its round; with a single member it is committed at once. */
export function replicate(state: ConsensusState, at: At): Step {
  return andThen(broadcast(state, at), (next) => advanceCommit(next, at));
}
