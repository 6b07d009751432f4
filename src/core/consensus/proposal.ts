/**
 * Proposing: the leader replaces the whole state. One bad reducer would destroy everything at once,
 * so what consensus itself rests on is checked here, and a violation is a fault of the program.
 */
import type { At, Instant } from "../ids.ts";
import { type ClusterPart, type Member, SCHEMA } from "../state.ts";
import type { Stamp } from "../stamp.ts";
import { accept, sameMembers } from "./accepted.ts";
import { changedLeadership, changedState } from "./changed.ts";
import { clusterOf } from "./cluster.ts";
import { replicate } from "./leading.ts";
import { nextSlot, removesPart } from "./slot.ts";
import { type Step, still } from "./step.ts";
import type { ConsensusState, Parts, Slot } from "./types.ts";

/** A leader whose own stamp is committed: it may act, propose, and change members. */
export function isEstablished(state: ConsensusState): boolean {
  return state.role === "leader" && state.commit?.term === state.durable.term;
}

/** When a leader was last known to be in office: this one, once it may act, by its own answered rounds. */
export function leaderKnownAt(state: ConsensusState): Instant {
  if (!isEstablished(state)) return state.heardLeaderAt;
  return state.leadership?.answeredAt ?? -Infinity;
}

export type Update = (parts: Parts, stamp: Stamp) => Parts;

/** @throws Error if this monitor may not propose, or if `update` breaks an invariant. */
export function proposeParts(state: ConsensusState, at: At, update: Update): Step {
  const { slot, term } = state.durable;
  if (slot === null || !isEstablished(state)) {
    throw new Error("only an established leader proposes");
  }
  const stamp = { term, version: slot.stamp.version + 1 };
  const next = nextSlot(slot, update(slot.parts, stamp), stamp);
  if (next === slot) return still(state);
  checkProposal(state, slot, next);
  const accepted = accept(state, next);
  return replicate(removesPart(slot.parts, next.parts) ? needsWhole(accepted) : accepted, at);
}

/** A difference cannot say that a part is gone. */
function needsWhole(state: ConsensusState): ConsensusState {
  const { leadership, durable } = state;
  if (leadership === null || durable.slot === null) return state;
  const wholeFrom = durable.slot.stamp.version;
  return changedState(state, { leadership: changedLeadership(leadership, { wholeFrom }) });
}

function checkProposal(state: ConsensusState, before: Slot, after: Slot): void {
  const was = clusterOf(before.parts);
  const is = clusterOf(after.parts);
  if (was === is) return;
  if (was === null || is === null) throw new Error("a proposal removed the cluster part");
  if (is.clusterId !== was.clusterId) {
    throw new Error(`a proposal changed the cluster id from ${was.clusterId} to ${is.clusterId}`);
  }
  checkSchema(state, was, is);
  checkMembers(was.members, is.members);
  if (!sameMembers(before, after) && !sameMembers(state.committed, before)) {
    throw new Error("a proposal changed the members before the last change was committed");
  }
}

/** An older monitor could not lead any more, so all members must know the schema before. */
function checkSchema(state: ConsensusState, was: ClusterPart, is: ClusterPart): void {
  if (is.schema === was.schema) return;
  const change = `a proposal changed the schema from ${was.schema} to ${is.schema}`;
  if (is.schema < was.schema) throw new Error(`${change}: it is never lowered`);
  const unready = is.members.find(({ name }) => {
    const known = name === state.durable.name ? SCHEMA : (state.schemas[name] ?? 0);
    return known < is.schema;
  });
  if (unready !== undefined) throw new Error(`${change}, which ${unready.name} does not know`);
}

/** One at a time: then any majority of the old members meets any majority of the new ones. */
function checkMembers(was: readonly Member[], is: readonly Member[]): void {
  if (is.length === 0) throw new Error("a proposal left no members");
  if (new Set(is.map(({ name }) => name)).size < is.length) {
    throw new Error("a proposal named a member twice");
  }
  if (new Set(is.map(({ storageId }) => storageId)).size < is.length) {
    throw new Error("a proposal gave one storage id to two members");
  }
  const changes = missing(was, is) + missing(is, was);
  if (changes > 1) {
    throw new Error(
      `a proposal changed ${changes} members at once; one disk is added or removed at a time`,
    );
  }
}

function missing(from: readonly Member[], to: readonly Member[]): number {
  const kept = new Set(to.map(({ name, storageId }) => `${name} ${storageId}`));
  return from.filter(({ name, storageId }) => !kept.has(`${name} ${storageId}`)).length;
}
