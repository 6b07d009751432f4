/**
 * Roles and terms: the transitions that every other file shares.
 *
 *     empty ──genesis, or added as a member──▶ follower
 *     follower ──no leader for F + jitter, or it is gone──▶ pre-candidate ──majority would grant──▶ candidate
 *     candidate ──majority granted──▶ leader
 *     any but empty ──newer term, or a leader of this term──▶ follower
 *     leader ──no majority answered for F, or leadership handed over──▶ follower
 *
 * Pre-vote, check-quorum and withheld votes keep a leadership stable. Nothing that must be safe
 * rests on these times.
 */
import { deriveBelow } from "../entropy.ts";
import type { At, Instant } from "../ids.ts";
import { changedDurable, changedState } from "./changed.ts";
import { report, type Step, still } from "./step.ts";
import type { ConsensusState, ConsensusTimers, Role } from "./types.ts";

const JITTER_SALT = 0x101;

/**
 * One millisecond more than F: with exactly F, monitors that all heard the same heartbeat would
 * refuse each other for ever.
 */
export function electionTime(timers: ConsensusTimers, at: At): Instant {
  return at.now + timers.electionMs + 1 + jitter(timers, at);
}

/** A pre-vote changes nothing at anybody, so it may be asked again sooner than an election. */
export function preVoteRetryTime(timers: ConsensusTimers, at: At): Instant {
  return at.now + timers.heartbeatMs + 1 + jitter(timers, at);
}

function jitter(timers: ConsensusTimers, at: At): number {
  return deriveBelow(at.entropy, JITTER_SALT, timers.jitterMs + 1);
}

/**
 * A vote is withheld for F after a leader was heard, whatever the term says, unless its host says that
 * it is gone; a leader hears itself.
 */
export function withholdsVote(state: ConsensusState, at: At): boolean {
  if (state.role === "leader") return true;
  return !state.isLeaderGone && at.now - state.heardLeaderAt < state.timers.electionMs;
}

export function enterRole(state: ConsensusState, role: Role, reason: string): Step {
  if (state.role === role) return still(state);
  const { term } = state.durable;
  return {
    state: changedState(state, { role }),
    effects: [report({ kind: "role", role, term, reason })],
  };
}

/** An empty monitor stays empty. A leader that steps down has just heard a leader: itself. */
export function stepDown(state: ConsensusState, at: At, reason: string): Step {
  if (state.role === "empty" || state.role === "follower") return still(state);
  const quiet: ConsensusState =
    state.role === "leader"
      ? changedState(state, {
          leader: null,
          heardLeaderAt: at.now,
          isLeaderGone: false,
          electionAt: electionTime(state.timers, at),
        })
      : state;
  return enterRole(changedState(quiet, { votes: [], leadership: null }), "follower", reason);
}

/** The vote is cleared here and nowhere else: only when the term rises. */
export function adoptTerm(state: ConsensusState, term: number, at: At): Step {
  if (term <= state.durable.term) return still(state);
  const durable = changedDurable(state.durable, { term, votedFor: null });
  const next = changedState(state, { durable, leader: null, heardRound: 0 });
  return stepDown(next, at, `term ${term} has begun`);
}
