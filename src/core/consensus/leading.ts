/**
 * The leader's side of replication: heartbeat rounds, what their answers prove, and commits.
 *
 * Every broadcast is a new round. A round counts from when it was *sent*: if a majority answered
 * it, nobody can have been elected in a later term before that instant.
 *
 * What goes to a peer is nothing, the parts that it lacks, or everything, as far as it has
 * acknowledged. A peer that was not heard in this term is only asked: it may be dead, and if its
 * disk went back it must say so before it is given what it lost.
 */
import { withEntry } from "../draft.ts";
import type { At, Instant, MonitorName } from "../ids.ts";
import { commitUpTo } from "./accepted.ts";
import { copyOfLeadership, copyOfState } from "./changed.ts";
import { countedPeers, isSelfMember, reachedByMajority } from "./cluster.ts";
import { adoptTerm, stepDown } from "./roles.ts";
import { slotSince, wholeSlot } from "./slot.ts";
import { andThen, type Body, send, type Step, still } from "./step.ts";
import type { ConsensusMessage, ConsensusState, Leadership, Slot, SlotDelta } from "./types.ts";

type AppendReply = Extract<ConsensusMessage, { kind: "append-reply" }>;

/** A leader without a majority is gone after F, so more rounds than this wait for answers only in a burst. */
const ROUNDS_AWAITED = 64;
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
  };
}

/** Begins a round: an append to every member that counts. */
export function broadcast(state: ConsensusState, at: At): Step {
  const { leadership, durable, timers } = state;
  if (leadership === null || durable.slot === null) return still(state);
  const round = leadership.round + 1;
  const sent = copyOfLeadership(leadership);
  sent.round = round;
  sent.sentAt = { ...newestRounds(leadership.sentAt), [round]: at.now };
  sent.nextHeartbeatAt = at.now + timers.heartbeatMs;
  const next = withLeadership(state, sent);
  const slot = durable.slot;
  const effects = countedPeers(next).map((peer) =>
    send(next, peer, append(next, slot, deltaFor(sent, slot, peer))),
  );
  const counted = countAnswers(next, sent);
  return { state: counted === sent ? next : withLeadership(next, counted), effects };
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
  if (has < leadership.start.version || has < leadership.wholeFrom) return wholeSlot(slot);
  return slotSince(slot, { term: slot.stamp.term, version: has });
}

function newestRounds(sentAt: Leadership["sentAt"]): Leadership["sentAt"] {
  const rounds = Object.keys(sentAt);
  if (rounds.length < ROUNDS_AWAITED) return sentAt;
  return roundsAfter(sentAt, Number(rounds[rounds.length - ROUNDS_AWAITED]));
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
  if (noted.ackVersion === leadership.ackVersion) return still(counted);
  const told =
    leadership.ackVersion[from] === undefined ? tellMissing(counted, from) : still(counted);
  return andThen(told, (next) => advanceCommit(next, at));
}

/** The first answer of a peer: it is there, and may lack something. */
function tellMissing(state: ConsensusState, peer: MonitorName): Step {
  const { leadership, durable } = state;
  if (leadership === null || durable.slot === null) return still(state);
  const delta = deltaFor(leadership, durable.slot, peer);
  if (delta === null) return still(state);
  return { state, effects: [send(state, peer, append(state, durable.slot, delta))] };
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
  if (!newRound && !newVersion) return leadership;
  const next = copyOfLeadership(leadership);
  if (newRound) next.ackRound = withEntry(ackRound, from, reply.round);
  if (newVersion) next.ackVersion = withEntry(ackVersion, from, version);
  return next;
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

function quorumDeadline(state: ConsensusState, leadership: Leadership): Instant {
  return (leadership.answeredAt ?? leadership.since) + state.timers.electionMs + 1;
}

/** The proposal and its round; with a single member it is committed at once. */
export function replicate(state: ConsensusState, at: At): Step {
  return andThen(broadcast(state, at), (next) => advanceCommit(next, at));
}
