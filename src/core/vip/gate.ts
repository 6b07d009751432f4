/**
 * One step on a host with the register: install, mark, release; or, where the VIP is to be served,
 * permit and claim. Rules 2, 3, 4, 6 and 10.
 */
import type { Desk } from "../local.ts";
import type { Vip } from "../state.ts";
import { sameStamp } from "../stamp.ts";
import type { Turn } from "../turn.ts";
import type { Place } from "./desk.ts";
import {
  claimOf,
  clusterId,
  holdsEpoch,
  isClaimDue,
  isMarkable,
  mayOverwrite,
  PERMIT_SHARE,
  releaseOf,
  shownSinceCommit,
  type Stand,
  wantsRelease,
} from "./stand.ts";
import type { GuardRequest, Token } from "./types.ts";

export function gateStep(stand: Stand): GuardRequest | null {
  const { turn, vip, node, desk } = stand;
  const token = desk.view?.token ?? null;
  if (desk.view?.gate === "none") return null;
  if (desk.view?.gate !== "present" || token === null) return install(turn, vip);
  if (!mayOverwrite(turn, token.cluster)) return null;
  if (!holdsEpoch(turn, vip, desk)) return bringUp(stand, token);
  if (vip.node === node.name) return serve(turn, stand, desk);
  return wantsRelease(stand) ? releaseOf(turn, vip) : null;
}

function install(turn: Turn, vip: Vip): GuardRequest {
  return { op: "install", vip: vip.ip, cluster: clusterId(turn), instance: turn.random() };
}

/** Rules 2 and 3: only a committed epoch, from exactly what was seen, and never an older one. */
function bringUp(stand: Stand, seen: Token): GuardRequest | null {
  const { turn, vip, node, desk } = stand;
  if (!isMarkable(turn, vip, desk)) return null;
  const chosen = vip.node === node.name;
  if (!chosen && wantsRelease(stand)) return releaseOf(turn, vip, seen);
  // Rule 10: a holder that may be dead is sent only `show`; a mark that it answers late would
  // end the waiting time that runs against it.
  const mayServe = chosen && vip.kind === "hold";
  if (mayServe && !shownSinceCommit(turn, stand, desk)) return { op: "show", vip: vip.ip };
  const permit = chosen ? { id: turn.random(), ttlMs: vip.permitMs } : null;
  return {
    op: "mark",
    vip: vip.ip,
    cluster: clusterId(turn),
    seen,
    epoch: vip.epoch,
    gate: !mayServe,
    permit,
  };
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
  if (!isClaimDue(turn, vip, desk) || !turn.provenSince(place.group, permit.proven)) return null;
  return claimOf(turn, vip, node, permit.id);
}

function isSpent(turn: Turn, vip: Vip, permitSentAt: number): boolean {
  // Before a claim is allowed a permit is kept young, so that the claim need not wait for one.
  const share = vip.kind === "move" && !vip.claimable ? 0.5 : PERMIT_SHARE;
  return turn.now - permitSentAt > vip.permitMs * share;
}
