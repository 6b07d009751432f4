/**
 * The master is well, but a majority cannot reach the guard on its host, so that its lease will run
 * out while Redis lives. Then the role moves before that happens. One monitor's trouble never
 * moves a master.
 */
import type { Verdict } from "../health/verdict.ts";
import { freshVotes } from "../health/votes.ts";
import { type GroupPart, quorumOf, type Vip, type VoteRecord, writerVip } from "../state.ts";
import type { Turn } from "../turn.ts";
import type { Call } from "./admission.ts";

const LEASE_SHARE = 0.6;

export function guardLoss(turn: Turn, group: GroupPart, verdict: Verdict): Call | null {
  const vip = writerVip(group);
  if (
    verdict.kind !== "healthy" ||
    vip === undefined ||
    group.backend !== "nft" ||
    (vip.kind !== "hold" && !vip.claimable)
  )
    return null;
  const members = (turn.state.committed?.cluster.members ?? []).map(({ name }) => name);
  const lost = freshVotes(
    turn.local(group.name).evidence,
    members,
    verdict.master,
    turn.now,
  ).filter(({ held }) => (held.vote.guard.heardMs ?? Infinity) > vip.leaseMs * LEASE_SHARE);
  const isLost = lost.length >= quorumOf(members.length);
  if (servedFor(turn, group, vip) <= vip.leaseMs * LEASE_SHARE) return null;
  const lasted = turn.lasting(group.name, "guard lost", isLost);
  // A monitor that has just started has heard no guard yet: that says something only after a while.
  const neverHeard = lost.some(({ held }) => held.vote.guard.heardMs === null);
  if (lasted <= (neverHeard ? vip.leaseMs * LEASE_SHARE : 0)) return null;
  const votes: Record<string, VoteRecord> = {};
  for (const { monitor, held } of lost) {
    votes[monitor] = {
      vote: held.vote.vote,
      reason: `guard: ${held.vote.guard.problem ?? "silent"}`,
      ageMs: Math.round(turn.now - held.receivedAt),
    };
  }
  const text = `${verdict.master} is up, but its guard is unreachable from ${Object.keys(votes).join(", ")}, so its lease cannot be renewed`;
  return { cause: "guard", from: verdict.master, to: null, text, votes };
}

/**
 * For how long this leader has known the holder to be this one. Others are looked at more seldom than
 * this rule needs, so that at first nobody has heard its guard lately.
 */
function servedFor(turn: Turn, group: GroupPart, vip: Vip): number {
  const times = group.nodes.map(({ name }) =>
    turn.lasting(group.name, `holder ${name}`, name === vip.node),
  );
  return Math.max(...times);
}
