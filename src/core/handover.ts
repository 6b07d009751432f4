/**
 * A leader hands leadership over when another monitor is in a better place: one that reaches strictly more
 * masters, if this one has lost a master; one that does not say so and reaches no fewer, if this one's own
 * network is down (`ping_ips`); one that reaches no fewer, and a node that has to be set right, where this one does
 * not. It has led for a while by then, and nothing is under way, so that leadership never goes round in circles or
 * away from work that was begun.
 *
 * Or one that can do what this leader has to do and cannot: it is to fail a group over, or to keep its holder marked, and
 * does not reach what it takes (`operation/reach.ts`). Whoever takes over begins anew, waiting time and all, so this is done only by one
 * that can do nothing, for one that can; and by each monitor only so often, whatever the votes say.
 */
import { members, readyPeers, transfer } from "./consensus/consensus.ts";
import { isOwnTrouble } from "./health/own-network.ts";
import { FRESH_MS, isDenying, isReachedBy } from "./health/votes.ts";
import type { GroupName, MonitorName, NodeName } from "./ids.ts";
import { busyFor, chancesOf, isOutOfReach } from "./operation/reach.ts";
import { unrepaired } from "./operation/repair.ts";
import type { GroupPart } from "./state.ts";
import type { Turn } from "./turn.ts";

/** Leadership is handed over at most this often. */
const LEADS_AT_LEAST_MS = 30_000;
/** But sooner by one that hears no node: it can do nothing in office, and its heir hears some. */
const CUT_OFF_MS = 1000;
/** A blip is no reason. */
const UNREACHED_FOR_MS = 1000;
/** A copy of the master takes longer than that, but is no fault of the leader's: it reaches who copies. */
const UNREPAIRED_FOR_MS = 10_000;
/** By one monitor, for what it does not reach. */
const REACH_AT_MOST_EVERY_MS = 30_000;
/** What another group has under way is over by then, or waits for somebody. */
const OTHERS_FIRST_MS = 10_000;

export function considerHandover(turn: Turn): void {
  // Whoever leads no more proposes nothing: what this turn has decided would be lost, though it may have been told.
  if (turn.isProposing) return;
  const groups = turn.state.committed?.groups ?? [];
  if (handsOverForReach(turn, groups)) return;
  const { leading, waiting, network } = turn.state;
  const leadsAtLeastMs = network.is === "down" ? CUT_OFF_MS : LEADS_AT_LEAST_MS;
  if (leading === null || turn.now - leading.since < leadsAtLeastMs) return;
  const busy = waiting.length > 0 || groups.some(({ operation }) => operation !== null);
  if (busy || !turn.settled) return;
  const heir = heirOf(turn, groups);
  if (heir !== null) turn.consensus(transfer(turn.state.consensus, heir, turn.at));
}

/**
 * A leader that ends, so that nobody has to wait for an election. Nobody may be able to take over in this
 * turn, for a proposal is under way: it tries again in each, until it leads no more or is gone.
 */
export function handOverBeforeEnd(turn: Turn): void {
  if (!turn.established) return;
  const { consensus, peers } = turn.state;
  const heardAt = (peer: MonitorName): number => peers[peer]?.heardAt ?? -Infinity;
  const heir = readyPeers(consensus)
    .filter((peer) => turn.now - heardAt(peer) <= FRESH_MS)
    .toSorted(
      (a, b) => Number(isInPlace(turn, b)) - Number(isInPlace(turn, a)) || heardAt(b) - heardAt(a),
    )[0];
  if (heir !== undefined) turn.consensus(transfer(consensus, heir, turn.at));
}

