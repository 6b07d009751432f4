/**
 * Copies of what consensus renews with every message, with some fields changed (see `draft.ts`).
 */
import type { Draft } from "../draft.ts";
import type { ConsensusState, Leadership } from "./types.ts";

export function changedState(
  state: ConsensusState,
  change: Partial<ConsensusState>,
): ConsensusState {
  const copy: Draft<ConsensusState> = {
    timers: state.timers,
    durable: state.durable,
    role: state.role,
    leader: state.leader,
    commit: state.commit,
    committed: state.committed,
    pending: state.pending,
    heardLeaderAt: state.heardLeaderAt,
    isLeaderGone: state.isLeaderGone,
    heardRound: state.heardRound,
    note: state.note,
    electionAt: state.electionAt,
    votes: state.votes,
    leadership: state.leadership,
    found: state.found,
    schemas: state.schemas,
    present: state.present,
    refused: state.refused,
    genesis: state.genesis,
  };
  return Object.assign(copy, change);
}

export function changedLeadership(leadership: Leadership, change: Partial<Leadership>): Leadership {
  const copy: Draft<Leadership> = {
    start: leadership.start,
    round: leadership.round,
    sentAt: leadership.sentAt,
    ackRound: leadership.ackRound,
    ackVersion: leadership.ackVersion,
    nextHeartbeatAt: leadership.nextHeartbeatAt,
    since: leadership.since,
    answeredRound: leadership.answeredRound,
    answeredAt: leadership.answeredAt,
    seenAtRound: leadership.seenAtRound,
    wholeFrom: leadership.wholeFrom,
  };
  return Object.assign(copy, change);
}
