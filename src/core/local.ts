/**
 * What a monitor keeps in memory and loses with a restart: its observations, its conversations
 * with the hosts, and, as the leader, the progress of what it does. Nothing here is agreed on;
 * a new leader starts without it and observes the world again.
 */
import type { ConsensusState } from "./consensus/types.ts";
import type { Draft } from "./draft.ts";
import type { CheckResults } from "./health/check-results.ts";
import type { Network, OwnNetwork } from "./health/own-network.ts";
import type { Verdict } from "./health/verdict.ts";
import type { Evidence } from "./health/votes.ts";
import type { ProbePlan } from "./health/scrutiny.ts";
import type { NodeWatch } from "./health/watch.ts";
import type { GroupName, Instant, Ip, MonitorName, NodeName } from "./ids.ts";
import type { Outcome } from "./io.ts";
import type { Command } from "./messages.ts";
import type { NodeVote } from "./health/types.ts";
import type { ActionConnection } from "./operation/action.ts";
import type { Sighting } from "./pause.ts";
import type { Committed } from "./state.ts";
import type { Stamp } from "./stamp.ts";
import type { GuardRequest, RegisterView } from "./vip/types.ts";

/** A point in the sequence of heartbeat rounds of one leadership. */
export interface Moment {
  readonly term: number;
  readonly round: number;
}

/** The conversation about one VIP with the guard on one host. */
export interface Desk {
  readonly view: RegisterView | null;
  /** The request that the newest view answers: its number orders it among all effects. */
  readonly viewId: number;
  readonly viewAskedAt: Instant;
  /** When its answer came, counted in rounds. */
  readonly viewed: Moment;
  /**
   * Whether the table decided about the VIP when last seen, and which request showed that; unlike the
   * view, kept when an answer is lost.
   */
  readonly guarded: { readonly is: boolean; readonly id: number; readonly askedAt: Instant } | null;
  readonly flight: {
    readonly id: number;
    readonly request: GuardRequest;
    readonly sentAt: Instant;
  } | null;
  /** A permit of ours that the host has: created after `sentAt`, known to us since `proven`. */
  readonly permit: {
    readonly id: number;
    readonly epoch: Stamp;
    readonly sentAt: Instant;
    /** Evidence begun after the reply: a later round, or requests numbered from here on. */
    readonly proven: Moment;
    readonly provenId: number;
  } | null;
  /** Rule 3: our newest slot's stamp when this instance was first seen. */
  readonly instance: { readonly id: number; readonly under: Stamp } | null;
  /** When the newest confirmed claim was sent and when its answer came, and of which epoch. */
  readonly claimed: {
    readonly epoch: Stamp;
    readonly sentAt: Instant;
    readonly knownAt: Instant;
  } | null;
  /** When the host's guard last answered anything. */
  readonly heardAt: Instant | null;
  /** Why the guard does not answer; null: it does. */
  readonly problem: string | null;
  /**
   * What it refused to do, until it does it: a `show` that succeeds in between mends nothing. `at` is the
   * last time; what is not asked of it any more is forgotten.
   */
  readonly refusal: {
    readonly op: GuardRequest["op"];
    readonly text: string;
    readonly at: Instant;
  } | null;
  /** When a reader VIP left this host because it refused, and what; null: it served it since, or never refused. */
  readonly shunned: { readonly at: Instant; readonly why: string } | null;
  readonly retryAt: Instant;
}

export const EMPTY_DESK: Desk = {
  view: null,
  viewId: 0,
  viewAskedAt: -Infinity,
  viewed: { term: 0, round: 0 },
  guarded: null,
  flight: null,
  permit: null,
  instance: null,
  claimed: null,
  heardAt: null,
  problem: null,
  refusal: null,
  shunned: null,
  retryAt: -Infinity,
};

export function copyOfDesk(desk: Desk): Draft<Desk> {
  return {
    view: desk.view,
    viewId: desk.viewId,
    viewAskedAt: desk.viewAskedAt,
    viewed: desk.viewed,
    guarded: desk.guarded,
    flight: desk.flight,
    permit: desk.permit,
    instance: desk.instance,
    claimed: desk.claimed,
    heardAt: desk.heardAt,
    problem: desk.problem,
    refusal: desk.refusal,
    shunned: desk.shunned,
    retryAt: desk.retryAt,
  };
}