function heirOf(turn: Turn, groups: readonly GroupPart[]): MonitorName | null {
  const { network, name, consensus } = turn.state;
  const isCutOff = network.is === "down";
  const isShort = isCutOff || groups.some((group) => hasLost(turn, group));
  const strays = straysOf(turn, groups);
  const missed = strays.filter(({ group, node }) => isMissed(turn, group, node, UNREPAIRED_FOR_MS));
  if (!isShort && missed.length === 0) return null;
  const own = mastersReached(turn, groups, name);
  // What this monitor misses for a moment it reaches.
  const ownRepairs = strays.length - missed.length;
  const ready = readyPeers(consensus);
  const reach = members(consensus)
    .filter((peer) => peer.name !== name && ready.includes(peer.name))
    .map((peer) => ({
      peer: peer.name,
      count: mastersReached(turn, groups, peer.name),
      repairs: strays.filter(({ group, node }) => isReached(turn, group, peer.name, node)).length,
      isInPlace: isInPlace(turn, peer.name),
    }));
  const heir = reach
    .filter(({ count, repairs, isInPlace }) => {
      const isNoWorse = isInPlace && count === own;
      return (isShort && count > own) || (isNoWorse && (isCutOff || repairs > ownRepairs));
    })
    .toSorted(
      (a, b) =>
        b.count - a.count || Number(b.isInPlace) - Number(a.isInPlace) || b.repairs - a.repairs,
    )[0];
  return heir?.peer ?? null;
}

function handsOverForReach(turn: Turn, groups: readonly GroupPart[]): boolean {
  const { consensus, handedOverAt } = turn.state;
  if (!groups.some((group) => isOutOfReach(turn, group)) || !turn.settled) return false;
  if (turn.now - handedOverAt < REACH_AT_MOST_EVERY_MS) return false;
  if (groups.some((group) => (busyFor(turn, group) ?? Infinity) < OTHERS_FIRST_MS)) return false;
  const heir = bestPlaced(turn, groups);
  if (heir === null) return false;
  turn.state.handedOverAt = turn.now;
  turn.consensus(transfer(consensus, heir, turn.at));
  return true;
}

/** Who could fail more groups over than this leader; of several, whoever has more nodes to choose from. */
function bestPlaced(turn: Turn, groups: readonly GroupPart[]): MonitorName | null {
  const prospects = (monitor: MonitorName) => {
    const chances = groups.map((group) => chancesOf(turn, group, monitor));
    const able = chances.filter((count) => count > 0).length;
    return { monitor, able, chances: chances.reduce((sum, count) => sum + count, 0) };
  };
  const own = prospects(turn.state.name);
  const best = readyPeers(turn.state.consensus)
    .filter((peer) => isInPlace(turn, peer))
    .map(prospects)
    .filter(({ able }) => able > own.able)
    .toSorted((a, b) => b.able - a.able || b.chances - a.chances)[0];
  return best?.monitor ?? null;
}

/** It is there, and does not take its own network for down: a word of long ago says neither. */
function isInPlace(turn: Turn, monitor: MonitorName): boolean {
  const peer = turn.state.peers[monitor];
  return peer !== undefined && turn.now - peer.heardAt <= FRESH_MS && peer.network !== "down";
}

/** This monitor has had no answer from the master for a while. */
function hasLost(turn: Turn, { name, master }: GroupPart): boolean {
  return master !== null && isMissed(turn, name, master, UNREACHED_FOR_MS);
}

/** What has not been set right for long, and should have been at once. */
function straysOf(
  turn: Turn,
  groups: readonly GroupPart[],
): readonly { readonly group: GroupName; readonly node: NodeName }[] {
  return groups.flatMap((group) =>
    unrepaired(turn, group, UNREPAIRED_FOR_MS).map((node) => ({ group: group.name, node })),
  );
}

function isMissed(turn: Turn, group: GroupName, node: NodeName, forMs: number): boolean {
  const held = turn.local(group).evidence[turn.state.name]?.[node];
  if (held === undefined) return false;
  return (isDenying(held.vote) || isOwnTrouble(held.vote)) && held.vote.sinceMs >= forMs;
}

function mastersReached(turn: Turn, groups: readonly GroupPart[], monitor: MonitorName): number {
  return groups.filter(
    ({ name, master }) => master !== null && isReached(turn, name, monitor, master),
  ).length;
}

function isReached(turn: Turn, group: GroupName, monitor: MonitorName, node: NodeName): boolean {
  return isReachedBy(turn.local(group).evidence, monitor, node, turn.now);
}
