/**
 * May a host take over that rule 11 has left out, or only reads? While the holder answers, such a host
 * is admitted in time. Once the holder is silent that ends: nobody `in` may be left who could show the
 * new epoch. But a failover asks for its successor only after every possible holder is proven empty, and
 * from then on no reader of an older epoch can renew anything anywhere. So the epoch that chooses the
 * successor may admit it (`movedTo`), if the proof does not need it: a release, a fence, or the waiting
 * time after the answer of another host.
 */
import type { Candidate } from "../health/eligibility.ts";
import type { NodeName } from "../ids.ts";
import { type GroupPart, type Vip, writerVip } from "../state.ts";
import type { Turn } from "../turn.ts";
import { proofOf } from "../vip/proofs.ts";
import { mayBeRead } from "../vip/strangers.ts";
import { heardWithin, proofContext } from "../vip/upkeep.ts";

/** A calm host is asked every one and a half seconds. */
const HEARD_MS = 2000;
/** As long as where registers tell: rule 11. */
const LOST_AFTER_MS = 3000;
/** The holder is asked several times a second: one that does not answer in this time lets nothing go. */
const HOLDER_HEARD_MS = 500;

/** For a failover that is yet to begin: it must not take the VIP away from where nothing proves it gone. */
export function withAdmittance(turn: Turn, group: GroupPart, candidate: Candidate): Candidate {
  const vip = writerVip(group);
  const provable = vip?.holders.every((holder) => isProvable(turn, group, vip, holder)) ?? true;
  return provable ? withGuardHeard(turn, group, candidate) : withGuardLost(turn, group, candidate);
}

/** For a failover that has begun, or that a person forces: the proof is waited for in any case. */
export function withGuardHeard(turn: Turn, group: GroupPart, candidate: Candidate): Candidate {
  const vip = writerVip(group);
  const readable = vip === undefined || mayBeRead(turn, group, vip, candidate.node);
  return {
    ...withGuardLost(turn, group, candidate),
    admissible: readable && heardWithin(turn, group, candidate.node, HEARD_MS),
  };
}

/** Without registers nobody is left out for its guard; and a claim that fails there is not taken elsewhere by itself. */
export function withGuardLost(turn: Turn, group: GroupPart, candidate: Candidate): Candidate {
  return { ...candidate, guardLost: isGuardLost(turn, group, candidate.node) };
}

export function isGuardLost(turn: Turn, group: GroupPart, node: NodeName): boolean {
  if (group.backend !== "off" || writerVip(group) === undefined) return false;
  return !heardWithin(turn, group, node, LOST_AFTER_MS);
}

function isProvable(turn: Turn, group: GroupPart, vip: Vip, holder: NodeName): boolean {
  if (group.settings.fenceCommand !== null || heardWithin(turn, group, holder, HOLDER_HEARD_MS))
    return true;
  if (proofOf(proofContext(turn, group, vip), holder) !== null) return true;
  const witnesses = Object.entries(vip.readSet).filter(
    ([name, state]) =>
      state === "in" && name !== holder && heardWithin(turn, group, name, HEARD_MS),
  );
  return vip.gated.includes(holder) && witnesses.length > 0;
}
