/**
 * What a monitor keeps in memory and loses with a restart: its observations, its conversations
 * with the hosts, and, as the leader, the progress of what it does. Nothing here is agreed on;
 * a new leader starts without it and observes the world again.
 */
import type { ConsensusState } from "./consensus/types.ts";
import type { Verdict } from "./health/verdict.ts";
import type { Evidence } from "./health/votes.ts";
import type { NodeWatch } from "./health/watch.ts";
import type { Instant, Ip, MonitorName, NodeName } from "./ids.ts";
import type { Outcome } from "./io.ts";
import type { ActionConnection } from "./operation/action.ts";
import type { Committed } from "./state.ts";
import type { Stamp } from "./stamp.ts";
import type { GuardRequest, RegisterView } from "./vip/types.ts";

/** The conversation about one VIP with the guard on one host. */
export interface Desk {
  readonly view: RegisterView | null;
  /** When the newest view was asked for, and when it arrived. */
  readonly viewAskedAt: Instant;
  readonly viewAt: Instant;
  readonly flight: { readonly id: number; readonly request: GuardRequest; readonly sentAt: Instant } | null;
  /** A permit of ours that the host has: created after `sentAt`, known at `provenAt`. */
  readonly permit: { readonly id: number; readonly epoch: Stamp; readonly sentAt: Instant; readonly provenAt: Instant } | null;
  /** Rule 3: our newest slot's stamp when this instance was first seen. */
  readonly instance: { readonly id: number; readonly under: Stamp } | null;
  /** When the newest confirmed claim was sent, and of which epoch. */
  readonly claimed: { readonly epoch: Stamp; readonly sentAt: Instant } | null;
  /** When the host's guard last answered anything. */
  readonly heardAt: Instant | null;
  readonly problem: string | null;
  readonly retryAt: Instant;
}

export const EMPTY_DESK: Desk = {
  view: null,
  viewAskedAt: -Infinity,
  viewAt: -Infinity,
  flight: null,
  permit: null,
  instance: null,
  claimed: null,
  heardAt: null,
  problem: null,
  retryAt: -Infinity,
};

/** Rule 9, per VIP and leadership: what proves that a host can no longer serve it. */
export interface Campaign {
  /** Epochs that this leader proposed in this term, oldest first. */
  readonly epochs: readonly {
    readonly epoch: Stamp;
    readonly committedAt: Instant;
    /** Nodes that were `in` when they answered mark(epoch), and when that answer arrived. */
    readonly witnesses: Readonly<Record<NodeName, Instant>>;
  }[];
  /** The newest epoch authorizing that node, of which it was sent a mark. */
  readonly authorized: Readonly<Record<NodeName, Stamp>>;
  readonly released: Readonly<Record<NodeName, Stamp>>;
  readonly fenced: Readonly<Record<NodeName, true>>;
}

export const EMPTY_CAMPAIGN: Campaign = { epochs: [], authorized: {}, released: {}, fenced: {} };

/** One effect that was asked for once, and what came of it. */
export interface Task {
  readonly id: number;
  readonly startedAt: Instant;
  readonly expiresAt: Instant;
  readonly outcome: Outcome | null;
  readonly finishedAt: Instant | null;
}

export interface Connection {
  readonly name: ActionConnection;
  readonly stage: "opening" | "opened" | "cutting" | "ready" | "broken";
  /** When the stage began. */
  readonly since: Instant;
  readonly problem: string | null;
}

/** The leader's work on one operation or repair. Dropped whole when its scope ends. */
export interface Errand {
  readonly startedAt: Instant;
  readonly tasks: Readonly<Record<string, Task>>;
  readonly connections: Readonly<Record<NodeName, Connection>>;
  /** Milestones that must not be walked through twice. */
  readonly done: Readonly<Record<string, number | string | true>>;
}

/** One group as this monitor sees it. */
export interface GroupLocal {
  readonly watches: Readonly<Record<NodeName, NodeWatch>>;
  readonly evidence: Evidence;
  readonly desks: Readonly<Record<Ip, Readonly<Record<NodeName, Desk>>>>;
  readonly campaigns: Readonly<Record<Ip, Campaign>>;
  readonly errands: Readonly<Record<string, Errand>>;
  readonly verdict: Verdict;
  /** Since when the leader has wanted a change that is held back, for debouncing. */
  readonly since: Readonly<Record<string, Instant>>;
}

export type Flight =
  | { readonly kind: "probe"; readonly group: string; readonly node: NodeName }
  | { readonly kind: "guard"; readonly group: string; readonly vip: Ip; readonly node: NodeName }
  | { readonly kind: "task"; readonly group: string; readonly errand: string; readonly key: string };

export interface PeerLocal {
  /** The newest health sequence received from it, and when. */
  readonly seq: number;
  readonly heardAt: Instant;
  readonly version: string;
  /** When each of our recent health messages was sent to it. */
  readonly sent: Readonly<Record<number, Instant>>;
  readonly sentAt: Instant;
}

/** A client that waits for the end of an operation. */
export interface Waiting {
  readonly requestId: string;
  readonly group: string;
  readonly operation: Stamp | null;
  readonly since: Instant;
}

export interface MonitorState {
  readonly name: MonitorName;
  readonly consensus: ConsensusState;
  /** `consensus.committed` and the newest slot, typed; refreshed when their stamps change. */
  readonly committed: Committed | null;
  readonly newest: Committed | null;
  readonly groups: Readonly<Record<string, GroupLocal>>;
  readonly peers: Readonly<Record<MonitorName, PeerLocal>>;
  readonly flights: Readonly<Record<number, Flight>>;
  readonly waiting: readonly Waiting[];
  readonly alarms: Readonly<Record<string, string>>;
  readonly nextId: number;
  /** Sequence numbers of action connections within this process's terms. */
  readonly nextSeq: number;
  readonly healthSeq: number;
  /** Since when this monitor leads with a committed slot of its own term; null: it does not. */
  readonly leadingSince: Instant | null;
  readonly lastTurnAt: Instant;
  readonly wakeAt: Instant;
  readonly leaving: boolean;
}
