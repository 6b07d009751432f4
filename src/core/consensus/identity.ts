/**
 * Who may be counted. A member is bound to the random id of its disk, so a wiped monitor comes back
 * as a stranger; and a disk never goes back, so one that does was restored from a backup.
 *
 * Term and slot of a disk only grow, together. A message with less than the peer was seen to have
 * is therefore late, or from a restored disk: it is dropped in either case. Which of the two it is
 * matters only for telling a person, and is decided only when it is certain.
 *
 * This helps where somebody who remembers is asked. A restored monitor and a peer that never heard
 * of what it had acknowledged can still agree on something older: backups must not be put back.
 */
import type { ClusterId, MonitorName, StorageId } from "../ids.ts";
import type { Member } from "../state.ts";
import { isNewer, type Stamp } from "../stamp.ts";
import { forgetAnswers } from "./accepted.ts";
import { changedDurable, changedLeadership, changedState } from "./changed.ts";
import { clusterIdOf, clusterOf, hasRoom, isBound, members } from "./cluster.ts";
import { bidFarewell } from "./farewell.ts";
import { andThen, report, still, type Step } from "./step.ts";
import type { ConsensusMessage, ConsensusState, PeerRefusal } from "./types.ts";

/** `accepted`: the message may be acted on. */
export interface Judgement extends Step {
  readonly accepted: boolean;
}

/** Of whoever has just come to belong to a cluster: everybody is judged anew by its members. */
export const ALL_PARDONED = { refused: {}, told: {} };

/** For a monitor that is not empty: the rules of an empty one are in `genesis.ts`. */
export function judge(
  state: ConsensusState,
  from: MonitorName,
  message: ConsensusMessage,
): Judgement {
  if (isAskedByOneAhead(state, from, message)) return { state, effects: [], accepted: true };
  const why = refusalOf(state, from, message);
  if (why !== null) {
    const told = andThen(refuse(state, from, why), (next) => ({
      state: next,
      effects: isStrange(why) ? bidFarewell(next, from, message) : [],
    }));
    return { ...told, accepted: false };
  }
  // What is remembered of that name is of another disk, until the state that this message brings is taken.
  if (!isKnown(state, from, message)) return { state, effects: [], accepted: true };
  if (isLess(state, from, message)) return { state, effects: [], accepted: false };
  return { state: remember(pardon(state, from), from, message), effects: [], accepted: true };
}

/**
 * Whoever has a newer slot was given it by a leader, as a member in a state that this monitor has not heard of:
 * it was away, and its vote may be the one that a majority lacks. So, as in Raft, a vote needs no more than
 * that slot. Who counts it goes by its own members.
 */
function isAskedByOneAhead(
  state: ConsensusState,
  from: MonitorName,
  message: ConsensusMessage,
): boolean {
  const { kind, slot } = message;
  if (kind !== "pre-vote" && kind !== "vote") return false;
  const own = state.durable.slot;
  if (own === null || slot === null || !isNewer(slot, own.stamp)) return false;
  return !isKnown(state, from, message);
}

/** A member of the newest state that this monitor has. */
function isKnown(
  state: ConsensusState,
  from: MonitorName,
  { storageId }: ConsensusMessage,
): boolean {
  return isBound(members(state), from, storageId);
}

function isStrange({ kind }: PeerRefusal): boolean {
  return kind === "not-a-member" || kind === "storage-replaced";
}

function refusalOf(
  state: ConsensusState,
  from: MonitorName,
  message: ConsensusMessage,
): PeerRefusal | null {
  const clusterId = claimedCluster(message);
  if (clusterId !== null && clusterId !== clusterIdOf(state)) {
    return { kind: "foreign-cluster", clusterId };
  }
  if (!isKnown(state, from, message))
    return strangeness(membersLists(state, message), from, message.storageId);
  const known = state.refused[from];
  return known?.kind === "went-back" ? known : goneBack(state, from, message);
}

/** What the message itself says of the cluster it belongs to, if it does. */
function claimedCluster(message: ConsensusMessage): ClusterId | null {
  if (message.kind === "hello") return message.clusterId;
  if (message.kind !== "append" && message.kind !== "genesis") return null;
  return (message.delta && clusterOf(message.delta.parts)?.clusterId) ?? null;
}

/**
 * The members of the newest slot, and those of a newer one that the message brings: a leader may
 * have been added since, or be about to remove itself.
 */
