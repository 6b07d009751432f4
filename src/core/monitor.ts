/**
 * The whole monitor as one pure function: no clock, no socket, no await. What comes in is an
 * input, the time and a random number; what goes out is the next state and the effects to start.
 */
import { createConsensus, tick, wakeAt } from "./consensus/consensus.ts";
import {
  type ConsensusTimers,
  DEFAULT_TIMERS,
  type Durable,
  type GenesisPlan,
} from "./consensus/types.ts";
import { gossip } from "./gossip.ts";
import type { At, Instant, MonitorName } from "./ids.ts";
import { takeIn } from "./inbox.ts";
import type { Effect, Input } from "./io.ts";
import { lead } from "./lead.ts";
import type { MonitorState } from "./local.ts";
import { forgetAfterStall, nextPatrolAt, patrol } from "./patrol.ts";
import { Turn } from "./turn.ts";
import { nextRenewalAt } from "./vip/driver.ts";
import { keepAlive, type RenewalAges } from "./vip/failsafe.ts";
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

/** While something is under way, or waited for, the monitor looks again this often. */
const BUSY_MS = 5;
const CALM_MS = 50;
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
    flights: {},
    waiting: [],
    alarms: {},
    nextId: 1,
    nextSeq: 1,
    // So that a restarted monitor is not taken for messages of its former life that come late.
    healthSeq: Math.floor(at.wall),
    told: {},
    toldAt: -Infinity,
    sentAt: {},
    leading: null,
    lastTurnAt: at.now,
    wakeAt: at.now,
    leaving: false,
  };
  const turn = new Turn(state, at);
  turn.consensus({ state: consensus, effects: [] });
  return turn.state;
}

export function decide(state: MonitorState, input: Input, at: At): Decision {
  const turn = new Turn(state, at);
  noticeStall(turn);
  const routine = isRoutine(state, input);
  takeIn(turn, input);
  turn.consensus(tick(turn.state.consensus, at));
  if (!turn.state.leaving) patrol(turn);
  gossip(turn);
  if (!(routine && isCalm(turn))) lead(turn);
  watchOver(turn);
  turn.flush();
  turn.state = { ...turn.state, lastTurnAt: at.now, wakeAt: nextWake(turn) };
  return { state: turn.state, effects: turn.effects };
}

export function nextWakeAt(state: MonitorState, now: Instant): Instant {
  return Math.max(now, state.wakeAt);
}

/**
 * Inputs that come dozens of times a second and seldom change anything: the answer of a probe, and of
 * a heartbeat. A leader that has nothing under way looks at them with the next tick, 50 ms later at
 * the most; what is news in them it has told its peers in this very turn.
 */
function isRoutine(state: MonitorState, input: Input): boolean {
  if (input.kind === "finished") return state.flights[input.id]?.kind === "probe";
  if (input.kind !== "message" || input.message.kind !== "consensus") return false;
  return input.message.message.kind === "append-reply";
}

function isCalm(turn: Turn): boolean {
  const { state } = turn;
  if (state.leading === null || !turn.settled || state.toldAt === turn.now) return false;
  if (state.waiting.length > 0) return false;
  return state.committed?.groups.every((group) => group.operation === null) ?? false;
}

function noticeStall(turn: Turn): void {
  const late = turn.now - Math.max(turn.state.wakeAt, turn.state.lastTurnAt);
  if (late < STALL_MS) return;
  forgetAfterStall(turn, late);
  turn.report({ kind: "stalled", ms: Math.round(late) });
}

/** Rule 7 and its means: every monitor, whether it leads or not. */
function watchOver(turn: Turn): void {
  if (turn.state.leaving) return;
  if (!turn.established) lookAround(turn);
  const { newest, consensus } = turn.state;
  if (newest === null) return;
  const ages = turn.established ? {} : (consensus.note as RenewalAges | null);
  keepAlive(turn, newest, turn.leaderHeardAt, ages ?? {});
}

function nextWake(turn: Turn): Instant {
  const { now, state } = turn;
  const busy =
    state.waiting.length > 0 ||
    (state.leading !== null &&
      (state.committed?.groups.some((group) => group.operation !== null) ?? false));
  const pace = now + (busy ? BUSY_MS : CALM_MS);
  const renewal = state.leading === null ? Infinity : nextRenewalAt(turn);
  return Math.max(now, Math.min(wakeAt(state.consensus), nextPatrolAt(turn), renewal, pace));
}
