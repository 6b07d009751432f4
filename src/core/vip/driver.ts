/**
 * The leader's care for one VIP, level-triggered: looks at the committed state and at what each
 * host last showed, and asks each host for the one thing that brings it closer.
 *
 * It decides nothing about who should serve. Operations, membership and the readers' assignment
 * commit that; this file makes the hosts agree with it, and gathers the proofs.
 */
import type { NodeName } from "../ids.ts";
import type { Desk } from "../local.ts";
import { renewalIntervalMs } from "../settings.ts";
import type { GroupPart, Node, Vip } from "../state.ts";
import { isNewer, sameStamp } from "../stamp.ts";
import { isOurs, type Turn } from "../turn.ts";
import { ask, isIdle, type Place } from "./desk.ts";
import { withEpoch } from "./proofs.ts";
import type { GuardRequest } from "./types.ts";

/** A register that nothing is asked of is looked at this often; while proofs are awaited, oftener. */
const SHOW_EVERY_MS = 1000;
const SHOW_EVERY_BUSY_MS = 250;
/** A permit is not relied on for the last tenth of its life: its clock runs on the host. */
const PERMIT_SHARE = 0.9;

export interface DriverOptions {
  /** Whether a possible holder may be told to release already (a switchover blocks writes first). */
  readonly mayRelease: (vip: Vip, node: NodeName) => boolean;
}

/** Asks every idle host of the group for its next step towards `vip`. */
export function driveVip(turn: Turn, group: GroupPart, vip: Vip, options: DriverOptions): void {
  if (isOurs(turn, vip.epoch)) {
    turn.setCampaign(
      group.name,
      vip.ip,
      withEpoch(turn.campaign(group.name, vip.ip), vip.epoch, turn.state.nextId),
    );
  }
  const changing = isChanging(turn, group, vip);
  for (const node of group.nodes) {
    if (changing && node.name === vip.node) continue;
    const place: Place = { group: group.name, vip, node };
    const desk = turn.desk(group.name, vip.ip, node.name);
    if (!isIdle(desk, turn.now)) continue;
    const request = nextRequest(turn, group, place, desk, options);
    if (request !== null) ask(turn, place, request);
  }
}

/** Another epoch is proposed already: a renewal now would only lengthen the wait for its proof. */
function isChanging(turn: Turn, group: GroupPart, vip: Vip): boolean {
  const newest = turn.state.newest?.groups.find((part) => part.name === group.name);
  const next = newest?.vips.find(({ ip }) => ip === vip.ip);
  return next !== undefined && !sameStamp(next.epoch, vip.epoch);
}

function nextRequest(
  turn: Turn,
  group: GroupPart,
  place: Place,
  desk: Desk,
  options: DriverOptions,
): GuardRequest | null {
  const { vip } = place;
  const show: GuardRequest = { op: "show", vip: vip.ip };
  if (desk.view === null || desk.viewId < leadingFromId(turn)) return show;
  if (vip.kind === "unclaimed") return isDue(turn, desk, vip) ? show : null;
  const step =
    group.backend === "off"
      ? plainStep(turn, place, desk, options)
      : gateStep(turn, place, desk, options);
  return step ?? (isDue(turn, desk, vip) ? show : null);
}

function isDue(turn: Turn, desk: Desk, vip: Vip): boolean {
  const every = vip.kind === "hold" ? SHOW_EVERY_MS : SHOW_EVERY_BUSY_MS;
  return turn.now - desk.viewAskedAt >= every;
}

// ——— with the register ———

function gateStep(
  turn: Turn,
  place: Place,
  desk: Desk,
  options: DriverOptions,
): GuardRequest | null {
  const { vip, node } = place;
  const token = desk.view?.token ?? null;
  if (desk.view?.gate === "none") return null;
  if (desk.view?.gate !== "present" || token === null) return install(turn, vip);
  if (!mayOverwrite(turn, token.cluster)) return null;
  if (!holdsEpoch(turn, vip, desk)) return mark(turn, place, desk);
  if (vip.node === node.name) return serve(turn, place, desk);
  return wantsRelease(turn, place, desk, options) ? releaseOf(turn, vip) : null;
}

function clusterId(turn: Turn): string {
  return turn.state.committed?.cluster.clusterId ?? "";
}

export function mayOverwrite(turn: Turn, cluster: string): boolean {
  return (
    cluster === clusterId(turn) ||
    (turn.state.committed?.cluster.adopted.includes(cluster) ?? false)
  );
}

function install(turn: Turn, vip: Vip): GuardRequest {
  return { op: "install", vip: vip.ip, cluster: clusterId(turn), instance: turn.random() };
}

export function holdsEpoch(turn: Turn, vip: Vip, desk: Desk): boolean {
  const token = desk.view?.token;
  return (
    token?.kind === "epoch" &&
    token.cluster === clusterId(turn) &&
    sameStamp(token.epoch, vip.epoch)
  );
}

