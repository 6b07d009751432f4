/**
 * What the shell needs of the world. Each port makes one attempt, keeps its deadline and reports;
 * when to try again is decided in the core.
 *
 * No promise of a port rejects in ordinary operation: what can go wrong is a value of its result.
 * A rejection is a fault of the adapter, which the shell logs and turns into "unknown".
 * The exception is the store: if it fails, the monitor ends.
 */
import type { ConsensusEvent, Durable } from "./core/consensus/types.ts";
import type { Event } from "./core/events.ts";
import type { ProbeDepth, ProbeResult } from "./core/health/types.ts";
import type { At, ClusterId, GroupName, Instant, Ip, MonitorName, StorageId } from "./core/ids.ts";
import type { Effect, HookFacts, Input, Outcome, Target } from "./core/io.ts";
import type { PeerMessage } from "./core/messages.ts";
import type { ActionConnection, RedisAction, RedisActionResult } from "./core/operation/action.ts";
import type { Committed, Member, PastOperation } from "./core/state.ts";
import type { Status } from "./core/status-types.ts";
import type { GuardRequest, GuardResult } from "./core/vip/types.ts";

/** The deciding part, as the shell drives it. `S` is opaque here. */
export interface Core<S> {
  decide(
    state: S,
    input: Input,
    at: At,
  ): { readonly state: S; readonly effects: readonly Effect[] };
  /** When the next tick is due. */
  nextWakeAt(state: S, now: Instant): Instant;
  /** null while the monitor is empty. The same object as long as nothing new is committed. */
  committed(state: S): Committed | null;
  /** Of the newest state that it holds, agreed on or not, and nobody while it is empty. The same list as long as that stays. */
  members(state: S): readonly Member[];
  view(state: S, at: At): MonitorView;
  status(state: S, at: At): Status;
}

/** The little that the shell itself asks of the core. */
export interface MonitorView {
  /** Of its own disk. */
  readonly storageId: StorageId;
  readonly clusterId: ClusterId | null;
  readonly leads: boolean;
  readonly leader: MonitorName | null;
  readonly term: number;
  /** No member any more: it keeps no channel to any host. */
  readonly removed: boolean;
}

/** Monotonic and wall time, and randomness. */
export interface Clock {
  at(): At;
}

/** Rejects when it is not certain that `durable` is on disk. */
export interface DurableStore {
  save(durable: Durable): Promise<void>;
}

export interface PeerSender {
  /** Sends at most once; drops what is overtaken while the peer is silent. */
  send(to: MonitorName, message: PeerMessage): void;
  /** Talks to that monitor from now on: there, unless it answers elsewhere. */
  meet(name: MonitorName, address: string): void;
}

export interface Prober {
  probe(target: Target, depth: ProbeDepth, deadlineMs: number): Promise<ProbeResult>;
}

export interface RedisActor {
  run(
    target: Target,
    connection: ActionConnection,
    action: RedisAction,
    deadlineMs: number,
  ): Promise<RedisActionResult>;
}

export interface GuardCaller {
  request(target: Target, request: GuardRequest, deadlineMs: number): Promise<GuardResult>;
}

export type FenceOutcome = Extract<Outcome, { kind: "fence" }>;
export type VipCheckOutcome = Extract<Outcome, { kind: "vip-check" }>;

export interface Fencer {
  run(target: Target, command: string, deadlineMs: number): Promise<FenceOutcome>;
}

export type HookOutcome = Extract<Outcome, { kind: "hook" }>;

export interface HookRunner {
  run(target: Target, command: string, facts: HookFacts, deadlineMs: number): Promise<HookOutcome>;
}

export interface VipChecker {
  check(target: Target, vip: Ip, deadlineMs: number): Promise<VipCheckOutcome>;
}

/** A finished operation, as the journal keeps it. */
export interface JournalEntry {
  readonly group: GroupName;
  readonly past: PastOperation;
}

export interface Journal {
  /** Appends those that it does not have yet. */
  record(entries: readonly JournalEntry[]): void;
  has(entry: JournalEntry): boolean;
  /** In the order in which they became known. */
  read(): readonly JournalEntry[];
}

export type LogLevel = "trace" | "debug" | "info" | "warn" | "error" | "fatal";

/** Structured log lines. `event` is a stable dotted name; `text` is for people. */
export interface Log {
  write(
    level: LogLevel,
    event: string,
    text: string,
    fields?: Readonly<Record<string, unknown>>,
  ): void;
  event(event: Event | ConsensusEvent): void;
}
