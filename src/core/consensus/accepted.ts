/**
 * Accepted and committed: how a monitor takes a newer slot, and how it learns that one is decided.
 *
 *     propose / append ──accept──▶ pending ──commitUpTo──▶ committed
 *
 * A commit may name a version older than the newest one, so accepted slots wait in `pending`.
 */
import type { MonitorName } from "../ids.ts";
import { sameStamp, type Stamp } from "../stamp.ts";
import { changedDurable, changedLeadership, changedState } from "./changed.ts";
import { membersIn } from "./cluster.ts";
import type { ConsensusState, Leadership, PeerRefusal, Slot } from "./types.ts";

/** Takes a newer slot. That it is newer is the caller's to know. */
export function accept(state: ConsensusState, slot: Slot): ConsensusState {
  const before = state.durable.slot;
  const last = state.pending.at(-1);
  const continues = last?.stamp.term === slot.stamp.term;
  const next = changedState(state, {
    durable: changedDurable(state.durable, { slot }),
    pending: continues ? [...state.pending, slot] : [slot],
  });
  if (sameMembers(before, slot)) return next;
  const kept = keptMembers(before, slot);
  return forgetReplaced(next, (name) => kept.has(name));
}

/** Whether the same disks count. Addresses do not matter. */
export function sameMembers(a: Slot | null, b: Slot | null): boolean {
  const left = membersIn(a);
  const right = membersIn(b);
  if (left === right) return true;
  return left.length === right.length && keptMembers(a, b).size === left.length;
}

function keptMembers(before: Slot | null, after: Slot | null): ReadonlySet<MonitorName> {
  const disks = new Map(membersIn(before).map((member) => [member.name, member.storageId]));
  const kept = membersIn(after).filter((member) => disks.get(member.name) === member.storageId);
  return new Set(kept.map((member) => member.name));
}

type Keep = (name: MonitorName) => boolean;

/** What is known of a peer is known of its disk: a replaced or a new member starts anew. */
function forgetReplaced(state: ConsensusState, keep: Keep): ConsensusState {
  const { durable, leadership } = state;
  return changedState(state, {
    durable: changedDurable(durable, { acknowledged: only(durable.acknowledged, keep) }),
    refused: only(wentBack(state.refused), keep),
    told: only(wentBack(state.told), keep),
    votes: state.votes.filter(keep),
    leadership: leadership && forgetAnswers(leadership, keep),
  });
}

/** The other refusals are judged anew with the next message. */
function wentBack(
  refused: Readonly<Record<MonitorName, PeerRefusal>>,
): Readonly<Record<MonitorName, PeerRefusal>> {
  return Object.fromEntries(Object.entries(refused).filter(([, why]) => why.kind === "went-back"));
}

function only<T>(
  record: Readonly<Record<MonitorName, T>>,
  keep: Keep,
): Readonly<Record<MonitorName, T>> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => keep(name)));
}

/** A leader stops counting what some peers answered. */
export function forgetAnswers(leadership: Leadership, keep: Keep): Leadership {
  return changedLeadership(leadership, {
    ackRound: only(leadership.ackRound, keep),
    ackVersion: only(leadership.ackVersion, keep),
    seenAtRound: only(leadership.seenAtRound, keep),
    underWay: only(leadership.underWay, keep),
  });
}

/**
 * The newest accepted slot of that term up to `stamp` is committed: later versions of a term
 * contain the earlier ones.
 */
export function commitUpTo(state: ConsensusState, stamp: Stamp): ConsensusState {
  const at = state.pending.findLastIndex(
    (slot) => slot.stamp.term === stamp.term && slot.stamp.version <= stamp.version,
  );
  const slot = state.pending[at];
  if (slot === undefined || sameStamp(slot.stamp, state.commit)) return state;
  return changedState(state, {
    commit: slot.stamp,
    committed: slot,
    pending: state.pending.slice(at + 1),
  });
}
