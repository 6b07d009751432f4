/**
 * The count of health votes on one node. The only threshold is the majority of the *configured*
 * monitors: a monitor that is not heard counts against every conclusion, and one that abstains
 * counts for neither side. How long a silence has lasted is the verdict's business.
 */
import type { Instant, MonitorName, NodeName } from "../ids.ts";
import { quorumOf, type VoteRecord } from "../state.ts";
import type { HeldVote, VoteKind } from "./types.ts";
import { type Evidence, freshVotes, isCounted, isHearing } from "./votes.ts";

export interface Tally {
  readonly up: number;
  readonly degraded: number;
  readonly refused: number;
  readonly silent: number;
  readonly abstain: number;
  /** Never heard, stale, or without an opinion of its own. */
  readonly missing: number;
  readonly members: number;
  readonly quorum: number;
  /** What a majority says now, whatever its age: a refusal is also a silence. */
  readonly down: "refused" | "silent" | null;
}

export function tallyOf(
  evidence: Evidence,
  members: readonly MonitorName[],
  node: NodeName,
  now: Instant,
): Tally {
  const fresh = freshVotes(evidence, members, node, now);
  const count: Record<VoteKind, number> = {
    up: 0,
    degraded: 0,
    refused: 0,
    silent: 0,
    abstain: 0,
    unknown: 0,
  };
  for (const { held } of fresh) count[held.vote.vote] += 1;
  const { up, degraded, refused, silent, abstain } = count;
  const quorum = quorumOf(members.length);
  return {
    up,
    degraded,
    refused,
    silent,
    abstain,
    missing: members.length - fresh.length,
    members: members.length,
    quorum,
    down: refused >= quorum ? "refused" : refused + silent >= quorum ? "silent" : null,
  };
}

/** However well or badly it serves. */
export function isHeardByMajority(
  evidence: Evidence,
  members: readonly MonitorName[],
  node: NodeName,
  now: Instant,
): boolean {
  const hearing = freshVotes(evidence, members, node, now).filter(({ held }) =>
    isHearing(held.vote),
  );
  return hearing.length >= quorumOf(members.length);
}

/** Every member's vote as it was counted, for the journal. */
export function recordsOf(
  evidence: Evidence,
  members: readonly MonitorName[],
  node: NodeName,
  now: Instant,
): Readonly<Record<MonitorName, VoteRecord>> {
  const records: Record<MonitorName, VoteRecord> = {};
  for (const monitor of members) records[monitor] = recordOf(evidence[monitor]?.[node], now);
  return records;
}

function recordOf(held: HeldVote | undefined, now: Instant): VoteRecord {
  if (held === undefined) return { vote: "missing", reason: "never heard", ageMs: 0 };
  const ageMs = now - held.atLeast;
  if (isCounted(held, now)) return { vote: held.vote.vote, reason: held.vote.reason, ageMs };
  const reason = held.vote.vote === "unknown" ? held.vote.reason : "too old";
  return { vote: "missing", reason, ageMs };
}
