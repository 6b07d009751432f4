/**
 * The whole monitor as one pure function: no clock, no socket, no await. What comes in is an
 * input, the time and a random number; what goes out is the next state and the effects to start.
 */
import { createConsensus, slept, tick, wakeAt, wasRemoved } from "./consensus/consensus.ts";
import {
  type ConsensusTimers,
  DEFAULT_TIMERS,
  type Durable,
  type GenesisPlan,
} from "./consensus/types.ts";
import { gossip } from "./gossip.ts";
import type { At, Instant, MonitorName } from "./ids.ts";
import { handOverBeforeEnd } from "./handover.ts";
import { NETWORK_NOT_CHECKED } from "./health/own-network.ts";
import { takeIn } from "./inbox.ts";
import type { Effect, Input } from "./io.ts";
import { lead, noteRenewals } from "./lead.ts";
import { HELD_UP_BY_NOTHING } from "./held-up.ts";
import type { MonitorState } from "./local.ts";
import { groupsDue, isReviewDue, keepNews, nextWake, planReviews } from "./pace.ts";
import { forgetAfterStall, isSilent, patrol } from "./patrol.ts";
import { Turn } from "./turn.ts";
import { keepAlive } from "./vip/failsafe.ts";
import { lookAround } from "./vip/outlook.ts";

export type { MonitorState } from "./local.ts";

export interface MonitorOptions {
  readonly name: MonitorName;
  readonly durable: Durable;
  readonly plan: GenesisPlan;
  readonly timers?: ConsensusTimers;
}

export interface Decision {
  readonly state: MonitorState;
  readonly effects: readonly Effect[];
}

/** A turn that comes this much later than it was due: the process was stopped, or starved. */
const STALL_MS = 400;

export function createMonitor(options: MonitorOptions, at: At): MonitorState {
  const timers = options.timers ?? DEFAULT_TIMERS;
  const consensus = createConsensus({ durable: options.durable, plan: options.plan, timers, at });
  const state: MonitorState = {
    name: options.name,
    consensus,
    committed: null,
    newest: null,
    groups: {},
    peers: {},
    pings: NETWORK_NOT_CHECKED,
    network: NETWORK_NOT_CHECKED,
    cutOffUntil: -Infinity,
    flights: [],
    oddNodes: 0,
    waiting: [],
    heldUp: HELD_UP_BY_NOTHING,
    alarms: {},
    nextId: 1,
    nextSeq: 1,
    // So that a restarted monitor is not taken for messages of its former life that come late.
    healthSeq: Math.floor(at.wall),
    told: {},
    toldAt: -Infinity,
    sent: [],
    leading: null,
    handedOverAt: -Infinity,
    lastTurnAt: at.now,
    reviewAt: at.now,
    wakeAt: at.now,
    leaving: false,
  };
  const turn = new Turn(state, at);
  turn.refresh(consensus);
  return turn.state;
}

export function decide(state: MonitorState, input: Input, at: At): Decision {
  const turn = new Turn(state, at);
  noticeStall(turn);
  takeIn(turn, input);
  if (turn.established && wakeAt(turn.state.consensus) <= at.now) noteRenewals(turn);
  turn.consensus(tick(turn.state.consensus, at));
  if (turn.state.leaving) handOverBeforeEnd(turn);
  if (!isSilent(turn)) patrol(turn);
  if (isReviewDue(turn)) review(turn);
  watchOver(turn);
  if (turn.sendsRound) noteRenewals(turn);
  turn.flush();
  keepNews(turn);
  turn.state.lastTurnAt = at.now;
  turn.state.wakeAt = nextWake(turn);
  return { state: turn.state, effects: turn.effects };
}

export function nextWakeAt(state: MonitorState, now: Instant): Instant {
  return Math.max(now, state.wakeAt);
}

/** What is known of the groups that are due adds up to: the votes, and for a leader its duties. */
function review(turn: Turn): void {
  const due = groupsDue(turn);
  const isRoutine = !turn.news.isAny;
  turn.news.forget();
  if (!wasRemoved(turn.state.consensus)) gossip(turn, due, isRoutine);
  lead(turn, due);
  planReviews(turn, due);
}

function noticeStall(turn: Turn): void {
  const late = turn.now - Math.max(turn.state.wakeAt, turn.state.lastTurnAt);
  if (late < STALL_MS) return;
  forgetAfterStall(turn, late);
  turn.consensus(slept(turn.state.consensus, late));
  turn.report({ kind: "stalled", ms: Math.round(late) });
}

/** Rule 7 and its means: every monitor, whether it leads or not. */
function watchOver(turn: Turn): void {
  if (isSilent(turn)) return;
  if (!turn.established) lookAround(turn);
  const { newest, consensus } = turn.state;
  if (newest === null) return;
  keepAlive(turn, newest, turn.leaderHeardAt, turn.established ? null : consensus.note);
}
