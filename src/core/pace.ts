/**
 * When the monitor looks at everything again. Answers of probes, heartbeats and renewals come dozens
 * of times a second and hardly ever say anything new, so a monitor takes them in and reviews what they
 * add up to only now and then. What is new (`news.ts`) is looked at in the same turn. Each group has a
 * pace of its own, which is quick while something is under way, and slower the more groups are in a hurry:
 * a leader that looks at a hundred of them all the time has none left for its office.
 */
import { aheadMs } from "./beat.ts";
import { wakeAt, wasRemoved } from "./consensus/consensus.ts";
import { TELL_EVERY_MS } from "./gossip.ts";
import type { GroupName, Instant } from "./ids.ts";
import { nextLimitAt } from "./health/limits.ts";
import { isSwitching } from "./health/scrutiny.ts";
import { leadersOwn, unheardLimitsOf } from "./health/news.ts";
import { isSilent, nextPatrolAt, watchOf } from "./patrol.ts";
import { groupIn, type GroupPart } from "./state.ts";
import type { Turn } from "./turn.ts";
import { nextRenewalAt } from "./vip/driver.ts";
import { LEADER_SILENT_MS } from "./vip/failsafe.ts";
import { guardHeardAt } from "./vip/upkeep.ts";

/** With something under way, or waited for: what is to be done is news as a rule, and done at once. */
const BUSY_MS = 5;
/** What has been under way for so long waits, for a host or for a person: hours, perhaps. */
const WAITS_AFTER_MS = 10_000;
/** Of the groups that are in a hurry one is looked at each so long, in the mean. */
const HURRY_SHARE_MS = 4;
/** With something that waits, a node that is not well, or without a leader: limits of time are noticed this exactly. */
const UNEASY_MS = 20;
/** With a guard that is in trouble: how long that lasts may call for a move. */
const TROUBLED_MS = 100;
/** Nothing but votes that grow old; renewals have times of their own. */
const CALM_MS = TELL_EVERY_MS;
/** With nothing to do, until somebody adds this monitor again. */
const REMOVED_MS = 1000;
/** A node that is down for good is no news. */
const UNEASY_FOR_MS = 60_000;

/** The groups that a review looks at: each at its own pace, so that none pays for another. */
export function groupsDue(turn: Turn): ReadonlySet<GroupName> {
  const due = new Set<GroupName>();
  const all = isOtherRole(turn);
  for (const { groups } of [turn.state.newest, turn.state.committed].filter((one) => one !== null))
    for (const { name } of groups) if (all || isDue(turn, name)) due.add(name);
  return due;
}

/** Whether anything is to be looked at: a group, or what is of no group. */
export function isReviewDue(turn: Turn): boolean {
  const { reviewAt, waiting } = turn.state;
  return (
    turn.news.isAny ||
    isOtherRole(turn) ||
    turn.now >= reviewAt - aheadMs(turn) ||
    waiting.length > 0
  );
}

function isOtherRole({ established, state }: Turn): boolean {
  return established !== (state.leading !== null);
}

function isDue(turn: Turn, name: GroupName): boolean {
  return turn.news.isOf(name) || turn.now >= turn.local(name).reviewAt - aheadMs(turn);
}

/** After a review of these groups: when the next one of each is due, and of any. */
export function planReviews(turn: Turn, reviewed: ReadonlySet<GroupName>): void {
  const { groups } = turn.state.newest ?? { groups: [] };
  const paced = groups.map((group) => ({ group, pace: paceOf(turn, group) }));
  const inHurry = paced.filter(({ pace }) => pace <= UNEASY_MS).length;
  const hurry = HURRY_SHARE_MS * Math.max(inHurry - 1, 0);
  for (const { group, pace } of paced) {
    if (!reviewed.has(group.name)) continue;
    turn.setLocal(group.name, { reviewAt: nextReviewOf(turn, group, pace, hurry) });
  }
  turn.state.reviewAt = nextReviewAt(turn);
}

/** What became news only after the review is looked at in the next turn, which comes at once. */
export function keepNews(turn: Turn): void {
  if (!turn.news.isAny) return;
  for (const { name } of turn.state.newest?.groups ?? [])
    if (turn.news.isOf(name)) turn.setLocal(name, { reviewAt: turn.now });
  turn.state.reviewAt = turn.now;
}

