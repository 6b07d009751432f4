/**
 * What all the evidence on a group's master adds up to. Rules are asked in order; the first that
 * has an opinion gives the verdict. Nothing is down without a majority of the configured monitors,
 * and whoever is not heard, or abstains, supports nothing.
 */
import type { Instant, MonitorName } from "../ids.ts";
import type { GroupPart } from "../state.ts";
import { refusedByMajority, silentToMajority } from "./down.ts";
import { type Inquiry, type Rule, showMonitors, type Verdict } from "./inquiry.ts";
import { nextHighWater } from "./lineage.ts";
import { describeRebirth, reborn, rebirthSeen, wholeRebirth } from "./rebirth-rules.ts";
import { masterDemoted, strayMasters } from "./roles.ts";
import { tallyOf } from "./tally.ts";
import { type Evidence, freshVotes, isDenying, presentInfos } from "./votes.ts";

export type { Stray, Verdict } from "./inquiry.ts";

export interface VerdictQuestion {
  readonly group: GroupPart;
  readonly members: readonly MonitorName[];
  readonly evidence: Evidence;
  readonly now: Instant;
  /** The writer's lease is known to have run out: no replica can veto any more. */
  readonly leaseRunOut: boolean;
  /** For how long the master has been it; absent: for long. */
  readonly masterForMs?: number;
}

const RULES: readonly Rule[] = [
  refusedByMajority,
  silentToMajority,
  masterDemoted,
  reborn,
  strayMasters,
  tooFewVotes,
  // What a majority saw the master lose is lost, whoever else does not reach it.
  doubtfulRebirth,
  someVotesAgainst,
  degraded,
];

export function verdictOf(question: VerdictQuestion): Verdict {
  const { master } = question.group;
  if (master === null) return { kind: "undecided", text: "no master has been adopted yet" };
  const inquiry = openInquiry(question, master);
  for (const rule of RULES) {
    const verdict = rule(inquiry);
    if (verdict !== null) return verdict;
  }
  return healthy(inquiry);
}

function openInquiry(question: VerdictQuestion, master: string): Inquiry {
  const { group, members, evidence, now } = question;
  const infos = presentInfos(evidence, group.nodes, now);
  return {
    group,
    members,
    evidence,
    now,
    leaseRunOut: question.leaseRunOut,
    masterForMs: question.masterForMs ?? Number.POSITIVE_INFINITY,
    master,
    tally: tallyOf(evidence, members, master, now),
    votes: freshVotes(evidence, members, master, now),
    highWater: nextHighWater(group.lineage, infos),
  };
}

function tooFewVotes({ tally, master, members }: Inquiry): Verdict | null {
  const { up, degraded: troubled, refused, silent, abstain, missing, quorum } = tally;
  if (up + troubled + refused + silent >= quorum) return null;
  const heard = members.length - missing;
  const abstained = abstain > 0 ? `, ${abstain} of them abstained` : "";
  const text = `${heard} of ${members.length} monitors have a view of ${master}${abstained}; ${quorum} votes are needed`;
  return { kind: "undecided", tally, text };
}

function someVotesAgainst(inquiry: Inquiry): Verdict | null {
  const { tally, master, votes } = inquiry;
  const against = votes.filter(({ held }) => isDenying(held.vote));
  if (against.length === 0) return null;
  const answered = votes.filter(
    (vote) => !against.includes(vote) && vote.held.vote.vote !== "abstain",
  );
  const seen =
    answered.length === 0 ? "" : `; seen by ${answered.map(({ monitor }) => monitor).join(", ")}`;
  const from = showMonitors(
    against.map(({ monitor }) => monitor),
    tally,
  );
  return suspect(inquiry, `${master} is unreachable from ${from}${seen}`);
}

/** It lost data, or may have, and is kept all the same. */
function doubtfulRebirth(inquiry: Inquiry): Verdict | null {
  const rebirth = rebirthSeen(inquiry)?.rebirth ?? null;
  if (rebirth !== "gone-back" && rebirth !== "unknown") return null;
  const why =
    inquiry.group.settings.onReboot === "wait" ? "on_reboot = wait" : "no replica could take over";
  return {
    ...suspect(inquiry, `${describeRebirth(inquiry, rebirth)}, and stays master: ${why}`),
    rebirth,
  };
}

function degraded(inquiry: Inquiry): Verdict | null {
  const { tally, votes, master } = inquiry;
  if (tally.up >= tally.quorum) return null;
  const reasons = new Set(votes.flatMap(({ held }) => held.vote.reason ?? []));
  return suspect(
    inquiry,
    `${master} answers, but does not serve as it should: ${[...reasons].join(", ")}`,
  );
}

function suspect(inquiry: Inquiry, text: string): Verdict & { kind: "suspect" } {
  const { master, tally } = inquiry;
  return { kind: "suspect", master, tally, rebirth: wholeRebirth(inquiry), text };
}

function healthy(inquiry: Inquiry): Verdict {
  const { master, tally } = inquiry;
  return {
    kind: "healthy",
    master,
    tally,
    rebirth: wholeRebirth(inquiry),
    text: `${master} is up: ${tally.up} of ${tally.members} monitors`,
  };
}

/** A majority finds it up, whatever a minority says; it has its data, and nobody else is master. */
export function isWell(verdict: Verdict): verdict is Verdict & { kind: "healthy" | "suspect" } {
  return verdict.kind !== "two-masters" && isWellItself(verdict);
}

/** The same, whoever else is master. */
export function isWellItself(
  verdict: Verdict,
): verdict is Verdict & { kind: "healthy" | "suspect" | "two-masters" } {
  if (!("rebirth" in verdict)) return false;
  const hasLost = verdict.rebirth === "gone-back" || verdict.rebirth === "unknown";
  return !hasLost && verdict.tally.up >= verdict.tally.quorum;
}
