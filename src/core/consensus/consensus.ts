/**
 * Consensus as the rest of the core sees it: pure functions from a state and an input to the next
 * state and effects.
 *
 * Raft whose log is one slot, which holds the whole state. What consumers may rely on:
 * - `committed` is held by a majority and is contained in everything that will ever be committed;
 * - a round of this term that a majority answered was sent before anybody could be elected later;
 * - a `persist` among the effects of a step stands before those that rest on it.
 */
import type { At, Instant, MonitorName } from "../ids.ts";
import { onState } from "./catching-up.ts";
import { changedState } from "./changed.ts";
import { countedPeers, isBound, members } from "./cluster.ts";
import {
  electionTick,
  handOver,
  isReady,
  onPreVote,
  onPreVoteReply,
  onTimeoutNow,
  onVote,
  onVoteReply,
} from "./election.ts";
import { onFarewell } from "./farewell.ts";
import { answer, onAppend } from "./following.ts";
import { genesisTick, onAppendWhileEmpty, onGenesis, onHello, sayHello } from "./genesis.ts";
import { onGone } from "./gone.ts";
import { judge } from "./identity.ts";
import { broadcast, leaderTick, leaderWakeAt, onAppendReply } from "./leading.ts";
import { proposeParts, type Update } from "./proposal.ts";
import { electionTime } from "./roles.ts";
import { settle, type Step, still } from "./step.ts";
import type {
  ConsensusMessage,
  ConsensusState,
  ConsensusTimers,
  Durable,
  GenesisPlan,
  JsonValue,
} from "./types.ts";

export { isSaidByMember, members, newestSlot, wasRemoved } from "./cluster.ts";
export { membersMet, witnessesHeard } from "./founding.ts";
export { hasRoomForRound } from "./leading.ts";
export { isEstablished, leaderKnownAt } from "./proposal.ts";
export { slept } from "./slept.ts";
export type { Step } from "./step.ts";

export interface Boot {
  readonly durable: Durable;
  readonly plan: GenesisPlan;
  readonly timers: ConsensusTimers;
  readonly at: At;
}

/** After a start a vote is withheld for F: what was promised before the crash is not known. */
export function createConsensus(boot: Boot): ConsensusState {
  const { durable, plan, timers, at } = boot;
  const empty = durable.slot === null;
  return {
    timers,
    durable,
    role: empty ? "empty" : "follower",
    leader: null,
    commit: null,
    committed: null,
    pending: durable.slot === null ? [] : [durable.slot],
    heardLeaderAt: at.now,
    isLeaderGone: false,
    heardRound: 0,
    note: null,
    electionAt: empty ? at.now : electionTime(timers, at),
    votes: [],
    leadership: null,
    found: {},
    schemas: {},
    present: {},
    refused: {},
    told: {},
    genesis: plan,
  };
}

/** Time has passed: call it at `wakeAt` or later. */
export function tick(state: ConsensusState, at: At): Step {
  if (state.role === "empty") return settle(state, genesisTick(state, at));
  const step = state.role === "leader" ? leaderTick(state, at) : electionTick(state, at);
  return settle(state, step);
}

export function wakeAt(state: ConsensusState): Instant {
  return state.leadership === null ? state.electionAt : leaderWakeAt(state, state.leadership);
}

export function receive(
  state: ConsensusState,
  from: MonitorName,
  message: ConsensusMessage,
  at: At,
): Step {
  return settle(state, dispatch(state, from, message, at));
}

function dispatch(
  state: ConsensusState,
  from: MonitorName,
  message: ConsensusMessage,
  at: At,
): Step {
  if (from === state.durable.name) return still(state);
  if (message.kind === "hello") return onHello(state, from, message, at);
  if (state.durable.slot === null) return dispatchToEmpty(state, from, message, at);
  if (message.kind === "farewell") return onFarewell(state, from, message, at);
  if (message.kind === "genesis") return onState(state, from, message, at);
  // Of a stranger, or of another disk: perhaps a leader that was added or replaced since, or that removed itself. The answer
  // states facts and promises nothing; one of which this monitor has nothing yet sends its whole state then, with its members.
  const isHeartbeat = message.kind === "append" && message.delta === null;
  if (isHeartbeat && !isBound(members(state), from, message.storageId))
    return answer(state, from, message);
  const judgement = judge(state, from, message);
  if (!judgement.accepted) return judgement;
  return dispatchToMember(judgement.state, from, message, at);
}

