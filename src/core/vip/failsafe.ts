/**
 * Rule 7: *any* monitor, with or without a leader, keeps the present holder's lease alive.
 *
 * Its evidence is not a majority but the registers themselves: its newest slot, committed or only
 * accepted, says `hold(Y)` under epoch e, and every node of e's read set showed exactly e *after*
 * Y's permit was known. Whoever moves the VIP marks those nodes first. It may renew or re-create
 * this one lease, nothing else.
 */
import type { JsonValue } from "../consensus/types.ts";
import type { GroupName, Instant, Ip, NodeName } from "../ids.ts";
import type { Desk } from "../local.ts";
import type { Committed, GroupPart, Vip } from "../state.ts";
import { rememberedPair, remembered } from "../remembered.ts";
import { renewalIntervalMs } from "../settings.ts";
import { nodeOf } from "../state.ts";
import { sameStamp } from "../stamp.ts";
import type { Turn } from "../turn.ts";
import { ask, isIdle, type Place } from "./desk.ts";
import { claimOf, isClaimDue, PERMIT_SHARE } from "./stand.ts";
import type { GuardRequest } from "./types.ts";

/** A follower steps in when it has heard no leader for this long … */
export const LEADER_SILENT_MS = 300;
/**
 * … or when the leader's own last renewal is older than this share of the lease. A renewal each
 * quarter, its way to the host and back, and the heartbeat that tells of it add up to 0.4 of a lease
 * of one second; what is left afterwards must suffice for a permit, the shows and the claim.
 */
const RENEWAL_AGE_SHARE = 0.5;
/** Of a short lease that share alone is over while the leader's next word is on its way. */
const ON_ITS_WAY_MS = 30;
const SHOW_EVERY_MS = 200;

/** As what a VIP goes in the note of the leader's heartbeats. */
export const renewalOf = rememberedPair((group, ip) => `${group}/${ip}`);
/** By that note: how long ago the last confirmed renewal was sent. A peer wrote it: there may be anything else. */
export function renewalAge(note: JsonValue, group: GroupName, ip: Ip): number | undefined {
  const age = (note as Readonly<Record<string, JsonValue>> | null)?.[renewalOf(group, ip)];
  return typeof age === "number" ? age : undefined;
}
const keptOf = remembered((ip) => `kept ${ip}`);

export function keepAlive(
  turn: Turn,
  state: Committed,
  leaderHeardAt: Instant,
  note: JsonValue,
): void {
  const silentMs = turn.now - leaderHeardAt;
  for (const group of state.groups) {
    if (group.settings.onQuorumLoss === "drop" || group.backend !== "nft") continue;
    for (const vip of group.vips) {
      const age = renewalAge(note, group.name, vip.ip);
      const late = age !== undefined && age + silentMs > ageLimitMs(turn, vip);
      if (silentMs > LEADER_SILENT_MS || late) keepVip({ turn, state, group, vip });
      else turn.lasting(group.name, keptOf(vip.ip), false);
    }
  }
}

/** A leader speaks with each heartbeat, and with each renewal: what it said last is as old as one of them is apart. */
function ageLimitMs(turn: Turn, { leaseMs }: Vip): number {
  const renewalMs = renewalIntervalMs(leaseMs);
  const silenceMs = Math.min(renewalMs, turn.state.consensus.timers.heartbeatMs);
  return Math.max(leaseMs * RENEWAL_AGE_SHARE, renewalMs + silenceMs + ON_ITS_WAY_MS);
}

/** One lease to be kept alive, within one turn. */
interface Keeping {
  readonly turn: Turn;
  readonly state: Committed;
  readonly group: GroupPart;
  readonly vip: Vip;
}

function keepVip(keeping: Keeping): void {
  const { turn, group, vip } = keeping;
  const holder = vip.kind === "hold" && vip.node !== null ? nodeOf(group, vip.node) : undefined;
  if (holder === undefined) return;
  const place: Place = { group: group.name, vip, node: holder };
  const desk = turn.desk(group.name, vip.ip, holder.name);
  if (!isClaimDue(turn, vip, desk)) return;
  const permit = usablePermit(turn, vip, desk);
  if (permit === null) {
    if (isIdle(desk, turn.now)) ask(turn, place, permitOf(keeping));
    return;
  }
  if (!readSetShows(keeping, permit.provenId) || !isIdle(desk, turn.now)) return;
  ask(turn, place, claimOf(turn, vip, holder, permit.id));
  if (turn.lasting(group.name, keptOf(vip.ip), true) > 0) return;
  const reason = "no leader renews its lease";
  turn.report({ kind: "vip.kept", group: group.name, vip: vip.ip, node: holder.name, reason });
}

function usablePermit(turn: Turn, vip: Vip, desk: Desk): NonNullable<Desk["permit"]> | null {
  const permit = desk.permit;
  if (permit === null || !sameStamp(permit.epoch, vip.epoch)) return null;
  return turn.now - permit.sentAt > vip.permitMs * PERMIT_SHARE ? null : permit;
}

function permitOf({ turn, state, vip }: Keeping): GuardRequest {
  const cluster = state.cluster.clusterId;
  const { ip, epoch, permitMs } = vip;
  return { op: "permit", vip: ip, cluster, epoch, permit: turn.random(), ttlMs: permitMs };
}

/** Whether every node that must be read showed exactly this epoch in answer to a request numbered
 * `since` or later; asks those that did not. */
function readSetShows(keeping: Keeping, since: number): boolean {
  const { turn, group, vip } = keeping;
  let all = true;
  for (const name of Object.keys(vip.readSet)) {
    if (name === vip.node) continue;
    const node = nodeOf(group, name);
    if (node !== undefined && showedEpoch(keeping, name, since)) continue;
    all = false;
    if (node !== undefined) askToShow(turn, { group: group.name, vip, node }, since);
  }
  return all;
}

function showedEpoch({ turn, state, group, vip }: Keeping, node: NodeName, since: number): boolean {
  const { view, viewId } = turn.desk(group.name, vip.ip, node);
  const token = view?.token;
  if (viewId < since || view?.gate !== "present" || token?.kind !== "epoch") return false;
  return token.cluster === state.cluster.clusterId && sameStamp(token.epoch, vip.epoch);
}

function askToShow(turn: Turn, place: Place, since: number): void {
  const desk = turn.desk(place.group, place.vip.ip, place.node.name);
  const recently = desk.viewId >= since && turn.now - desk.viewAskedAt < SHOW_EVERY_MS;
  if (!recently && isIdle(desk, turn.now)) ask(turn, place, { op: "show", vip: place.vip.ip });
}