function nextReviewAt(turn: Turn): Instant {
  const { now, state } = turn;
  if (wasRemoved(state.consensus)) return now + REMOVED_MS;
  const waitingAt = state.waiting.length > 0 ? now + UNEASY_MS : Infinity;
  // Nothing to watch and nothing to tell: it waits to be founded, or added.
  if (state.newest === null) return Math.min(now + CALM_MS, waitingAt);
  let next = Math.min(state.toldAt + TELL_EVERY_MS, waitingAt);
  for (const { name } of state.newest.groups) next = Math.min(next, turn.local(name).reviewAt);
  return Math.max(now, next);
}

/** @param hurry how long one look at each of the other groups takes that are in a hurry */
function nextReviewOf(turn: Turn, group: GroupPart, pace: number, hurry: number): Instant {
  const wanted = Math.min(turn.now + pace, turn.news.expectedAt(group.name));
  const next = pace > UNEASY_MS ? wanted : Math.max(wanted, turn.now + hurry);
  const committed = groupIn(turn.state.committed, group.name);
  const leads = turn.state.leading !== null && committed !== undefined;
  const renewal = leads ? nextRenewalAt(turn, committed) : Infinity;
  return Math.max(turn.now, Math.min(next, renewal, limitAt(turn, group)));
}

function paceOf(turn: Turn, { name }: GroupPart): number {
  const underWay = isUnderWay(turn, name);
  const lasted = underWayFor(turn, name, underWay);
  if (underWay) {
    const isQuick = !isSwitching(groupIn(turn.state.committed, name)) && lasted < WAITS_AFTER_MS;
    return isQuick ? BUSY_MS : UNEASY_MS;
  }
  if (isUneasy(turn, name)) return UNEASY_MS;
  return isTroubled(turn, name) ? TROUBLED_MS : CALM_MS;
}

/** An operation that begins beside something that waits is in a hurry all the same. */
function underWayFor(turn: Turn, name: GroupName, underWay: boolean): number {
  const operates = underWay && groupIn(turn.state.committed, name)?.operation !== null;
  const operatesFor = turn.lasting(name, "operates", operates);
  const lasted = turn.lasting(name, "under way", underWay);
  return operates ? operatesFor : lasted;
}

/** After any turn. */
export function nextWake(turn: Turn): Instant {
  const { now, state } = turn;
  const leaderLate = turn.leaderHeardAt + LEADER_SILENT_MS;
  return Math.max(
    now,
    Math.min(
      wakeAt(state.consensus),
      isSilent(turn) ? Infinity : nextPatrolAt(turn),
      state.reviewAt,
      leaderLate > now ? leaderLate : Infinity,
    ),
  );
}

/** This leader has something to do there, until that is done. */
function isUnderWay(turn: Turn, name: GroupName): boolean {
  const group = turn.established ? groupIn(turn.state.committed, name) : undefined;
  return group !== undefined && isMoving(group);
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
function isUneasy(turn: Turn, name: GroupName): boolean {
  if (turn.now - turn.leaderHeardAt > LEADER_SILENT_MS) return true;
  if (turn.state.leading === null) return false;
  const { verdict, watches } = turn.local(name);
  return (
    verdict.kind !== "healthy" ||
    Object.values(watches).some(
      ({ opinion }) => opinion.vote !== "up" && turn.now - opinion.since < UNEASY_FOR_MS,
    )
  );
}

/** When what this monitor says of a node passes a limit, if nothing is heard until then. */
function limitAt(turn: Turn, group: GroupPart): Instant {
  const leads = turn.state.leading !== null;
  let next = Infinity;
  for (const node of group.nodes) {
    const guardAt = guardHeardAt(turn, group, node.name);
    const watch = watchOf(turn, group.name, node.name);
    const unheard = unheardLimitsOf(group, node.name);
    const own = unheard !== null && leads ? leadersOwn(unheard) : unheard;
    const limits = { settings: group.settings, unheard: own };
    next = Math.min(next, nextLimitAt(watch, guardAt, limits, turn.now));
  }
  return next;
}

function isTroubled(turn: Turn, name: GroupName): boolean {
  return Object.values(turn.local(name).desks).some((ofVip) =>
    Object.values(ofVip).some(({ problem, refusal }) => problem !== null || refusal !== null),
  );
}
