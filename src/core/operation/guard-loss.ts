/**
 * The master is well, but a majority cannot reach the guard on its host, so that nobody can renew its
 * lease. Then the role moves to where it can be. One monitor's trouble never moves a master, nor
 * does a busy host: the guard must have been heard before, and have failed to answer since.
 */
import type { NodeVote } from "../health/types.ts";
import type { Verdict } from "../health/verdict.ts";
import { freshVotes } from "../health/votes.ts";
import { type GroupPart, quorumOf, type Vip, type VoteRecord, writerVip } from "../state.ts";
import type { Turn } from "../turn.ts";
import type { Call } from "./admission.ts";

const LEASE_SHARE = 0.6;
/** A move costs more than a slow answer: even a short lease is not worth one before this. */
const PATIENCE_MS = 2000;

export function guardLoss(turn: Turn, group: GroupPart, verdict: Verdict): Call | null {
  const vip = writerVip(group);
  if (verdict.kind !== "healthy" || vip === undefined || !isKept(group, vip)) return null;
  const { evidence } = turn.local(group.name);
  const members = (turn.state.committed?.cluster.members ?? []).map(({ name }) => name);
  const lost = freshVotes(evidence, members, verdict.master, turn.now).filter(({ held }) =>
    hasLostGuard(held.vote, vip),
  );
  if (lost.length < quorumOf(members.length)) return null;
  const votes: Record<string, VoteRecord> = {};
  for (const { monitor, held } of lost) {
    const reason = `guard: ${held.vote.guard.problem}`;
    votes[monitor] = {
      vote: held.vote.vote,
      reason,
      ageMs: Math.round(turn.now - held.receivedAt),
    };
  }
  const text = `${verdict.master} is up, but its guard is unreachable from ${Object.keys(votes).join(", ")}, so its lease cannot be renewed`;
  return { cause: "guard", from: verdict.master, to: null, text, votes };
}

function isKept(group: GroupPart, vip: Vip): boolean {
  return group.backend === "nft" && (vip.kind === "hold" || vip.claimable);
}

function hasLostGuard({ guard }: NodeVote, vip: Vip): boolean {
  if (guard.problem === null || guard.heardMs === null) return false;
  return guard.heardMs > Math.max(vip.leaseMs * LEASE_SHARE, PATIENCE_MS);
}
