/**
 * Raft whose log is one slot `(term, version, whole state)`: every proposal replaces the state.
 *
 * What the rest of the core may know of consensus stands in this file. The protocol is in
 * `election.ts`, `leading.ts`, `following.ts` and `genesis.ts`.
 */
import type { ClusterId, Instant, MonitorName, StorageId } from "../ids.ts";
import type { Stamp } from "../stamp.ts";

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };
export type Part = { readonly [key: string]: JsonValue };
export type Parts = Readonly<Record<string, Part>>;

export interface Slot {
  readonly stamp: Stamp;
  readonly parts: Parts;
  /** For each part the stamp at which it last changed: an Append carries only what a peer lacks. */
  readonly changed: Readonly<Record<string, Stamp>>;
}

/** On disk, whole, before any message that depends on it leaves. */
export interface Durable {
  readonly name: MonitorName;
  readonly storageId: StorageId;
  readonly term: number;
  readonly votedFor: MonitorName | null;
  /** null: an empty monitor, which neither votes nor campaigns. */
  readonly slot: Slot | null;
  /** The newest (term, slot) that each peer was seen to have: less of it later means a restored backup. */
  readonly acknowledged: Readonly<
    Record<MonitorName, { readonly term: number; readonly slot: Stamp }>
  >;
}

export type Role = "empty" | "follower" | "pre-candidate" | "candidate" | "leader";

/** The parts that a peer lacks, on top of a slot of the same term that it already has. */
export interface SlotDelta {
  /** null: `parts` is the whole state. */
  readonly base: Stamp | null;
  readonly stamp: Stamp;
  readonly parts: Parts;
  readonly changed: Readonly<Record<string, Stamp>>;
}

/** What every consensus message says of its sender, beside its kind. */
export interface Sender {
  readonly storageId: StorageId;
  readonly term: number;
  readonly slot: Stamp | null;
}

/** To a candidate. */
interface Answer {
  readonly granted: boolean;
  /** The disk that asked: another may have its name, where the sender looks for it. null: not told, by an earlier version. */
  readonly asker: StorageId | null;
}

export type ConsensusMessage = Sender &
  (
    | {
        readonly kind: "hello";
        readonly clusterId: ClusterId | null;
        readonly schema: number;
        readonly address: string;
        readonly peers: number;
        /** Whose state was imported before this monitor's first start; null: nobody's. */
        readonly bequest: string | null;
        /** Whether the sender, empty itself, has met a cluster that has been led. */
        readonly met: boolean;
        readonly answer: boolean;
      }
    /** The newest state, from whoever has it: the founding one, or what a member lacks. */
    | { readonly kind: "genesis"; readonly delta: SlotDelta }
    | { readonly kind: "pre-vote"; readonly candidateTerm: number }
    | (Answer & { readonly kind: "pre-vote-reply"; readonly candidateTerm: number })
    | { readonly kind: "vote"; readonly transfer: boolean }
    | (Answer & { readonly kind: "vote-reply" })
    | {
        readonly kind: "append";
        readonly round: number;
        readonly version: number;
        readonly delta: SlotDelta | null;
        readonly commit: Stamp | null;
        /** Opaque to consensus: what the leader tells its followers with each heartbeat. */
        readonly note: JsonValue;
      }
    | {
        readonly kind: "append-reply";
        readonly round: number;
        /** Version that the sender has accepted in this term; 0 for none. */
        readonly version: number;
      }
    | { readonly kind: "timeout-now" }
    /** The committed state, to a monitor that is no member of it. */
    | { readonly kind: "farewell"; readonly delta: SlotDelta }
  );

export type ConsensusEffect =
  /** Not urgent: nothing of the same turn rests on it. */
  | { readonly kind: "persist"; readonly durable: Durable; readonly isUrgent: boolean }
  | { readonly kind: "send"; readonly to: MonitorName; readonly message: ConsensusMessage }
  | { readonly kind: "report"; readonly event: ConsensusEvent };

export type ConsensusEvent =
  | {
      readonly kind: "genesis";
      readonly clusterId: ClusterId;
      readonly members: readonly MonitorName[];
    }
  | { readonly kind: "role"; readonly role: Role; readonly term: number; readonly reason: string }
  | { readonly kind: "leader"; readonly leader: MonitorName | null; readonly term: number }
  | { readonly kind: "committed"; readonly stamp: Stamp }
  /** This monitor is no member any more. */
  | {
      readonly kind: "removed";
      readonly clusterId: ClusterId;
      readonly members: readonly MonitorName[];
    }
  /** A peer that must not be counted: another cluster, another disk, a restored backup, a newer schema. */
  | { readonly kind: "peer-refused"; readonly peer: MonitorName; readonly why: PeerRefusal };

