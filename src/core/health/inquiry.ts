/**
 * The case that a verdict is given on, and the possible verdicts. Each rule is a function of the
 * case that gives a verdict or passes it on.
 */
import type { Instant, MonitorName, NodeName } from "../ids.ts";
import type { GroupPart, VoteRecord } from "../state.ts";
import type { Rebirth } from "./reborn.ts";
import { recordsOf, type Tally } from "./tally.ts";
import type { Evidence, FreshVote } from "./votes.ts";

export interface Inquiry {
  readonly group: GroupPart;
  readonly master: NodeName;
  readonly members: readonly MonitorName[];
  readonly evidence: Evidence;
  readonly now: Instant;
  /** The writer's lease has run out: nothing is left for a replica's veto to protect. */
  readonly leaseRunOut: boolean;
  readonly masterForMs: number;
  readonly tally: Tally;
  /** Fresh votes on the master. */
  readonly votes: readonly FreshVote[];
  /** The highest offset seen under the current replication id, the present evidence included. */
  readonly highWater: number;
}

export type Rule = (inquiry: Inquiry) => Verdict | null;

/** Another node that calls itself master beside the group's one. */
export interface Stray {
  readonly node: NodeName;
  /** false: it was promoted and wrote nothing of its own since, so it can simply be repointed. */
  readonly ownWrites: boolean;
}

export type Verdict =
  | {
      readonly kind: "healthy";
      readonly master: NodeName;
      readonly tally: Tally;
      /** The master has a new replication id and all its data: extend the lineage. */
      readonly rebirth: "intact" | "renamed" | null;
      readonly text: string;
    }
  | {
      readonly kind: "suspect";
      readonly master: NodeName;
      readonly tally: Tally;
      /** It went back in time, or may have, and stays master all the same: raise an alarm. Or as of one that is healthy. */
      readonly rebirth: Rebirth | null;
      readonly text: string;
    }
  | {
      readonly kind: "master-down";
      readonly master: NodeName;
      readonly tally: Tally;
      readonly how: "refused" | "silent" | "busy" | "reborn";
      readonly votes: Readonly<Record<MonitorName, VoteRecord>>;
      readonly text: string;
    }
  | {
      readonly kind: "unreachable";
      readonly master: NodeName;
      readonly tally: Tally;
      readonly vetoedBy: readonly NodeName[];
      readonly votes: Readonly<Record<MonitorName, VoteRecord>>;
      readonly text: string;
    }
  | {
      /** The group's master became a replica, and nobody is master. */
      readonly kind: "no-master";
      readonly master: NodeName;
      readonly tally: Tally;
      readonly votes: Readonly<Record<MonitorName, VoteRecord>>;
      readonly text: string;
    }
  | {
      readonly kind: "two-masters";
      readonly master: NodeName;
      readonly tally: Tally;
      readonly others: readonly Stray[];
      /** Of the group's one. */
      readonly rebirth: Rebirth | null;
      readonly text: string;
    }
  | {
      readonly kind: "undecided";
      /** Somebody made this node master by hand, and the old one a replica; and who saw that. */
      readonly moved?: NodeName;
      readonly votes?: Readonly<Record<MonitorName, VoteRecord>>;
      readonly tally?: Tally;
      readonly text: string;
    };

/** Every member's vote on the master, as the verdict's evidence. */
export function votesOnMaster(inquiry: Inquiry): Readonly<Record<MonitorName, VoteRecord>> {
  return recordsOf(inquiry.evidence, inquiry.members, inquiry.master, inquiry.now);
}

/** The same, with the reason of those who saw what led to the verdict. */
export function votesOfWitnesses(
  inquiry: Inquiry,
  seenBy: readonly FreshVote[],
  reason: string,
): Readonly<Record<MonitorName, VoteRecord>> {
  const votes: Record<MonitorName, VoteRecord> = { ...votesOnMaster(inquiry) };
  for (const { monitor } of seenBy) {
    const vote = votes[monitor];
    if (vote !== undefined) votes[monitor] = { ...vote, reason };
  }
  return votes;
}

/** "mon1, mon2 (2 of 3)". */
export function showMonitors(monitors: readonly MonitorName[], tally: Tally): string {
  return `${monitors.join(", ")} (${monitors.length} of ${tally.members})`;
}