/** Rule 9, per VIP and leadership: what proves that a host can no longer serve it. */
export interface Campaign {
  /** Epochs that this leader proposed in this term, oldest first. */
  readonly epochs: readonly {
    readonly epoch: Stamp;
    /** Requests numbered from here on were sent knowing that it is committed. */
    readonly committedId: number;
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
  readonly stage: "opening" | "cutting" | "ready" | "broken";
  /** When the stage began. */
  readonly since: Instant;
  readonly opened: Moment;
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
  readonly checks: Readonly<Record<NodeName, CheckResults>>;
  /** Until when it is known that a majority gets no answer from the master. */
  readonly masterDeniedUntil: Instant;
  readonly desks: Readonly<Record<Ip, Readonly<Record<NodeName, Desk>>>>;
  readonly campaigns: Readonly<Record<Ip, Campaign>>;
  readonly errands: Readonly<Record<string, Errand>>;
  readonly verdict: Verdict;
  /** Since when the leader has wanted a change that is held back, for debouncing. */
  readonly since: Readonly<Record<string, Instant>>;
  /** Of every monitor, for the leader may be another one soon. */
  readonly pauseSeen: Sighting | null;
  readonly probePlan: ProbePlan | null;
  /** When what is known of it is looked at again, whatever happens. */
  readonly reviewAt: Instant;
}

export const EMPTY_LOCAL: GroupLocal = {
  watches: {},
  evidence: {},
  checks: {},
  masterDeniedUntil: -Infinity,
  desks: {},
  campaigns: {},
  errands: {},
  verdict: { kind: "undecided", text: "no probe has finished yet" },
  since: {},
  pauseSeen: null,
  probePlan: null,
  reviewAt: -Infinity,
};

export function copyOfLocal(local: GroupLocal): Draft<GroupLocal> {
  return {
    watches: local.watches,
    evidence: local.evidence,
    checks: local.checks,
    masterDeniedUntil: local.masterDeniedUntil,
    desks: local.desks,
    campaigns: local.campaigns,
    errands: local.errands,
    verdict: local.verdict,
    since: local.since,
    pauseSeen: local.pauseSeen,
    probePlan: local.probePlan,
    reviewAt: local.reviewAt,
  };
}

export type Flight =
  | { readonly kind: "probe"; readonly group: string; readonly node: NodeName }
  | { readonly kind: "guard"; readonly group: string; readonly vip: Ip; readonly node: NodeName }
  | {
      readonly kind: "task";
      readonly group: string;
      readonly errand: string;
      readonly key: string;
    };

export interface PeerLocal {
  /** The newest health sequence received from it, and when. */
  readonly seq: number;
  readonly heardAt: Instant;
  /** It was sent after this instant of our clock: after what it echoes had been sent to it. */
  readonly sentAfter: Instant;
  readonly version: string;
  readonly network: Network;
  readonly strangers: readonly MonitorName[];
}

/** A client's command: waiting to be taken, then for what it started to end. */
export interface Waiting {
  readonly requestId: string;
  readonly by: string;
  readonly command: Command;
  readonly since: Instant;
  /** When the monitor that it is about was last asked who it is. */
  readonly greetedAt?: Instant;
  /** What it proposed: null, not yet; a stamp: the answer waits for its commit, or for its operation. */
  readonly proposed: { readonly under: Stamp; readonly message: string | null } | null;
}

/** What a group may have to wait for that is not about it alone. */
export type Obstacle = "proposal" | "round";

export interface MonitorState {
  readonly name: MonitorName;
  readonly consensus: ConsensusState;
  /** `consensus.committed` and the newest slot, typed; refreshed when their stamps change. */
  readonly committed: Committed | null;
  readonly newest: Committed | null;
  readonly groups: Readonly<Record<string, GroupLocal>>;
  readonly peers: Readonly<Record<MonitorName, PeerLocal>>;
  /** What its pings say, and what follows from them together with what it hears of the nodes. */
  readonly pings: OwnNetwork;
  readonly network: OwnNetwork;
  /** When its network was last down: no silence from before that counts. */
  readonly cutOffUntil: Instant;
  /** Effects whose outcome is awaited, oldest first. */
  readonly flights: readonly { readonly id: number; readonly flight: Flight }[];
  /** How many nodes there are in groups that were not calm at the last patrol. */
  readonly oddNodes: number;
  readonly waiting: readonly Waiting[];
  /** Groups that were held up by a proposal under way, or by a round that is not answered: looked at after it. */
  readonly heldUp: Readonly<Record<Obstacle, readonly GroupName[]>>;
  readonly alarms: Readonly<Record<string, string>>;
  readonly nextId: number;
  /** Sequence numbers of action connections within this process's terms. */
  readonly nextSeq: number;
  readonly healthSeq: number;
  /** The votes that were last sent to everybody, and when: `group/node`. */
  readonly told: Readonly<Record<string, NodeVote>>;
  readonly toldAt: Instant;
  /** When each of the recent health messages was sent, oldest first. */
  readonly sent: readonly { readonly seq: number; readonly at: Instant }[];
  /** Since when this monitor leads with a committed slot of its own term; null: it does not. */
  readonly leading: { readonly since: Instant; readonly fromId: number } | null;
  /** When it last gave leadership to one that reaches what it does not. */
  readonly handedOverAt: Instant;
  readonly lastTurnAt: Instant;
  /** When there must be a review, of the groups that are due then. */
  readonly reviewAt: Instant;
  readonly wakeAt: Instant;
  readonly leaving: boolean;
}

export function copyOfState(state: MonitorState): Draft<MonitorState> {
  return {
    name: state.name,
    consensus: state.consensus,
    committed: state.committed,
    newest: state.newest,
    groups: state.groups,
    peers: state.peers,
    pings: state.pings,
    network: state.network,
    cutOffUntil: state.cutOffUntil,
    flights: state.flights,
    oddNodes: state.oddNodes,
    waiting: state.waiting,
    heldUp: state.heldUp,
    alarms: state.alarms,
    nextId: state.nextId,
    nextSeq: state.nextSeq,
    healthSeq: state.healthSeq,
    told: state.told,
    toldAt: state.toldAt,
    sent: state.sent,
    leading: state.leading,
    handedOverAt: state.handedOverAt,
    lastTurnAt: state.lastTurnAt,
    reviewAt: state.reviewAt,
    wakeAt: state.wakeAt,
    leaving: state.leaving,
  };
}
