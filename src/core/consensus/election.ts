/**
 * Elections: who would vote (pre-vote, which binds nobody), who votes (once in a term, durably), and
 * what a winner does first.
 *
 * A vote goes only to a candidate whose slot is at least as new as the voter's. So a winner has
 * every committed state: each is held by a majority, and two majorities share a monitor.
 */
import type { At, MonitorName } from "../ids.ts";
import { isNewer } from "../stamp.ts";
import { accept } from "./accepted.ts";
import { changedDurable, changedState } from "./changed.ts";
import { bringUp, introduce } from "./catching-up.ts";
import { countedPeers, isMajority, mayCampaign, members } from "./cluster.ts";
import { newLeadership, replicate } from "./leading.ts";
import {
  adoptTerm,
  electionTime,
  enterRole,
  preVoteRetryTime,
  stepDown,
  withholdsVote,
} from "./roles.ts";
import { andThen, type Body, send, type Step, still } from "./step.ts";
import type { ConsensusMessage, ConsensusState } from "./types.ts";

type Of<K extends ConsensusMessage["kind"]> = Extract<ConsensusMessage, { kind: K }>;

/** No leader was heard for long enough, or the last one is gone. */
export function electionTick(state: ConsensusState, at: At): Step {
  if (at.now < state.electionAt) return still(state);
  if (!mayCampaign(state)) {
    return still(changedState(state, { electionAt: electionTime(state.timers, at) }));
  }
  const heardMs = Math.round(at.now - state.heardLeaderAt);
  const entered = enterRole(
    changedState(state, {
      leader: null,
      votes: [state.durable.name],
      electionAt: preVoteRetryTime(state.timers, at),
    }),
    "pre-candidate",
    state.isLeaderGone
      ? "nobody listens where the leader was"
      : `no leader heard for ${heardMs} ms`,
  );
  return andThen(entered, (next) =>
    isMajority(next, next.votes)
      ? campaign(next, at, false)
      : askForPreVotes(next, state.role === "pre-candidate"),
  );
}

/** In vain so far: perhaps those whose votes are needed let nobody in whom they do not know. */
function askForPreVotes(state: ConsensusState, isAgain: boolean): Step {
  const asked = askAll(state, { kind: "pre-vote", candidateTerm: state.durable.term + 1 });
  const introduced = isAgain ? countedPeers(state).flatMap((peer) => introduce(state, peer)) : [];
  return { state, effects: [...introduced, ...asked.effects] };
}

function askAll(state: ConsensusState, body: Body): Step {
  return { state, effects: countedPeers(state).map((peer) => send(state, peer, body)) };
}

/** `transfer`: the leader asked for it, so its voters need not wait until it is silent. */
export function campaign(state: ConsensusState, at: At, transfer: boolean): Step {
  const { name, term } = state.durable;
  const entered = enterRole(
    changedState(state, {
      durable: changedDurable(state.durable, { term: term + 1, votedFor: name }),
      leader: null,
      heardRound: 0,
      votes: [name],
      electionAt: electionTime(state.timers, at),
    }),
    "candidate",
    transfer ? "asked to take over" : "a majority would vote for it",
  );
  return andThen(entered, (next) =>
    isMajority(next, next.votes) ? lead(next, at) : askAll(next, { kind: "vote", transfer }),
  );
}

/** The inherited state gets this term's stamp first: only that can be committed by counting. */
function lead(state: ConsensusState, at: At): Step {
  const { slot, term, name } = state.durable;
  if (slot === null) return still(state);
  const list = members(state);
  const votes = `${list.filter((member) => state.votes.includes(member.name)).length} of ${list.length}`;
  const entered = enterRole(changedState(state, { votes: [] }), "leader", `elected by ${votes}`);
  const start = { term, version: slot.stamp.version + 1 };
  return andThen(entered, (next) =>
    replicate(
      changedState(accept(next, { ...slot, stamp: start }), {
        leader: name,
        note: null,
        leadership: newLeadership(start, state.votes, at),
      }),
      at,
    ),
  );
}

function isUpToDate(state: ConsensusState, message: ConsensusMessage): boolean {
  const own = state.durable.slot;
  return message.slot !== null && own !== null && !isNewer(own.stamp, message.slot);
}

/** Binds nobody and changes nothing here: not even the term. */
export function onPreVote(
  state: ConsensusState,
  from: MonitorName,
  message: Of<"pre-vote">,
  at: At,
): Step {
  const { candidateTerm, storageId: asker } = message;
  const granted =
    candidateTerm > state.durable.term && !withholdsVote(state, at) && isUpToDate(state, message);
  const reply: Body = { kind: "pre-vote-reply", candidateTerm, granted, asker };
  return { state, effects: [send(state, from, reply), ...bringUp(state, from, message)] };
}

