/**
 * When the monitor looks at everything again. Answers of probes, heartbeats and renewals come dozens
 * of times a second and hardly ever say anything new, so a calm monitor takes them in and reviews
 * what they add up to only now and then. What is news presses (`Turn.press`), and whoever has
 * something under way looks at every turn.
 */
import { wakeAt, wasRemoved } from "./consensus/consensus.ts";
import { TELL_EVERY_MS } from "./gossip.ts";
import type { Instant } from "./ids.ts";
import { nextLimitAt } from "./health/limits.ts";
import { nextPatrolAt, watchOf } from "./patrol.ts";
import type { GroupPart } from "./state.ts";
import type { Turn } from "./turn.ts";
import { nextRenewalAt } from "./vip/driver.ts";
import { LEADER_SILENT_MS } from "./vip/failsafe.ts";
import { guardHeardAt } from "./vip/upkeep.ts";

/** With something under way, or waited for. */
const BUSY_MS = 5;
/** With a node that is not well, or without a leader: limits of time are noticed this exactly. */
const UNEASY_MS = 20;
/** With a guard that is in trouble: how long that lasts may call for a move. */
const TROUBLED_MS = 100;
/** Nothing but votes that grow old; renewals have times of their own. */
const CALM_MS = TELL_EVERY_MS;
/** With nothing to do, until somebody adds this monitor again. */
const REMOVED_MS = 1000;
/** A node that is down for good is no news. */
const UNEASY_FOR_MS = 60_000;

export function isReviewDue(turn: Turn): boolean {
  const { reviewAt, leading } = turn.state;
  const isOtherRole = turn.established !== (leading !== null);
  if (turn.isPressed || isOtherRole || turn.now >= reviewAt) return true;
  return isUnderWay(turn);
}

/** After a review: when the next one is due, whatever happens. */
export function nextReviewAt(turn: Turn): Instant {
  const { now, state } = turn;
  if (wasRemoved(state.consensus)) return now + REMOVED_MS;
  if (isUnderWay(turn)) return now + BUSY_MS;
  // Nothing to watch and nothing to tell: it waits to be founded, or added.
  if (state.newest === null) return now + CALM_MS;
  const pace = now + (isUneasy(turn) ? UNEASY_MS : isTroubled(turn) ? TROUBLED_MS : CALM_MS);
  const renewal = state.leading === null ? Infinity : nextRenewalAt(turn);
  return Math.max(now, Math.min(pace, renewal, state.toldAt + TELL_EVERY_MS, limitAt(turn)));
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
    group.leaving === true ||
    group.vips.some(({ kind }) => kind === "move")
  );
}

/** Nobody leads; or this monitor does, and not all is well: it judges by more than votes. */
function isUneasy(turn: Turn): boolean {
  if (turn.now - turn.leaderHeardAt > LEADER_SILENT_MS) return true;
  if (turn.state.leading === null) return false;
  return Object.values(turn.state.groups).some(
    ({ verdict, watches }) =>
      verdict.kind !== "healthy" ||
      Object.values(watches).some(
        ({ opinion }) => opinion.vote !== "up" && turn.now - opinion.since < UNEASY_FOR_MS,
      ),
  );
}

/** When what this monitor says of a node passes a limit, if nothing is heard until then. */
function limitAt(turn: Turn): Instant {
  let next = Infinity;
  for (const group of turn.state.newest?.groups ?? []) {
    for (const { name } of group.nodes) {
      const guardAt = guardHeardAt(turn, group, name);
      const watch = watchOf(turn, group.name, name);
      next = Math.min(next, nextLimitAt(watch, guardAt, group.settings, turn.now));
    }
  }
  return next;
}

function isTroubled({ state }: Turn): boolean {
  return Object.values(state.groups).some(({ desks }) =>
    Object.values(desks).some((ofVip) =>
      Object.values(ofVip).some(({ problem, refusal }) => problem !== null || refusal !== null),
    ),
  );
}