/** Rules 2 and 3: only a committed epoch, from exactly what was seen, and never an older one. */
function mark(turn: Turn, place: Place, desk: Desk): GuardRequest | null {
  const { vip, node } = place;
  const token = desk.view?.token ?? null;
  if (token === null || !isMarkable(turn, vip, desk)) return null;
  const chosen = vip.node === node.name;
  // Rule 10: a holder that may be dead is sent only `show`; a mark that it answers late would
  // end the waiting time that runs against it.
  if (chosen && !shownSinceCommit(turn, place, desk)) return { op: "show", vip: vip.ip };
  const permit = chosen ? { id: turn.random(), ttlMs: vip.permitMs } : null;
  return {
    op: "mark",
    vip: vip.ip,
    cluster: clusterId(turn),
    seen: token,
    epoch: vip.epoch,
    gate: !chosen,
    permit,
  };
}

/** Whether the register may be brought to the committed epoch; if not, a new epoch is needed. */
export function isMarkable(turn: Turn, vip: Vip, desk: Desk): boolean {
  const token = desk.view?.token;
  if (token === undefined || token === null) return false;
  if (token.kind === "instance")
    return desk.instance !== null && isNewer(vip.epoch, desk.instance.under);
  return token.cluster !== clusterId(turn) || isNewer(vip.epoch, token.epoch);
}

function shownSinceCommit(turn: Turn, place: Place, desk: Desk): boolean {
  const campaign = turn.campaign(place.group, place.vip.ip);
  const entry = campaign.epochs.find(({ epoch }) => sameStamp(epoch, place.vip.epoch));
  return desk.viewId >= (entry?.committedId ?? leadingFromId(turn));
}

function leadingFromId(turn: Turn): number {
  return turn.state.leading?.fromId ?? Infinity;
}

/** Rule 4 and 6: permit, then evidence begun after its reply, then the claim. A renewal is a claim. */
function serve(turn: Turn, place: Place, desk: Desk): GuardRequest | null {
  const { vip, node } = place;
  const permit = desk.permit;
  if (permit === null || !sameStamp(permit.epoch, vip.epoch) || isSpent(turn, vip, permit.sentAt)) {
    return {
      op: "permit",
      vip: vip.ip,
      cluster: clusterId(turn),
      epoch: vip.epoch,
      permit: turn.random(),
      ttlMs: vip.permitMs,
    };
  }
  if (vip.kind === "move" && !vip.claimable) return null;
  if (!isClaimDue(turn, vip, desk) || !turn.provenSince(permit.proven)) return null;
  return claimOf(turn, vip, node, permit.id);
}

function isSpent(turn: Turn, vip: Vip, permitSentAt: number): boolean {
  // Before a claim is allowed a permit is kept young, so that the claim need not wait for one.
  const share = vip.kind === "move" && !vip.claimable ? 0.5 : PERMIT_SHARE;
  return turn.now - permitSentAt > vip.permitMs * share;
}

export function isClaimDue(turn: Turn, vip: Vip, desk: Desk): boolean {
  if (desk.claimed === null || !sameStamp(desk.claimed.epoch, vip.epoch)) return true;
  if (desk.view !== null && desk.view.leaseMs === 0 && desk.viewAskedAt > desk.claimed.sentAt)
    return true;
  return turn.now - desk.claimed.sentAt >= renewalIntervalMs(vip.leaseMs);
}

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

/** A host that must not serve gives up whatever it shows; a possible holder even if it shows nothing. */
function wantsRelease(turn: Turn, place: Place, desk: Desk, options: DriverOptions): boolean {
  const { group, vip, node } = place;
  if (!options.mayRelease(vip, node.name)) return false;
  if (shows(desk)) return true;
  const released = turn.campaign(group, vip.ip).released[node.name];
  return vip.holders.includes(node.name) && !sameStamp(released ?? null, vip.epoch);
}

function shows(desk: Desk): boolean {
  return desk.view !== null && (desk.view.leaseMs > 0 || desk.view.addresses.length > 0);
}

function releaseOf(turn: Turn, vip: Vip): GuardRequest {
  return { op: "release", vip: vip.ip, cluster: clusterId(turn), epoch: vip.epoch };
}

// ——— without the register: permanent addresses, as in 2011 ———

function plainStep(
  turn: Turn,
  place: Place,
  desk: Desk,
  options: DriverOptions,
): GuardRequest | null {
  const { vip, node } = place;
  const present = (desk.view?.addresses.length ?? 0) > 0;
  if (vip.node !== node.name) {
    const wanted =
      (present || vip.holders.includes(node.name)) && options.mayRelease(vip, node.name);
    const released = turn.campaign(place.group, vip.ip).released[node.name];
    return wanted && (present || !sameStamp(released ?? null, vip.epoch))
      ? releaseOf(turn, vip)
      : null;
  }
  const allowed = vip.kind === "hold" || vip.claimable;
  const confirmed = desk.claimed !== null && sameStamp(desk.claimed.epoch, vip.epoch);
  if (!allowed || (present && confirmed)) return null;
  if (!shownSinceCommit(turn, place, desk)) return { op: "show", vip: vip.ip };
  return turn.provenSince({ term: turn.term, round: 0 }) ? claimOf(turn, vip, node, 0) : null;
}
