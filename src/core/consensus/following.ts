/**
 * A follower's side of replication: what a leader's append does to a monitor that hears it.
 *
 * The answer says which round was heard and which version of this term is durable here. An append
 * of an older term is answered too, so that its sender learns that its time is over.
 */
import type { At, MonitorName } from "../ids.ts";
import { compareStamps } from "../stamp.ts";
import { accept, commitUpTo } from "./accepted.ts";
import { changedState, copyOfState } from "./changed.ts";
import { adoptTerm, electionTime, enterRole } from "./roles.ts";
import { applyDelta } from "./slot.ts";
import { andThen, send, type Step, still } from "./step.ts";
import type { ConsensusMessage, ConsensusState } from "./types.ts";

type Append = Extract<ConsensusMessage, { kind: "append" }>;

/**
 * For an append of an older term: its sender may lead again, in the term of the answer, and would take the number for
 * that of a round of now, which nobody has answered.
 */
const NO_ROUND = 0;

export function onAppend(state: ConsensusState, from: MonitorName, message: Append, at: At): Step {
  if (message.term < state.durable.term) return answer(state, from, message);
  if (state.role === "leader" && message.term === state.durable.term) return still(state);
  const heard = andThen(adoptTerm(state, message.term, at), (next) =>
    follow(hear(next, from, message, at), from),
  );
  return andThen(heard, (next) => answer(take(next, message), from, message));
}

/** A leader of this term was heard: this monitor withholds its vote. A late round has an old note. */
function hear(state: ConsensusState, leader: MonitorName, message: Append, at: At): ConsensusState {
  const late = message.round < state.heardRound;
  const next = copyOfState(state);
  next.leader = leader;
  next.heardLeaderAt = at.now;
  next.isLeaderGone = false;
  next.electionAt = electionTime(state.timers, at);
  if (late) return next;
  next.heardRound = message.round;
  next.note = message.note;
  return next;
}

/** Candidates give up. */
function follow(state: ConsensusState, leader: MonitorName): Step {
  if (state.role === "follower" || state.role === "empty") return still(state);
  return enterRole(changedState(state, { votes: [] }), "follower", `${leader} leads`);
}

function take(state: ConsensusState, message: Append): ConsensusState {
  const taken = message.delta === null ? state : takeDelta(state, message.delta);
  if (message.commit === null) return taken;
  const behind = taken.commit !== null && compareStamps(taken.commit, message.commit) >= 0;
  return behind ? taken : commitUpTo(taken, message.commit);
}

function takeDelta(state: ConsensusState, delta: NonNullable<Append["delta"]>): ConsensusState {
  const slot = applyDelta(state.durable.slot, delta);
  if (slot === null || slot === state.durable.slot) return state;
  return accept(state, slot);
}

/** Version 0: nothing of this term was accepted. */
export function answer(state: ConsensusState, to: MonitorName, message: Append): Step {
  const { slot, term } = state.durable;
  const version = slot?.stamp.term === term ? slot.stamp.version : 0;
  const round = message.term < term ? NO_ROUND : message.round;
  return { state, effects: [send(state, to, { kind: "append-reply", round, version })] };
}