/** Only a refusal may teach a newer term: a grant speaks of a term that nobody has entered yet. */
export function onPreVoteReply(
  state: ConsensusState,
  from: MonitorName,
  message: Of<"pre-vote-reply">,
  at: At,
): Step {
  if (isForAnother(state, message)) return still(state);
  if (!message.granted) return adoptTerm(state, message.term, at);
  const isAnswer =
    state.role === "pre-candidate" && message.candidateTerm === state.durable.term + 1;
  if (!isAnswer) return still(state);
  const next = withVote(state, from);
  return isMajority(next, next.votes) ? campaign(next, at, false) : still(next);
}

/**
 * A name is another disk's once that was replaced, and the two may run at once. Who was voted for has what the
 * voter has; the other may lack what was agreed on since it was removed.
 */
function isForAnother(
  { durable }: ConsensusState,
  { asker }: Of<"vote-reply"> | Of<"pre-vote-reply">,
): boolean {
  return asker !== null && asker !== durable.storageId;
}

function withVote(state: ConsensusState, from: MonitorName): ConsensusState {
  return state.votes.includes(from)
    ? state
    : changedState(state, { votes: [...state.votes, from] });
}

/** A withheld vote is not answered and teaches no term: a candidate must not end a good leadership. */
export function onVote(
  state: ConsensusState,
  from: MonitorName,
  message: Of<"vote">,
  at: At,
): Step {
  const { term } = state.durable;
  if (message.term < term) return answerVote(state, from, message, false);
  const withheld = withholdsVote(state, at) && !message.transfer;
  if (message.term > term && withheld) return still(state);
  return andThen(adoptTerm(state, message.term, at), (next) => decideVote(next, from, message, at));
}

/** Not again to who has it, either: who asks may be another disk of that name. Nobody asks twice for the same. */
function decideVote(state: ConsensusState, from: MonitorName, message: Of<"vote">, at: At): Step {
  const { votedFor } = state.durable;
  const free = votedFor === null && state.leader === null;
  if (!free || !isUpToDate(state, message)) return answerVote(state, from, message, false);
  const voted = changedState(state, {
    durable: changedDurable(state.durable, { votedFor: from }),
    electionAt: electionTime(state.timers, at),
  });
  const settled = stepDown(voted, at, `voted for ${from}`);
  return andThen(settled, (next) => answerVote(next, from, message, true));
}

function answerVote(
  state: ConsensusState,
  to: MonitorName,
  { storageId: asker }: Of<"vote">,
  granted: boolean,
): Step {
  return { state, effects: [send(state, to, { kind: "vote-reply", granted, asker })] };
}

export function onVoteReply(
  state: ConsensusState,
  from: MonitorName,
  message: Of<"vote-reply">,
  at: At,
): Step {
  if (isForAnother(state, message)) return still(state);
  if (message.term > state.durable.term) return adoptTerm(state, message.term, at);
  const isAnswer = state.role === "candidate" && message.term === state.durable.term;
  if (!isAnswer || !message.granted) return still(state);
  const next = withVote(state, from);
  return isMajority(next, next.votes) ? lead(next, at) : still(next);
}

/** It could take leadership over now: it has acknowledged the newest state, and nobody else was heard in its name since. */
export function isReady(state: ConsensusState, peer: MonitorName): boolean {
  const { leadership, durable, refused } = state;
  if (leadership === null || refused[peer] !== undefined) return false;
  const newest = durable.slot?.stamp.version ?? 0;
  return (leadership.ackVersion[peer] ?? 0) >= newest && countedPeers(state).includes(peer);
}

/** Leadership is given up before the other is asked, so that never both feel entitled. */
export function handOver(state: ConsensusState, to: MonitorName, at: At): Step {
  if (!isReady(state, to)) return still(state);
  return andThen(stepDown(state, at, `leadership handed over to ${to}`), (next) => ({
    state: next,
    effects: [send(next, to, { kind: "timeout-now" })],
  }));
}

export function onTimeoutNow(
  state: ConsensusState,
  from: MonitorName,
  message: Of<"timeout-now">,
  at: At,
): Step {
  const asked = message.term === state.durable.term && state.leader === from;
  return asked && mayCampaign(state) ? campaign(state, at, true) : still(state);
}
