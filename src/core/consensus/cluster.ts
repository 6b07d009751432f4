/**
 * What consensus reads of the replicated state: the `cluster` part, and so who counts.
 *
 * Membership is a field of the state. The newest slot decides, committed or not, as in Raft's
 * single-server changes; a configuration file only proposes the first members.
 */
import type { ClusterId, MonitorName, StorageId } from "../ids.ts";
import { CLUSTER_PART, type ClusterPart, type Member, quorumOf, SCHEMA } from "../state.ts";
import { sameStamp } from "../stamp.ts";
import type { ConsensusState, Parts, Slot } from "./types.ts";

const NOBODY: readonly Member[] = [];

/** Parts are plain JSON to consensus; this is the one place where it looks into one. */
export function clusterOf(parts: Parts): ClusterPart | null {
  const part = parts[CLUSTER_PART];
  return part === undefined ? null : (part as unknown as ClusterPart);
}

/** Accepted, and perhaps never to be committed. */
export function newestSlot(state: ConsensusState): Slot | null {
  return state.durable.slot;
}

function newestCluster(state: ConsensusState): ClusterPart | null {
  const slot = newestSlot(state);
  return slot === null ? null : clusterOf(slot.parts);
}

export function clusterIdOf(state: ConsensusState): ClusterId | null {
  return newestCluster(state)?.clusterId ?? null;
}

export function membersIn(slot: Slot | null): readonly Member[] {
  return (slot && clusterOf(slot.parts)?.members) ?? NOBODY;
}

/** Of the newest slot; nobody while this monitor is empty. */
export function members(state: ConsensusState): readonly Member[] {
  return membersIn(newestSlot(state));
}

export function isBound(list: readonly Member[], name: MonitorName, storageId: StorageId): boolean {
  return list.some((member) => member.name === name && member.storageId === storageId);
}

export function isMember(state: ConsensusState, name: MonitorName): boolean {
  return members(state).some((member) => member.name === name);
}

/** Of what is not said for consensus; null: the speaker is of an earlier version, which does not tell its disk. */
export function isSaidByMember(
  state: ConsensusState,
  name: MonitorName,
  storageId: StorageId | null,
): boolean {
  return storageId === null ? isMember(state, name) : isBound(members(state), name, storageId);
}

export function isSelfMember(state: ConsensusState): boolean {
  return isBound(members(state), state.durable.name, state.durable.storageId);
}

/** Strangers that are remembered at a time, so that an operator can add them, or hear of them. */
const STRANGERS = 16;

/**
 * Whether something about this monitor may be kept: whoever may say any name must not fill the memory
 * of this one, nor crowd out those that were agreed on, are configured or are to be added.
 */
export function hasRoom(
  state: ConsensusState,
  known: Readonly<Record<MonitorName, unknown>>,
  name: MonitorName,
): boolean {
  if (known[name] !== undefined || state.found[name] !== undefined || isMember(state, name))
    return true;
  return Object.keys(known).length < STRANGERS;
}

/** It is decided that this monitor is no member: it has no say, and nothing to watch over. */
export function wasRemoved(state: ConsensusState): boolean {
  const { slot } = state.durable;
  if (slot === null || state.commit === null || isSelfMember(state)) return false;
  return sameStamp(slot.stamp, state.commit);
}

/**
 * Members other than this one that may be counted: one whose disk went back is not written to either. What
 * somebody else says under a member's name takes nothing from that member: a monitor that was replaced
 * elsewhere, and comes back where it was, would keep the new one from being counted.
 */
export function countedPeers(state: ConsensusState): readonly MonitorName[] {
  return members(state)
    .map((member) => member.name)
    .filter((name) => name !== state.durable.name && state.refused[name]?.kind !== "went-back");
}

/** It has replaced this monitor, which may still ask for votes: what this one does is not done by that one. */
function isNamesake({ durable }: ConsensusState, { name, storageId }: Member): boolean {
  return name === durable.name && storageId !== durable.storageId;
}

/** Distinct members among the names, against the quorum of all members. */
export function isMajority(state: ConsensusState, names: readonly MonitorName[]): boolean {
  const all = members(state);
  const counted = all.filter(
    (member) => names.includes(member.name) && !isNamesake(state, member),
  ).length;
  return all.length > 0 && counted >= quorumOf(all.length);
}

/** The largest value that a majority of the members has reached; 0 for none. */
export function reachedByMajority(
  state: ConsensusState,
  reached: (name: MonitorName) => number,
): number {
  const all = members(state);
  const values = all.map((member) => (isNamesake(state, member) ? 0 : reached(member.name)));
  const quorum = quorumOf(values.length);
  let best = 0;
  for (const value of values) {
    if (value > best && countFrom(values, value) >= quorum) best = value;
  }
  return best;
}

function countFrom(values: readonly number[], least: number): number {
  let count = 0;
  for (const value of values) if (value >= least) count += 1;
  return count;
}

/**
 * A monitor that does not know the state's schema must not lead, nor one that was removed. As long
 * as the removal may not be decided, though, it can be that only the removed one can decide it.
 */
export function mayCampaign(state: ConsensusState): boolean {
  const cluster = newestCluster(state);
  if (cluster === null || cluster.schema > SCHEMA) return false;
  return isSelfMember(state) || !sameStamp(state.durable.slot?.stamp ?? null, state.commit);
}