function dispatchToEmpty(
  state: ConsensusState,
  from: MonitorName,
  message: ConsensusMessage,
  at: At,
): Step {
  if (message.kind === "genesis") return onGenesis(state, from, message, at);
  if (message.kind === "append") return onAppendWhileEmpty(state, from, message, at);
  return still(state);
}

function dispatchToMember(
  state: ConsensusState,
  from: MonitorName,
  message: ConsensusMessage,
  at: At,
): Step {
  switch (message.kind) {
    case "append":
      return onAppend(state, from, message, at);
    case "append-reply":
      return onAppendReply(state, from, message, at);
    case "pre-vote":
      return onPreVote(state, from, message, at);
    case "pre-vote-reply":
      return onPreVoteReply(state, from, message, at);
    case "vote":
      return onVote(state, from, message, at);
    case "vote-reply":
      return onVoteReply(state, from, message, at);
    case "timeout-now":
      return onTimeoutNow(state, from, message, at);
    case "hello":
    case "genesis":
    case "farewell":
      return still(state);
  }
}

/** The transport learned who answers at a configured address: say hello, once for each finding. */
export function peerFound(
  state: ConsensusState,
  name: MonitorName,
  address: string,
  _at: At,
): Step {
  if (name === state.durable.name) return still(state);
  const next = changedState(state, { found: { ...state.found, [name]: address } });
  return { state: next, effects: [sayHello(next, name)] };
}

/** The transport learned that nobody listens at a peer's address any more, while its host answers. */
export function peerGone(state: ConsensusState, name: MonitorName, at: At): Step {
  return settle(state, onGone(state, name, at));
}

/**
 * The next state, replicated at once. `update` gets the stamp that its result will have. Parts are
 * compared by reference; if none differs nothing happens. Proposals need not wait for each other.
 *
 * @throws Error if this monitor is not an established leader, or if `update` breaks an invariant.
 */
export function propose(state: ConsensusState, at: At, update: Update): Step {
  return settle(state, proposeParts(state, at, update));
}

/** A heartbeat round to every member at once: evidence on demand. Nothing on a monitor that does not lead. */
export function beginRound(state: ConsensusState, at: At): Step {
  return settle(state, broadcast(state, at));
}

/** The newest round of this leadership that a majority answered; 0: none, or not a leader. */
export function answeredRound(state: ConsensusState): number {
  return state.leadership?.answeredRound ?? 0;
}

/** When that round was sent. */
export function answeredRoundSentAt(state: ConsensusState): Instant | null {
  return state.leadership?.answeredAt ?? null;
}

/** Whether a round of the leader goes out, or is heard of, just now. */
export function isBeat(state: ConsensusState, now: Instant): boolean {
  const { leadership, heardLeaderAt } = state;
  if (leadership === null) return heardLeaderAt === now;
  return leadership.sentAt[leadership.round] === now;
}

/** Asks a monitor that is no member to say who it is; what it answers stands in `present`. */
export function greet(state: ConsensusState, name: MonitorName): Step {
  return { state, effects: [sayHello(state, name)] };
}

/** Nothing happens unless `to` is a member that counts and has the newest state. */
export function transfer(state: ConsensusState, to: MonitorName, at: At): Step {
  return settle(state, handOver(state, to, at));
}

/** Members that could take leadership over now. */
export function readyPeers(state: ConsensusState): readonly MonitorName[] {
  return countedPeers(state).filter((peer) => isReady(state, peer));
}

/** What the leader tells its followers with each of its appends from now on. */
export function withNote(state: ConsensusState, note: JsonValue): ConsensusState {
  return changedState(state, { note });
}
