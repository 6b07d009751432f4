/**
 * Hosts without the register: the address is permanent, as in 2011. Nothing fences a host that
 * cannot be reached; a holder leaves by an observed removal, or by a fence command that succeeds.
 */
import { sameStamp } from "../stamp.ts";
import { claimOf, releaseOf, type Stand, shownSinceCommit, wantsRelease } from "./stand.ts";
import type { GuardRequest } from "./types.ts";

export function plainStep(stand: Stand): GuardRequest | null {
  const { turn, vip, node } = stand;
  if (vip.node !== node.name) return wantsRelease(stand) ? releaseOf(turn, vip) : null;
  return isMissing(stand) ? claimNext(stand) : null;
}

/** The address is to be here, and is not, or nobody of this leadership saw to it yet. */
function isMissing({ vip, desk }: Stand): boolean {
  if (vip.kind !== "hold" && !vip.claimable) return false;
  const present = (desk.view?.addresses.length ?? 0) > 0;
  return !present || desk.claimed === null || !sameStamp(desk.claimed.epoch, vip.epoch);
}

/** What the host showed before the commit justifies nothing. */
function claimNext(stand: Stand): GuardRequest {
  const { turn, vip, node, desk } = stand;
  if (!shownSinceCommit(turn, stand, desk)) return { op: "show", vip: vip.ip };
  return claimOf(turn, vip, node, 0);
}

/**
 * No register refuses what an older leader asks for. So nothing is changed but on evidence begun after the host
 * showed what calls for it: who led once, and slept, finds the address where a newer leader wants it.
 */
export function isPlainlyJustified({ turn, group, desk }: Stand, { op }: GuardRequest): boolean {
  return op === "show" || turn.provenSince(group, desk.viewed);
}