function membersLists(
  state: ConsensusState,
  message: ConsensusMessage,
): readonly (readonly Member[])[] {
  const own = members(state);
  if (message.kind !== "append" || message.delta?.base !== null) return [own];
  const { stamp, parts } = message.delta;
  const slot = state.durable.slot;
  if (slot !== null && !isNewer(stamp, slot.stamp)) return [own];
  return [clusterOf(parts)?.members ?? [], own];
}

function strangeness(
  lists: readonly (readonly Member[])[],
  name: MonitorName,
  found: StorageId,
): PeerRefusal | null {
  if (lists.some((list) => isBound(list, name, found))) return null;
  const member = lists.flat().find((each) => each.name === name);
  if (member === undefined) return { kind: "not-a-member" };
  return { kind: "storage-replaced", expected: member.storageId, found };
}

function isOlder(has: Stamp | null, had: Stamp): boolean {
  return has === null || isNewer(had, has);
}

function isLess(state: ConsensusState, from: MonitorName, message: ConsensusMessage): boolean {
  const had = state.durable.acknowledged[from];
  return had !== undefined && (message.term < had.term || isOlder(message.slot, had.slot));
}

/**
 * Certain in two cases: the term grew while the slot shrank; or less is shown in the answer to a
 * round of this leadership that was sent after more had been seen.
 */
function goneBack(
  state: ConsensusState,
  from: MonitorName,
  message: ConsensusMessage,
): PeerRefusal | null {
  const had = state.durable.acknowledged[from];
  if (had === undefined || !isOlder(message.slot, had.slot)) return null;
  const certain = message.term > had.term || answersLaterRound(state, from, message);
  return certain ? { kind: "went-back", had: had.slot, has: message.slot } : null;
}

function answersLaterRound(
  state: ConsensusState,
  from: MonitorName,
  message: ConsensusMessage,
): boolean {
  const { leadership, durable } = state;
  if (leadership === null || message.kind !== "append-reply") return false;
  return message.term === durable.term && message.round > (leadership.seenAtRound[from] ?? 0);
}

/** Told once for each change of the reason. What a disk answered before it went back is no longer counted. */
export function refuse(state: ConsensusState, from: MonitorName, why: PeerRefusal): Step {
  if (sameRefusal(state.refused[from], why) || !hasRoom(state, state.refused, from))
    return still(state);
  const isNew = !sameRefusal(state.told[from], why);
  const next = changedState(state, {
    refused: { ...state.refused, [from]: why },
    told: isNew ? { ...state.told, [from]: why } : state.told,
  });
  return {
    state: why.kind === "went-back" ? withoutAnswersOf(next, from) : next,
    effects: isNew ? [report({ kind: "peer-refused", peer: from, why })] : [],
  };
}

function withoutAnswersOf(state: ConsensusState, peer: MonitorName): ConsensusState {
  const { leadership, votes } = state;
  return changedState(state, {
    votes: votes.filter((name) => name !== peer),
    leadership: leadership && forgetAnswers(leadership, (name) => name !== peer),
  });
}

function sameRefusal(known: PeerRefusal | undefined, why: PeerRefusal): boolean {
  if (known === undefined || known.kind !== why.kind) return false;
  if (known.kind === "storage-replaced" && why.kind === "storage-replaced") {
    return known.found === why.found && known.expected === why.expected;
  }
  if (known.kind === "foreign-cluster" && why.kind === "foreign-cluster") {
    return known.clusterId === why.clusterId;
  }
  if (known.kind === "other-import" && why.kind === "other-import") {
    return known.theirs === why.theirs;
  }
  return true;
}

/** Of another disk of its name, which may be heard again and again, it was told. */
export function pardon(state: ConsensusState, from: MonitorName): ConsensusState {
  const why = state.refused[from];
  if (why === undefined) return state;
  const { [from]: _, ...refused } = state.refused;
  const { [from]: __, ...others } = state.told;
  return changedState(state, { refused, told: isStrange(why) ? state.told : others });
}

/** Kept in memory at once, and on disk with the next thing that must be written anyway. */
function remember(
  state: ConsensusState,
  from: MonitorName,
  message: ConsensusMessage,
): ConsensusState {
  const { term, slot } = message;
  if (slot === null) return state;
  const had = state.durable.acknowledged[from];
  if (had !== undefined && term === had.term && !isNewer(slot, had.slot)) return state;
  const { durable, leadership } = state;
  const acknowledged = { ...durable.acknowledged, [from]: { term, slot } };
  const seenAtRound = leadership && { ...leadership.seenAtRound, [from]: leadership.round };
  return changedState(state, {
    durable: changedDurable(durable, { acknowledged }),
    leadership: leadership && seenAtRound && changedLeadership(leadership, { seenAtRound }),
  });
}
