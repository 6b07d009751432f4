/**
 * What a restart of the master leads to. A master that lost data is dead to us before its replicas
 * copy the loss: they were emptied 0.8 s after such a restart, so this is a race. But it is only
 * worth giving up if somebody has more: without an eligible replica it stays master.
 */
import type { NodeName } from "../ids.ts";
import { hasSuccessor } from "./facts.ts";
import {
  type Inquiry,
  type Rule,
  showMonitors,
  type Verdict,
  votesOfWitnesses,
} from "./inquiry.ts";
import { type Rebirth, rebirthOf } from "./reborn.ts";
import { FRESH_MS, type FreshVote, infoAgeMs, isAnswering } from "./votes.ts";

/** What a majority of monitors sees of the master's new life; null: the old life, or no agreement. */
export function rebirthSeen(
  inquiry: Inquiry,
): { rebirth: Rebirth; seenBy: readonly FreshVote[] } | null {
  const seen: { vote: FreshVote; rebirth: Rebirth }[] = [];
  for (const vote of inquiry.votes) {
    const rebirth = rebirthIn(inquiry, vote);
    if (rebirth !== null) seen.push({ vote, rebirth });
  }
  for (const { rebirth } of seen) {
    const seenBy = seen.filter((other) => other.rebirth === rebirth).map(({ vote }) => vote);
    if (seenBy.length >= inquiry.tally.quorum) return { rebirth, seenBy };
  }
  return null;
}

/**
 * A new name, and all its data. Whatever else is the matter with it: its replicas follow it under that name, and
 * are to be known by it.
 */
export function wholeRebirth(inquiry: Inquiry): "intact" | "renamed" | null {
  const rebirth = rebirthSeen(inquiry)?.rebirth ?? null;
  return rebirth === "intact" || rebirth === "renamed" ? rebirth : null;
}

function rebirthIn({ group, highWater, now }: Inquiry, { held }: FreshVote): Rebirth | null {
  const age = infoAgeMs(held, now);
  if (!isAnswering(held.vote) || held.vote.info === null || age === null || age > FRESH_MS)
    return null;
  return rebirthOf(held.vote.info, group.lineage, highWater);
}

export const reborn: Rule = (inquiry) => {
  const { group, evidence, now } = inquiry;
  const seen = rebirthSeen(inquiry);
  if (seen === null || !countsAsDown(inquiry, seen.rebirth, seen.seenBy)) return null;
  return hasSuccessor(group, evidence, now) ? lost(inquiry, seen.rebirth, seen.seenBy) : null;
};

/** `auto` gives up lost data only; `failover` any restarted master; `wait` none. */
function countsAsDown(inquiry: Inquiry, rebirth: Rebirth, seenBy: readonly FreshVote[]): boolean {
  const { onReboot } = inquiry.group.settings;
  if (onReboot === "wait" || rebirth === "renamed") return false;
  if (onReboot === "failover" || rebirth === "gone-back" || rebirth === "unknown") return true;
  return rebirth === "loading" && loadsTooLong(inquiry, seenBy);
}

/** It serves nobody while it loads: what a refusing or silent master is allowed, it is allowed too. */
function loadsTooLong({ group, tally }: Inquiry, seenBy: readonly FreshVote[]): boolean {
  const { restartGraceMs, downAfterMs } = group.settings;
  const patience = restartGraceMs + downAfterMs;
  const long = seenBy.filter(
    ({ held: { vote } }) => vote.reason === "loading" && vote.sinceMs >= patience,
  );
  return long.length >= tally.quorum;
}

const WHAT: Readonly<Record<Rebirth, string>> = {
  loading: "and is still loading",
  intact: "with all its data",
  renamed: "under a new replication id",
  "gone-back": "without its newest data",
  unknown: "and does not say whether its data are complete",
};

function lost(inquiry: Inquiry, rebirth: Rebirth, seenBy: readonly FreshVote[]): Verdict {
  const { master, tally } = inquiry;
  const votes = votesOfWitnesses(inquiry, seenBy, `reborn: ${rebirth}`);
  const monitors = seenBy.map(({ monitor }) => monitor);
  const text = `${describeRebirth(inquiry, rebirth)}: ${showMonitors(monitors, tally)}`;
  return { kind: "master-down", master, tally, how: "reborn", votes, text };
}

export function describeRebirth(
  { master }: { readonly master: NodeName },
  rebirth: Rebirth,
): string {
  return `${master} was restarted ${WHAT[rebirth]}`;
}
