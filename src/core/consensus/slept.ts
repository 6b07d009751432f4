/**
 * A monitor that stood still heard nobody, and asked nobody: that says nothing of the others. So the leader has its
 * time to hear from a majority without what it slept through, and a follower its time to hear from the leader.
 * Where a whole cluster stood still, as on one machine that hosts it, nobody has to be elected then.
 *
 * Nothing that must be safe rests on these times: whoever led meanwhile answers the first round with a newer term.
 */
import { changedLeadership, changedState } from "./changed.ts";
import { silentSince } from "./leading.ts";
import { type Step, still } from "./step.ts";
import type { ConsensusState } from "./types.ts";

/**
 * For so long, up to now: called before anything else is taken in. In F or longer others were elected, as likely as not: who led then gives up its
 * office before it does anything.
 */
export function slept(state: ConsensusState, ms: number): Step {
  const { leadership, electionAt, isLeaderGone, timers } = state;
  if (ms >= timers.electionMs) return still(state);
  if (leadership !== null) {
    const rested = changedLeadership(leadership, { since: silentSince(leadership) + ms });
    return still(changedState(state, { leadership: rested }));
  }
  if (state.role !== "follower" || isLeaderGone) return still(state);
  return still(changedState(state, { electionAt: electionAt + ms }));
}
