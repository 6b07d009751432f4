/**
 * When votes make a master down.
 *
 * refused: a majority had its kept connection closed and its reconnects refused. That is certain
 * enough to act at once, unless a replica says otherwise. silent: a majority had no answer for all
 * of `down_after`; a refusal is also a silence, so that three monitors which see three faces of
 * one dead host agree. Growing replicas veto both, until the writer's lease has run out.
 *
 * Whom a majority did not hear before it was master either counts as down only `down_after` later: its leader heard it, and
 * its replicas need a moment to follow it, and to veto.
 */
import type { Instant, MonitorName, NodeName } from "../ids.ts";
import { type Inquiry, type Rule, showMonitors, type Verdict, votesOnMaster } from "./inquiry.ts";
import type { NodeVote } from "./types.ts";
import type { FreshVote } from "./votes.ts";
import { testimonyOf } from "./witness.ts";

/**
 * A real death also breaks the replicas' links, which their next probe shows. While one still
 * stands after a refusal, it gets this long to show growth.
 */
const WITNESS_PATIENCE_MS = 300;

export const refusedByMajority: Rule = (inquiry) => {
  const { group, master, tally, now } = inquiry;
  const against = inquiry.votes.filter(
    ({ held: { vote } }) =>
      vote.vote === "refused" &&
      vote.sinceMs >= group.settings.restartGraceMs &&
      isOfItsTime(inquiry, vote.sinceMs),
  );
  if (against.length < tally.quorum) return null;
  const refusedAt = Math.min(...against.map(({ held }) => held.receivedAt - held.vote.sinceMs));
  if (!inquiry.leaseRunOut) {
    const { growing, linked } = testimonyOf(inquiry, master, refusedAt);
    if (growing.length > 0) return vetoed(inquiry, against, growing);
    if (linked.length > 0 && now - refusedAt < WITNESS_PATIENCE_MS) {
      const text = `${master} refuses ${show(inquiry, against)}, but the link of ${linked.join(", ")} to it still stands`;
      return { kind: "suspect", master, tally, rebirth: null, text };
    }
  }
  return down(inquiry, "refused", `${master} refuses connections: ${show(inquiry, against)}`);
};

export const silentToMajority: Rule = (inquiry) => {
  const { group, master, tally } = inquiry;
  const { downAfterMs, restartGraceMs } = group.settings;
  const against = inquiry.votes.filter(
    ({ held: { vote } }) =>
      quietMs(vote) >= downAfterMs &&
      isOfItsTime(inquiry, quietMs(vote)) &&
      (vote.vote === "silent" || vote.sinceMs >= restartGraceMs),
  );
  if (against.length < tally.quorum) return null;
  const { growing } = testimonyOf(inquiry, master, lastHeardAt(against));
  if (growing.length > 0 && !inquiry.leaseRunOut) return vetoed(inquiry, against, growing);
  const busy = against.filter(({ held }) => held.vote.reason === "busy");
  if (busy.length >= tally.quorum) {
    return down(
      inquiry,
      "busy",
      `${master} has been busy with a script for too long: ${show(inquiry, busy)}`,
    );
  }
  return down(
    inquiry,
    "silent",
    `${master} has not answered for ${downAfterMs} ms: ${show(inquiry, against)}`,
  );
};

function isOfItsTime({ group, masterForMs }: Inquiry, lastedMs: number): boolean {
  return lastedMs <= masterForMs || masterForMs >= group.settings.downAfterMs;
}

/** How long a monitor has been without an answer, up to the sending of its vote. */
function quietMs(vote: NodeVote): number {
  if (vote.vote === "silent") return vote.sinceMs;
  if (vote.vote === "refused") return Math.max(vote.sinceMs, vote.lastGoodMs ?? 0);
  return Number.NEGATIVE_INFINITY;
}

/** The last good reply to any of these monitors: only growth after it speaks against all of them. */
function lastHeardAt(against: readonly FreshVote[]): Instant {
  return Math.max(
    ...against.map(
      ({ held: { vote, receivedAt } }) => receivedAt - (vote.lastGoodMs ?? quietMs(vote)),
    ),
  );
}

function vetoed(
  inquiry: Inquiry,
  against: readonly FreshVote[],
  growing: readonly NodeName[],
): Verdict {
  const { master, tally } = inquiry;
  const text = `${master} is unreachable from ${show(inquiry, against)}, but ${growing.join(", ")} still receives its writes`;
  return {
    kind: "unreachable",
    master,
    tally,
    vetoedBy: growing,
    votes: votesOnMaster(inquiry),
    text,
  };
}

function down(inquiry: Inquiry, how: "refused" | "silent" | "busy", text: string): Verdict {
  const { master, tally } = inquiry;
  return { kind: "master-down", master, tally, how, votes: votesOnMaster(inquiry), text };
}

function show(inquiry: Inquiry, votes: readonly FreshVote[]): string {
  const monitors: readonly MonitorName[] = votes.map(({ monitor }) => monitor);
  return showMonitors(monitors, inquiry.tally);
}
