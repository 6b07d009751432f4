/**
 * The count of health votes on one node. The only threshold is the majority of the *configured*
 * monitors: a monitor that is not heard counts against every conclusion, and one that abstains
 * counts for neither side. How long a silence has lasted is the verdict's business.
 */
import type { Instant, MonitorName, NodeName } from "../ids.ts";
import { quorumOf, type VoteRecord } from "../state.ts";
import type { VoteKind } from "./types.ts";
import { type Evidence, freshVotes } from "./votes.ts";

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
  /** Every member's vote as it was counted, for the journal. */
  readonly votes: Readonly<Record<MonitorName, VoteRecord>>;
}

export function tallyOf(
  evidence: Evidence,
  members: readonly MonitorName[],
  node: NodeName,
  now: Instant,
): Tally {
  const fresh = freshVotes(evidence, members, node, now);
  const count = (kind: VoteKind): number =>
    fresh.filter(({ held }) => held.vote.vote === kind).length;
  const quorum = quorumOf(members.length);
  const refused = count("refused");
  const silent = count("silent");
  return {
    up: count("up"),
    degraded: count("degraded"),
    refused,
    silent,
    abstain: count("abstain"),
    missing: members.length - fresh.length,
    members: members.length,
    quorum,
    down: refused >= quorum ? "refused" : refused + silent >= quorum ? "silent" : null,
    votes: recordsOf(evidence, members, node, now),
  };
}

function recordsOf(
  evidence: Evidence,
  members: readonly MonitorName[],
  node: NodeName,
  now: Instant,
): Readonly<Record<MonitorName, VoteRecord>> {
  const counted = new Set(freshVotes(evidence, members, node, now).map(({ monitor }) => monitor));
  return Object.fromEntries(
    members.map((monitor) => [
      monitor,
      recordOf(evidence[monitor]?.[node], counted.has(monitor), now),
    ]),
  );
}

function recordOf(
  held: Evidence[MonitorName][NodeName] | undefined,
  counted: boolean,
  now: Instant,
): VoteRecord {
  if (held === undefined) return { vote: "missing", reason: "never heard", ageMs: 0 };
  const ageMs = now - held.atLeast;
  if (counted) return { vote: held.vote.vote, reason: held.vote.reason, ageMs };
  const reason = held.vote.vote === "unknown" ? held.vote.reason : "too old";
  return { vote: "missing", reason, ageMs };
}
