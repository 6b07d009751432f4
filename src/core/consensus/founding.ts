/**
 * Founding a cluster: the first state, made once, by one monitor, and passed on to the others.
 *
 * It binds a new cluster id and the disk of every member, and is durable before anybody hears of
 * it. Term 1 has no leader. Its only slot is the founding one, so any member may pass it on to a
 * member that is still empty, and a founder that dies early leaves nothing behind that cannot go on.
 */
import { derive } from "../entropy.ts";
import type { At, MonitorName } from "../ids.ts";
import { CLUSTER_PART, type ClusterPart, type Member, SCHEMA } from "../state.ts";
import { accept } from "./accepted.ts";
import { changedDurable, changedState } from "./changed.ts";
import { clusterIdOf, isBound, members } from "./cluster.ts";
import { ALL_PARDONED } from "./identity.ts";
import { electionTime, enterRole } from "./roles.ts";
import { wholeSlot } from "./slot.ts";
import { andThen, report, send, type Step, still } from "./step.ts";
import type { ConsensusEffect, ConsensusState, GenesisPlan, Part, Parts } from "./types.ts";

export type Presence = ConsensusState["present"][MonitorName];

/** A monitor is present for so long after its hello. */
export const PRESENT_MS = 3_000;
/** The stamp of the founding state. */
export const FOUNDING = { term: 1, version: 1 };
const CLUSTER_ID_SALT = 0x102;

/** Founds the cluster, if now is the time and this is the monitor to do it. */
export function maybeFound(state: ConsensusState, at: At): Step {
  const plan = state.genesis;
  if (plan === null || !mayFound(state) || !mustFound(state, plan, at)) return still(state);
  const cluster = foundingCluster(state, plan, at);
  const parts: Parts = { ...plan.groups, [CLUSTER_PART]: cluster as unknown as Part };
  const changed = Object.fromEntries(Object.keys(parts).map((name) => [name, FOUNDING]));
  const begun = belong(
    accept(state, { stamp: FOUNDING, parts, changed }),
    at,
    "founded the cluster",
  );
  return andThen(begun, (next) => ({
    state: next,
    effects: Object.keys(next.present).flatMap((peer) => passOn(next, peer)),
  }));
}

/**
 * Everybody that is configured is there; all are empty and have the same idea of how many they are, and
 * of what an earlier cluster left them: the one that founds must not be the one that was forgotten.
 * A data directory that was copied along with its machine counts for nobody.
 */
function mustFound(state: ConsensusState, plan: GenesisPlan, at: At): boolean {
  const present = presentPeers(state, at);
  const bequest = plan.bequest ?? null;
  const agree = present.every(
    ([, peer]) => peer.empty && peer.peers === plan.peers && peer.bequest === bequest,
  );
  const lowest = present.every(([name]) => state.durable.name < name);
  const known = present.every(([name]) => state.schemas[name] === SCHEMA);
  const disks = new Set([state.durable.storageId, ...present.map(([, peer]) => peer.storageId)]);
  const all = present.length === plan.peers && disks.size === plan.peers + 1;
  return all && agree && lowest && known;
}

/** What one remembers of a cluster, another that was restarted since may have forgotten. */
function mayFound(state: ConsensusState): boolean {
  return membersMet(state).length === 0 && witnessesHeard(state).length === 0;
}

/** Who is empty, too, and has met a cluster that has been led. */
export function witnessesHeard({ present }: ConsensusState): readonly MonitorName[] {
  return Object.keys(present).filter((name) => present[name]?.empty && present[name].met);
}

/**
 * Who was met that belongs to a cluster that has been led, configured here or not. Founders that were
 * all wiped, or removed, while others took their place would make a second cluster beside that one:
 * they are to be added to it.
 */
export function membersMet({ present }: ConsensusState): readonly MonitorName[] {
  return Object.keys(present).filter((name) => present[name]?.led != null);
}

/** A peer that says hello but is not configured here is a stranger. */
function presentPeers(
  state: ConsensusState,
  at: At,
): readonly (readonly [MonitorName, Presence])[] {
  return Object.entries(state.present).filter(
    ([name, peer]) => state.found[name] !== undefined && at.now - peer.at <= PRESENT_MS,
  );
}

function foundingCluster(state: ConsensusState, plan: GenesisPlan, at: At): ClusterPart {
  const { name, storageId } = state.durable;
  const peers = presentPeers(state, at).map(([peer, { storageId: disk, address }]) => ({
    name: peer,
    storageId: disk,
    address,
  }));
  const all: readonly Member[] = [{ name, storageId, address: plan.ownAddress }, ...peers];
  return {
    schema: SCHEMA,
    clusterId: (derive(at.entropy, CLUSTER_ID_SALT) || 1).toString(16).padStart(8, "0"),
    members: [...all].sort((a, b) => (a.name < b.name ? -1 : 1)),
    adopted: [],
    requests: [],
  };
}

/** From now on this monitor belongs to the cluster of its slot. */
export function belong(state: ConsensusState, at: At, reason: string): Step {
  const { term } = state.durable;
  const next = changedState(state, {
    durable: changedDurable(state.durable, { term: Math.max(term, FOUNDING.term) }),
    electionAt: electionTime(state.timers, at),
    ...ALL_PARDONED,
  });
  const names = members(next).map((member) => member.name);
  const clusterId = clusterIdOf(next);
  const entered = enterRole(next, "follower", reason);
  if (clusterId === null) return entered;
  return andThen(entered, (entry) => ({
    state: entry,
    effects: [report({ kind: "genesis", clusterId, members: names })],
  }));
}

/**
 * The newest state, to a member that was empty when it last said hello. In term 1 there is nobody
 * else to bring it; later a leader does. But one that dies while it adds a member may leave a state
 * behind that only the new member's vote can decide.
 */
export function passOn(state: ConsensusState, to: MonitorName): readonly ConsensusEffect[] {
  const { slot } = state.durable;
  const peer = state.present[to];
  if (slot === null || peer === undefined) return [];
  if (slot.stamp.term !== FOUNDING.term && state.leader !== null) return [];
  if (!peer.empty || !isBound(members(state), to, peer.storageId)) return [];
  return [send(state, to, { kind: "genesis", delta: wholeSlot(slot) })];
}
