/**
 * A leader whose host says that nobody listens there any more is not waited for.
 *
 * Like every election timeout this is about time alone: should the host be wrong, a majority still
 * hears the leader and refuses its votes. Each monitor must have been told so itself.
 */
import type { At, MonitorName } from "../ids.ts";
import { changedState } from "./changed.ts";
import { members } from "./cluster.ts";
import { type Step, still } from "./step.ts";
import type { ConsensusState } from "./types.ts";

/** Of the time between two heartbeats: so long until the others have most likely been told, too. */
const TOLD_SHARE = 0.25;

/** The next election is near; the heirs take turns, so that no two of them ask for the same votes. */
export function onGone(state: ConsensusState, name: MonitorName, at: At): Step {
  if (state.leader !== name || state.role !== "follower") return still(state);
  const heirs = members(state).filter((member) => member.name !== name);
  const turn = heirs.findIndex((member) => member.name === state.durable.name);
  if (turn < 0) return still(state);
  const soon = at.now + state.timers.heartbeatMs * (turn + TOLD_SHARE);
  const electionAt = Math.min(state.electionAt, soon);
  return still(changedState(state, { leader: null, isLeaderGone: true, electionAt }));
}
