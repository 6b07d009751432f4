/**
 * What is known of one host and one VIP, and the requests that can be made of the guard there.
 * Shared by the leader (`driver.ts` and its two ways, `gate.ts` and `plain.ts`) and by the keepers of
 * a lease (`failsafe.ts`).
 */
import { aheadMs } from "../beat.ts";
import type { NodeName } from "../ids.ts";
import type { Desk } from "../local.ts";
import { renewalIntervalMs } from "../settings.ts";
import type { Node, Vip } from "../state.ts";
import { isNewer, sameStamp } from "../stamp.ts";
import type { Turn } from "../turn.ts";
import type { Place } from "./desk.ts";
import type { GuardRequest, Token } from "./types.ts";

/** A permit is not relied on for the last tenth of its life: its clock runs on the host. */
export const PERMIT_SHARE = 0.9;

export interface DriverOptions {
  /** Whether a possible holder may be told to release already (a switchover blocks writes first). */
  readonly mayRelease: (vip: Vip, node: NodeName) => boolean;
}

/** One host, within one turn. */
export interface Stand extends Place {
  readonly turn: Turn;
  readonly desk: Desk;
  readonly options: DriverOptions;
  /** The group's hosts have no register: permanent addresses, as in 2011. */
  readonly plain: boolean;
}

// ——— what is known ———

export function clusterId(turn: Turn): string {
  return turn.state.committed?.cluster.clusterId ?? "";
}

export function mayOverwrite(turn: Turn, cluster: string): boolean {
  return (
    cluster === clusterId(turn) ||
    (turn.state.committed?.cluster.adopted.includes(cluster) ?? false)
  );
}

export function holdsEpoch(turn: Turn, vip: Vip, desk: Desk): boolean {
  const token = desk.view?.token;
  return (
    token?.kind === "epoch" &&
    token.cluster === clusterId(turn) &&
    sameStamp(token.epoch, vip.epoch)
  );
}

/** Whether the register may be brought to the committed epoch; if not, a new epoch is needed. */
export function isMarkable(turn: Turn, vip: Vip, desk: Desk): boolean {
  const token = desk.view?.token;
  if (token === undefined || token === null) return false;
  if (token.kind === "instance")
    return desk.instance !== null && isNewer(vip.epoch, desk.instance.under);
  return token.cluster !== clusterId(turn) || isNewer(vip.epoch, token.epoch);
}

export function shownSinceCommit(turn: Turn, place: Place, desk: Desk): boolean {
  const campaign = turn.campaign(place.group, place.vip.ip);
  const entry = campaign.epochs.find(({ epoch }) => sameStamp(epoch, place.vip.epoch));
  return desk.viewId >= (entry?.committedId ?? leadingFromId(turn));
}

export function leadingFromId(turn: Turn): number {
  return turn.state.leading?.fromId ?? Infinity;
}

export function isClaimDue(turn: Turn, vip: Vip, desk: Desk): boolean {
  if (desk.claimed === null || !sameStamp(desk.claimed.epoch, vip.epoch)) return true;
  if (desk.view !== null && desk.view.leaseMs === 0 && desk.viewAskedAt > desk.claimed.sentAt)
    return true;
  return turn.now - desk.claimed.sentAt >= renewalIntervalMs(vip.leaseMs) - aheadMs(turn);
}

/** A host that must not serve gives up whatever it shows; a possible holder even if it shows nothing. */
export function wantsRelease({ turn, group, vip, node, desk, options }: Stand): boolean {
  if (!options.mayRelease(vip, node.name)) return false;
  if (desk.view !== null && (desk.view.leaseMs > 0 || desk.view.addresses.length > 0)) return true;
  const released = turn.campaign(group, vip.ip).released[node.name];
  return vip.holders.includes(node.name) && !sameStamp(released ?? null, vip.epoch);
}

// ——— what can be asked ———

export function claimOf(turn: Turn, vip: Vip, node: Node, permit: number): GuardRequest {
  return {
    op: "claim",
    vip: vip.ip,
    cluster: turn.state.newest?.cluster.clusterId ?? "",
    epoch: vip.epoch,
    permit,
    next: turn.random(),
    ttlMs: vip.permitMs,
    leaseMs: vip.leaseMs,
    interface: node.interface,
  };
}

export function releaseOf(turn: Turn, vip: Vip, seen: Token | null = null): GuardRequest {
  return { op: "release", vip: vip.ip, cluster: clusterId(turn), epoch: vip.epoch, seen };
}