export type PeerRefusal =
  | { readonly kind: "foreign-cluster"; readonly clusterId: ClusterId }
  | { readonly kind: "not-a-member" }
  | { readonly kind: "storage-replaced"; readonly expected: StorageId; readonly found: StorageId }
  | { readonly kind: "went-back"; readonly had: Stamp; readonly has: Stamp | null }
  | { readonly kind: "schema"; readonly theirs: number }
  /** Empty as this one, but not founded with the same imported state. */
  | { readonly kind: "other-import"; readonly theirs: string | null };

/** Fixed by design; the simulator scales them. Milliseconds. */
export interface ConsensusTimers {
  /** A little less than half of what leases are renewed by and votes are told by: every other one takes these along. */
  readonly heartbeatMs: number;
  /** F: minimum election timeout, and how long a vote is withheld after hearing a leader. */
  readonly electionMs: number;
  readonly jitterMs: number;
}

export const DEFAULT_TIMERS: ConsensusTimers = { heartbeatMs: 120, electionMs: 800, jitterMs: 600 };

/** Leader only. */
export interface Leadership {
  /** Stamp of the re-stamped slot: nothing older is committed by counting. */
  readonly start: Stamp;
  readonly round: number;
  /** When each round was sent that no majority has answered yet. */
  readonly sentAt: Readonly<Record<number, Instant>>;
  readonly ackRound: Readonly<Record<MonitorName, number>>;
  /** Version of this term that a peer has; 0: it was heard and has none. Missing: not heard yet. */
  readonly ackVersion: Readonly<Record<MonitorName, number>>;
  readonly nextHeartbeatAt: Instant;
  /** A leader has F from then to hear from a majority: when it was elected, or later by what it slept through. */
  readonly since: Instant;
  /** The newest round that a majority answered (0: none yet), and when it was sent. */
  readonly answeredRound: number;
  readonly answeredAt: Instant | null;
  /** The round that was current when a peer's newest slot was first seen: a later answer with less went back. */
  readonly seenAtRound: Readonly<Record<MonitorName, number>>;
  /** Version that last removed a part: a peer that has less needs the whole state. */
  readonly wholeFrom: number;
  /** What each peer was given last, while it has not answered that round yet, nor a later one. */
  readonly underWay: Readonly<Record<MonitorName, Shipment>>;
}

export interface Shipment {
  readonly round: number;
  readonly version: number;
}

export interface ConsensusState {
  readonly timers: ConsensusTimers;
  readonly durable: Durable;
  readonly role: Role;
  readonly leader: MonitorName | null;
  /** The newest committed stamp that this monitor knows of. */
  readonly commit: Stamp | null;
  /** Slot at `commit`: what consumers see. Never an uncommitted one. */
  readonly committed: Slot | null;
  /** Accepted slots newer than `committed`, of one term, oldest first. */
  readonly pending: readonly Slot[];
  /** When a leader of this term was last heard; at start and on stepping down: now. Kept across terms. */
  readonly heardLeaderAt: Instant;
  /** Since then its host has said that nobody listens there any more. */
  readonly isLeaderGone: boolean;
  /** Newest round heard of the present leader: an older one is late, and its note is old. */
  readonly heardRound: number;
  /** The note of the leader's newest heartbeat. */
  readonly note: JsonValue;
  readonly electionAt: Instant;
  readonly votes: readonly MonitorName[];
  readonly leadership: Leadership | null;
  /** Where the transport found each peer: whom to say hello to. */
  readonly found: Readonly<Record<MonitorName, string>>;
  /** The newest schema that each peer's version knows. */
  readonly schemas: Readonly<Record<MonitorName, number>>;
  /** Peers that said hello while this monitor is empty, and where; and those refused. */
  readonly present: Readonly<
    Record<
      MonitorName,
      {
        readonly storageId: StorageId;
        readonly address: string;
        readonly empty: boolean;
        /** Its cluster, if that has had a leader; one that was founded and never had one may be an error. */
        readonly led: ClusterId | null;
        readonly peers: number;
        readonly bequest: string | null;
        /** Empty, and knows of a cluster that has been led: this monitor may have forgotten it. */
        readonly met: boolean;
        readonly at: Instant;
        /** When that disk last answered a hello of this monitor, where that one is talked to; absent: never. */
        readonly answeredAt?: Instant;
      }
    >
  >;
  readonly refused: Readonly<Record<MonitorName, PeerRefusal>>;
  /** What was reported last of each of them. */
  readonly told: Readonly<Record<MonitorName, PeerRefusal>>;
  readonly genesis: GenesisPlan | null;
}

/** What this monitor's own configuration proposes if it must found the cluster. */
export interface GenesisPlan {
  /** How many peers are configured; genesis needs all of them, and all of them empty. */
  readonly peers: number;
  readonly ownAddress: string;
  /** Names the imported state that `groups` go on from. Absent: none was imported. */
  readonly bequest?: string;
  /** Every part but `cluster`, which genesis makes from the founding members. */
  readonly groups: Parts;
}
