/**
 * When the monitor looks at everything again. Answers of probes, heartbeats and renewals come dozens
 * of times a second and hardly ever say anything new, so a calm monitor takes them in and reviews
 * what they add up to only now and then. What is news presses (`Turn.press`), and whoever has
 * something under way looks at every turn.
 */
import { wakeAt, wasRemoved } from "./consensus/consensus.ts";
import { TELL_EVERY_MS } from "./gossip.ts";
import type { Instant } from "./ids.ts";
import { nextPatrolAt } from "./patrol.ts";
import type { GroupPart } from "./state.ts";
import type { Turn } from "./turn.ts";
import { nextRenewalAt } from "./vip/driver.ts";
import { LEADER_SILENT_MS } from "./vip/failsafe.ts";

/** With something under way, or waited for. */
const BUSY_MS = 5;
/** With a node that is not well, or without a leader: limits of time are noticed this exactly. */
const UNEASY_MS = 20;
const CALM_MS = 100;
/** With nothing to do, until somebody adds this monitor again. */
const REMOVED_MS = 1000;
/** A node that is down for good is no news. */
const UNEASY_FOR_MS = 60_000;

export function isReviewDue(turn: Turn): boolean {
  const { reviewAt, leading } = turn.state;
  const isOtherRole = turn.established !== (leading !== null);
  return turn.isPressed || isOtherRole || turn.now >= reviewAt || isUnderWay(turn);
}

/** After a review: when the next one is due, whatever happens. */
export function nextReviewAt(turn: Turn): Instant {
  const { now, state } = turn;
  if (wasRemoved(state.consensus)) return now + REMOVED_MS;
  if (isUnderWay(turn)) return now + BUSY_MS;
  const pace = isUneasy(turn) ? now + UNEASY_MS : calmPace(turn);
  const renewal = state.leading === null ? Infinity : nextRenewalAt(turn);
  return Math.max(now, Math.min(pace, renewal, state.toldAt + TELL_EVERY_MS));
}

/** Together with the next probes, if they are not too near: one waking serves both. */
function calmPace(turn: Turn): Instant {
  const latest = turn.now + CALM_MS;
  const probes = nextPatrolAt(turn);
  return probes > turn.now + CALM_MS / 2 ? Math.min(probes, latest) : latest;
}

/** After any turn. */
export function nextWake(turn: Turn): Instant {
  const { now, state } = turn;
  const leaderLate = turn.leaderHeardAt + LEADER_SILENT_MS;
  return Math.max(
    now,
    Math.min(
      wakeAt(state.consensus),
      wasRemoved(state.consensus) ? Infinity : nextPatrolAt(turn),
      state.reviewAt,
      leaderLate > now ? leaderLate : Infinity,
    ),
  );
}

function isUnderWay(turn: Turn): boolean {
  const { state } = turn;
  if (state.waiting.length > 0) return true;
  if (!turn.established) return false;
  return !turn.settled || (state.committed?.groups.some(isMoving) ?? false);
}

function isMoving(group: GroupPart): boolean {
  return (
    group.operation !== null ||
    group.master === null ||
    group.vips.some(({ kind }) => kind === "move")
  );
}

function isUneasy(turn: Turn): boolean {
  if (turn.now - turn.leaderHeardAt > LEADER_SILENT_MS) return true;
  return Object.values(turn.state.groups).some(({ watches }) =>
    Object.values(watches).some(
      ({ opinion }) => opinion.vote !== "up" && turn.now - opinion.since < UNEASY_FOR_MS,
    ),
  );
}
