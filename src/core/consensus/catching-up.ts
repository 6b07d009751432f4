/**
 * The newest state, from whoever has it, to a member that lacks it and that no leader brings it to. Such a member
 * - was away while others were added. Whom it does not know it does not let in, and has no address to answer to: that one
 *   may be the leader, or a vote without which nobody is elected;
 * - or hears two whose votes it needs, and who do not hear each other. A leader that died had given something newer to one
 *   of them alone, who therefore can neither be elected nor vote.
 *
 * A stamp names one state, whoever brings it, and what a monitor has only grows: so this is as if the leader's own message
 * had come late. Nothing is committed by it, for a leader counts only what it was answered itself.
 */
import type { At, MonitorName } from "../ids.ts";
import { CLUSTER_PART } from "../state.ts";
import { isNewer, type Stamp } from "../stamp.ts";
import { accept } from "./accepted.ts";
import { clusterIdOf, clusterOf, isBound, members } from "./cluster.ts";
import { FOUNDING } from "./founding.ts";
import { adoptTerm, stepDown } from "./roles.ts";
import { wholeSlot } from "./slot.ts";
import { andThen, send, type Step, still } from "./step.ts";
import type { ConsensusEffect, ConsensusMessage, ConsensusState, Slot } from "./types.ts";

type Asking = Extract<ConsensusMessage, { kind: "pre-vote" }>;
type Bringing = Extract<ConsensusMessage, { kind: "genesis" }>;

/** To one that asks for a vote, with less. */
export function bringUp(
  state: ConsensusState,
  to: MonitorName,
  { slot: has, storageId }: Asking,
): readonly ConsensusEffect[] {
  const { slot } = state.durable;
  if (slot === null || has === null || !isNewer(slot.stamp, has)) return [];
  if (!isBound(members(state), to, storageId)) return [];
  const isLeaderless = state.role === "pre-candidate";
  return isLeaderless || lacksMembers(slot, has) ? [bring(state, to, slot)] : [];
}

/** To one from whom nothing was heard since the members changed: it may let this monitor in only then. */
export function introduce(state: ConsensusState, to: MonitorName): readonly ConsensusEffect[] {
  const { slot, acknowledged } = state.durable;
  if (slot === null || !lacksMembers(slot, acknowledged[to]?.slot)) return [];
  return [bring(state, to, slot)];
}

/** The founders stand in each other's files. */
function lacksMembers(slot: Slot, has: Stamp | undefined): boolean {
  const since = slot.changed[CLUSTER_PART];
  if (since === undefined || since.term === FOUNDING.term) return false;
  return has === undefined || isNewer(since, has);
}

function bring(state: ConsensusState, to: MonitorName, slot: Slot): ConsensusEffect {
  return send(state, to, { kind: "genesis", delta: wholeSlot(slot) });
}

/** To a member, by a member, by that very state: this monitor may not know who brings it. Nothing else is remembered of that one. */
export function onState(
  state: ConsensusState,
  from: MonitorName,
  { delta, storageId }: Bringing,
  at: At,
): Step {
  const { name, slot: own, storageId: ownId } = state.durable;
  const { base, stamp, parts, changed } = delta;
  const cluster = clusterOf(parts);
  if (own === null || base !== null || cluster === null) return still(state);
  const isOurs = cluster.clusterId === clusterIdOf(state);
  const isOfBoth =
    isBound(cluster.members, name, ownId) && isBound(cluster.members, from, storageId);
  if (!isOurs || !isOfBoth || !isNewer(stamp, own.stamp)) return still(state);
  return andThen(adoptTerm(state, stamp.term, at), (next) =>
    giveUp(accept(next, { stamp, parts, changed }), at),
  );
}

/**
 * A candidate of the very term in which somebody has made that state: another leads it. By the members of that state, of
 * whom several may be gone since, the few votes that it was given could be a majority.
 */
function giveUp(state: ConsensusState, at: At): Step {
  const { slot, term } = state.durable;
  const hasLost = state.role === "candidate" && slot?.stamp.term === term;
  return hasLost ? stepDown(state, at, "another leads this term") : still(state);
}
