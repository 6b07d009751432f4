/**
 * The master is well, but a majority cannot have its lease renewed: the guard on its host does not
 * answer, or answers and refuses, or lost its rights. In the end the lease lapses, so the role moves
 * to where it can be renewed. One monitor's trouble never moves a master, nor does a busy host: the
 * guard must have been heard before, and have failed ever since. Nor does a host that is just back: its
 * Redis may answer before its guard does, so that counts from when the master was well again. Nor does a
 * monitor count that does not reach the master at all: what it cannot renew others may. That another node is master, too,
 * and waits for a person's word, keeps nobody's lease alive.
 */
import { isOwnTrouble } from "../health/own-network.ts";
import type { NodeVote } from "../health/types.ts";
import { isWellItself, type Verdict } from "../health/verdict.ts";
import { type FreshVote, freshVotes, isAnswering } from "../health/votes.ts";
import {
  type GroupPart,
  memberNames,
  quorumOf,
  type Vip,
  type VoteRecord,
  writerVip,
} from "../state.ts";
import type { Turn } from "../turn.ts";
import type { Call } from "./admission.ts";

const LEASE_SHARE = 0.6;
/** A move costs more than a slow answer: even a short lease is not worth one before this. */
const PATIENCE_MS = 1000;
/** In memory only: a majority and this leader have had trouble with the guard of a master that is well. */
const GUARD_LOST = "guard lost";

export function guardLoss(turn: Turn, group: GroupPart, verdict: Verdict): Call | null {
  const vip = writerVip(group);
  if (!isWellItself(verdict) || vip === undefined || !isKept(group, vip)) {
    turn.lasting(group.name, GUARD_LOST, false);
    return null;
  }
  const troubled = troubledBy(turn, group, verdict.master);
  if (!hasLasted(turn, group, vip, troubled)) return null;
  const votes = recordsOf(turn, troubled);
  const text = `${verdict.master} is up, but its lease cannot be renewed: its guard fails ${Object.keys(votes).join(", ")}`;
  return { cause: "guard", from: verdict.master, to: null, text, votes };
}

/** The monitors whose guard channel to this host does not do its work, though it once did. */
function troubledBy(turn: Turn, group: GroupPart, master: string): readonly FreshVote[] {
  const { evidence } = turn.local(group.name);
  return freshVotes(evidence, memberNames(turn.state.committed), master, turn.now).filter(
    ({ held: { vote } }) =>
      isAnswering(vote) &&
      vote.guard.problem !== null &&
      vote.guard.heardMs !== null &&
      !isOwnTrouble(vote),
  );
}

function isKept(group: GroupPart, vip: Vip): boolean {
  return group.backend === "nft" && (vip.kind === "hold" || vip.claimable);
}

/**
 * A majority has not heard it for long enough, or has heard nothing but refusals for as long. A leader
 * that has no trouble with it renews the lease, whatever the others say.
 */
function hasLasted(
  turn: Turn,
  group: GroupPart,
  vip: Vip,
  troubled: readonly FreshVote[],
): boolean {
  const limit = Math.max(vip.leaseMs * LEASE_SHARE, PATIENCE_MS);
  const quorum = quorumOf(memberNames(turn.state.committed).length);
  const own = troubled.some(({ monitor }) => monitor === turn.state.name);
  const agreed = own && troubled.length >= quorum;
  const lasted = turn.lasting(group.name, GUARD_LOST, agreed);
  if (!agreed) return false;
  const unheard = troubled.filter(({ held }) => isUnheard(held.vote, limit));
  return lasted > limit || unheard.length >= quorum;
}

/** That nothing was heard of a host while it was off says nothing of its guard. */
function isUnheard({ guard, sinceMs }: NodeVote, limit: number): boolean {
  return guard.heardMs !== null && Math.min(guard.heardMs, sinceMs) > limit;
}

function recordsOf(turn: Turn, troubled: readonly FreshVote[]): Record<string, VoteRecord> {
  const records = troubled.map(({ monitor, held }): [string, VoteRecord] => {
    const reason = `guard: ${held.vote.guard.problem}`;
    const ageMs = Math.round(turn.now - held.receivedAt);
    return [monitor, { vote: held.vote.vote, reason, ageMs }];
  });
  return Object.fromEntries(records);
}
