/** What one monitor knows of one node, and what it tells its peers of it. */
import type { GroupName, Instant, MonitorName, NodeName, StorageId } from "../ids.ts";
import type { Network } from "./own-network.ts";

/** What INFO says (sections server, persistence, replication, clients), in our words. */
export interface NodeInfo {
  readonly version: string;
  readonly runId: string;
  readonly uptimeS: number;
  readonly role: "master" | "replica";
  /** Of a replica: whom it follows; `127.77.*` is the black hole. */
  readonly masterHost: string | null;
  readonly masterPort: number | null;
  readonly link: "up" | "down" | null;
  readonly linkDownSinceS: number | null;
  readonly lastIoS: number | null;
  readonly syncing: boolean;
  readonly loading: boolean;
  readonly replId: string;
  readonly replId2: string | null;
  /** second_repl_offset; −1 when there is no second id. */
  readonly secondOffset: number;
  /** master_repl_offset. */
  readonly offset: number;
  /** slave_repl_offset (applied) and slave_read_repl_offset (received); null on a master. */
  readonly appliedOffset: number | null;
  readonly readOffset: number | null;
  /** replica-priority; 0: never promote. */
  readonly priority: number;
  readonly readOnly: boolean;
  readonly aof: boolean;
  readonly replicas: readonly {
    readonly host: string;
    readonly port: number;
    readonly state: string;
    readonly offset: number;
  }[];
  readonly connectedClients: number;
  readonly failoverState: string | null;
  /** It holds no key at all. */
  readonly empty: boolean;
}

/** Redis error replies that mean something of their own; the rest is `OTHER`. */
export type ErrorReplyCode =
  | "LOADING"
  | "BUSY"
  | "MASTERDOWN"
  | "MISCONF"
  | "NOAUTH"
  | "WRONGPASS"
  | "NOPERM"
  | "DENIED"
  | "MAXCLIENTS"
  | "OTHER";

/**
 * How much a probe asks, on a kept connection: PING, or PING and INFO. A pulse tells as fast that a
 * node is gone, for a tenth of the work; the first probe of a connection is a full one always.
 */
export type ProbeDepth = "pulse" | "full";

/** What one probe of one node saw. */
export type ProbeResult =
  /** The answer to a pulse: it lives, and the connection is the one over which INFO came. */
  | { readonly kind: "pong"; readonly latencyMs: number }
  | { readonly kind: "info"; readonly latencyMs: number; readonly info: NodeInfo }
  /** It answered, with an error; INFO may have answered all the same. */
  | {
      readonly kind: "error-reply";
      readonly latencyMs: number;
      readonly code: ErrorReplyCode;
      readonly text: string;
      readonly info: NodeInfo | null;
    }
  /** The kept connection is gone, and a new one was refused or reset. */
  | { readonly kind: "refused"; readonly text: string }
  | { readonly kind: "timeout"; readonly stage: "connect" | "reply" }
  /** No route, network down, or this monitor's own trouble: no testimony about the node's process. */
  | { readonly kind: "unreachable"; readonly text: string }
  /** Answered, but not as Redis or not over the expected TLS. */
  | { readonly kind: "garbled"; readonly text: string };

/** `unknown`: no probe has finished yet, or this monitor was itself stalled. It is not a vote. */
export type VoteKind = "up" | "degraded" | "refused" | "silent" | "abstain" | "unknown";

/** A health vote: one monitor's present view of one node. Ages count back from the sending. */
export interface NodeVote {
  readonly group: GroupName;
  readonly node: NodeName;
  readonly vote: VoteKind;
  readonly reason: string | null;
  /** How long the vote has been this one, without a break. */
  readonly sinceMs: number;
  /** Since the last good reply; null: never. */
  readonly lastGoodMs: number | null;
  readonly latencyMs: number | null;
  readonly info: NodeInfo | null;
  readonly infoAgeMs: number | null;
  /**
   * Of a replica: how long ago the *earlier* of the two probes began between which its applied
   * offset was last seen to grow. So it grew after that instant. null: not seen.
   */
  readonly grewMs: number | null;
  /** The run_id under which this replica's link was last seen up. */
  readonly linkSeenUpFor: string | null;
  readonly guard: {
    /** Since the guard on that host last answered this monitor; null: never. */
    readonly heardMs: number | null;
    readonly problem: string | null;
    readonly gate: "present" | "absent" | "altered" | "unknown";
  };
}

/** Sent to every peer, on change at once, else each 250 ms. */
export interface HealthMessage {
  readonly kind: "health";
  /** The sender's disk: another may go on in its name. null: not told, by an earlier version. */
  readonly storageId: StorageId | null;
  readonly seq: number;
  /** The newest `seq` received from the addressee: bounds this message's age on *its* clock. */
  readonly echo: number;
  readonly votes: readonly NodeVote[];
  /** What the sender knows of its own network. */
  readonly network: Network;
  /** Who says hello to the sender, and does not count: perhaps one that is to be added, which does not reach the leader. */
  readonly strangers: readonly MonitorName[];
}

/** A vote as kept by the receiver, with its ages turned into instants of the receiver's clock. */
export interface HeldVote {
  readonly vote: NodeVote;
  /** The vote was made after this instant: fresh while `now - atLeast` is small. */
  readonly atLeast: Instant;
  readonly receivedAt: Instant;
}
