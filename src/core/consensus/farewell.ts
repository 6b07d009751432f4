/**
 * Telling a monitor that it was removed. Nobody replicates to it any more, so it would go on asking
 * for votes that it cannot get, and keep watch over what is no longer its own.
 *
 * Whoever hears from it and knows the committed state without it sends that state. It takes it as it
 * would take it from the leader who proposed it: what is committed is contained in all that follows.
 */
import type { At, MonitorName } from "../ids.ts";
import { isNewer, sameStamp } from "../stamp.ts";
import { accept, commitUpTo } from "./accepted.ts";
import { clusterIdOf, clusterOf, isBound, membersIn } from "./cluster.ts";
import { adoptTerm, stepDown } from "./roles.ts";
import { wholeSlot } from "./slot.ts";
import { andThen, send, type Step, still } from "./step.ts";
import type { ConsensusEffect, ConsensusMessage, ConsensusState, Slot } from "./types.ts";

type Farewell = Extract<ConsensusMessage, { kind: "farewell" }>;

/** To a stranger that still has an older state of this cluster, or the one that left it out. */
export function bidFarewell(
  state: ConsensusState,
  to: MonitorName,
  message: ConsensusMessage,
): readonly ConsensusEffect[] {
  const { committed } = state;
  const { slot, storageId, kind } = message;
  if (committed === null || slot === null || kind === "farewell") return [];
  if (isNewer(slot, committed.stamp) || isBound(membersIn(committed), to, storageId)) return [];
  return [send(state, to, { kind: "farewell", delta: wholeSlot(committed) })];
}

export function onFarewell(
  state: ConsensusState,
  from: MonitorName,
  message: Farewell,
  at: At,
): Step {
  const { name, storageId, slot: own } = state.durable;
  const { stamp, parts, changed, base } = message.delta;
  const cluster = clusterOf(parts);
  if (base !== null || cluster === null || own === null) return still(state);
  const isOurs = cluster.clusterId === clusterIdOf(state);
  const isFromMember = isBound(cluster.members, from, message.storageId);
  const concernsUs = !isBound(cluster.members, name, storageId) && !isNewer(own.stamp, stamp);
  if (!isOurs || !isFromMember || !concernsUs) return still(state);
  return andThen(adoptTerm(state, stamp.term, at), (next) =>
    stepDown(decided(next, own, { stamp, parts, changed }), at, "no longer a member"),
  );
}

function decided(state: ConsensusState, own: Slot, slot: Slot): ConsensusState {
  const taken = sameStamp(own.stamp, slot.stamp) ? state : accept(state, slot);
  return commitUpTo(taken, slot.stamp);
}
