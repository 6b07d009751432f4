/**
 * The replicated state: everything that decides or fences, agreed on by the monitors.
 *
 * It is made of parts (`cluster`, and `group:NAME` for each group), so that a message carries only
 * what changed. A part is plain JSON. Fields that this version does not know are kept: every
 * reducer spreads the object that it changes.
 */
import type {
  ClusterId,
  GroupName,
  Ip,
  MonitorName,
  NodeName,
  StorageId,
  WallTime,
} from "./ids.ts";
import type { Pause } from "./pause.ts";
import type { GroupSettings } from "./settings.ts";
import type { Stamp } from "./stamp.ts";

/** Version of this schema. A monitor older than the state's schema does not campaign. */
export const SCHEMA = 1;

export interface Member {
  readonly name: MonitorName;
  readonly storageId: StorageId;
  /** `host:port` as its peers dial it. */
  readonly address: string;
}

export interface ClusterPart {
  readonly schema: number;
  readonly clusterId: ClusterId;
  readonly members: readonly Member[];
  /** Clusters whose registers may be overwritten: `mmm adopt`. */
  readonly adopted: readonly ClusterId[];
  /** Outcomes of recent client requests, newest last, so that a retry is not done twice. */
  readonly requests: readonly { readonly id: string; readonly message: string }[];
}

export type AdminState = "online" | "offline" | "awaiting-recovery";
/** Rule 11: whether the registers of a node are read and count (`in`), are only read, or neither. */
export type Membership = "in" | "joining" | "out";

export interface Node {
  readonly name: NodeName;
  readonly address: Ip;
  readonly port: number;
  readonly interface: string;
  readonly sshUser: string;
  readonly sshPort: number;
  readonly sshHostKey: string | null;
  /** Stands in for the replica-priority that its Redis reports; 0: never promote. Absent: as reported. */
  readonly priority?: number;
  readonly admin: AdminState;
  /** Wall times of the last outages, for the flap rule. */
  readonly outages: readonly WallTime[];
  /** When its last failover ended, until a person acknowledges that. */
  readonly failedOverAt?: WallTime;
}

/**
 * `wait`: as `manual`, until it is known who is there (`operation/waiting.ts`); then `active`. A monitor
 * that does not know a mode takes it for `manual`: whoever asks, asks for `active` or for `passive`.
 */
export type Mode = "active" | "manual" | "passive" | "wait";

export interface Lineage {
  /** Newest last: a replication id, and the offset at which its master forked off the one before. */
  readonly chain: readonly { readonly replId: string; readonly forkOffset: number }[];
  /** The highest offset ever seen under the newest id. */
  readonly highWater: number;
}

/**
 * Who may serve a VIP. `unclaimed`: genesis, nothing is touched before the registers were read.
 * `hold`: `node` serves. `fence`: nobody. `move`: `node` is to serve, once `claimable`.
 */
export type VipKind = "unclaimed" | "hold" | "fence" | "move";

export interface Vip {
  readonly ip: Ip;
  readonly role: "writer" | "reader";
  readonly kind: VipKind;
  readonly node: NodeName | null;
  readonly claimable: boolean;
  /** Rule 1: the stamp of the proposal that introduced `node` or `readSet`. */
  readonly epoch: Stamp;
  /** Rule 11, of this epoch. Nodes that are missing are `out`. */
  readonly readSet: Readonly<Record<NodeName, "in" | "joining">>;
  /** Rule 8: nodes that may serve it, until proven empty. */
  readonly holders: readonly NodeName[];
  /** Nodes whose table was seen to guard this VIP: only of these the waiting time proves anything. */
  readonly gated: readonly NodeName[];
  /** N and T0 of this epoch. */
  readonly leaseMs: number;
  readonly permitMs: number;
  /** Rule 12: longer times of an earlier epoch, under which a possible holder may still serve. */
  readonly former?: LeaseTimes;
  /** A reader VIP that the file names no more: it goes once nobody may serve it. */
  readonly leaving?: true;
}

/** N: how long a host serves without a renewal; T0: how late a claim may take effect. */
export interface LeaseTimes {
  readonly leaseMs: number;
  readonly permitMs: number;
}

export type OperationKind = "failover" | "switchover";

/**
 * Why it was begun. `down`: the verdict on the master. `guard`: the master is well, but nobody reaches
 * the guard that must renew its lease. `by-hand`: somebody promoted a replica; the VIP follows.
 * `preferred`: only a switchover, to the node that `prefer` names.
 */
export type Cause = "down" | "guard" | "by-hand" | "operator" | "preferred";

/**
 * switchover: prepare → handover → promote → claim
 * failover:   fence → promote → claim
 * either, before `claim`: → undo. After the last phase the operation moves to `past`.
 * The point of no return is the commit of `claim`.
 */
export type Phase = "prepare" | "handover" | "fence" | "promote" | "claim" | "undo";

export interface VoteRecord {
  readonly vote: string;
  readonly reason: string | null;
  readonly ageMs: number;
}

export interface Operation {
  /** Stamp of the intent. Its version is shown to people as the operation's epoch. */
  readonly id: Stamp;
  readonly kind: OperationKind;
  readonly cause: Cause;
  readonly from: NodeName;
  readonly to: NodeName | null;
  readonly phase: Phase;
  readonly leader: MonitorName;
  /** Term of the leader that runs it; another term's leader takes it over first. */
  readonly term: number;
  /** Counts take-overs and retries with another successor. */
  readonly attempt: number;
  readonly reason: string;
  /** Who asked: `mon2` for an automatic failover, else the operator's name. */
  readonly by: string;
  readonly acceptDataLoss: boolean;
  /** Of the client that asked, so that a retry finds it instead of doing it again. */
  readonly requestId: string | null;
  /** The votes that justified it. Empty for an operator's command. */
  readonly votes: Readonly<Record<MonitorName, VoteRecord>>;
  /** run_id of each node when the operation began. */
  readonly runIds: Readonly<Record<NodeName, string>>;
  /** Settings to restore, per node. */
  readonly saved: Readonly<Record<NodeName, { readonly minReplicas: string }>>;
  /** Successors that failed in an earlier attempt. */
  readonly excluded: readonly NodeName[];
  /** M: offset at which the successor forks off; set with `promote`. */
  readonly forkOffset: number | null;
  /** The highest offset seen of the old master's stream when the successor was chosen. */
  readonly highWater: number | null;
  readonly fencing: Fencing | null;
  readonly startedAt: WallTime;
  readonly phaseStartedAt: WallTime;
  readonly phases: readonly { readonly name: string; readonly ms: number }[];
}

/**
 * Why the old host serves the VIP no more: a proof, or that there is none (`no-vip`), or that a person said
 * so (`vouched`). A monitor of an older version shows a word that it does not know as it is.
 */
export type Fencing = "released" | "fenced" | "lease-ended" | "no-vip" | "vouched";

export interface PastOperation {
  readonly epoch: Stamp;
  readonly kind:
    | OperationKind
    | "rejoin"
    | "adopt"
    | "accepted"
    | "pause"
    | "resume"
    | "acknowledged"
    | "mode"
    | "online"
    | "offline"
    | "moved";
  readonly from: NodeName | null;
  readonly to: NodeName | null;
  readonly result: "ok" | "undone" | "failed" | "preempted";
  readonly reason: string;
  readonly by: string;
  readonly requestId: string | null;
  readonly votes: Readonly<Record<MonitorName, VoteRecord>>;
  readonly fencing: Fencing | null;
  readonly startedAt: WallTime;
  readonly durationMs: number;
  readonly phases: readonly { readonly name: string; readonly ms: number }[];
  /** Bytes of the old master's stream that the successor lacked, if known. */
  readonly lostBytes: number | null;
}

export interface Rejoining {
  readonly since: Stamp;
  /** What its min-replicas-to-write was before we changed it; null: we did not. */
  readonly minReplicas: string | null;
  /** The run_id that a switchover left on purpose: the return of that very process is no news. */
  readonly left?: string;
}

/** What a cluster that is gone knew of a group: only until a master is adopted. */
export interface Bequest {
  readonly cluster: ClusterId;
  /** Of the state that was written down. */
  readonly stamp: Stamp;
  /** A master that lacks any of it is not adopted. Nothing in it: a person gave up what is lacking. */
  readonly lineage: Lineage;
}

/** What came of the wish that `prefer` is, for the node that it named then. */
export interface PreferenceRecord {
  readonly node: NodeName;
  /** Wall times of the moves that the monitors began by themselves, as far as they still count. */
  readonly tries: readonly WallTime[];
  /** A person moved the role elsewhere. */
  readonly aside?: { readonly by: string; readonly to: NodeName };
  /** Why the last move came to nothing. */
  readonly failure?: string;
}

export interface GroupPart {
  readonly name: GroupName;
  readonly settings: GroupSettings;
  readonly nodes: readonly Node[];
  /** null until a sole master was adopted. */
  readonly master: NodeName | null;
  readonly lineage: Lineage;
  readonly mode: Mode;
  /** Somebody works on it: until this ends, the monitors only watch. */
  readonly pause?: Pause;
  /** What the hosts are able to do; null until all were asked. */
  readonly backend: "nft" | "off" | null;
  /** The writer VIP first, then reader VIPs. */
  readonly vips: readonly Vip[];
  readonly operation: Operation | null;
  /** Old masters on their way back: they hold their data in the black hole until the master is good. */
  readonly rejoining: Readonly<Record<NodeName, Rejoining>>;
  /** Nodes whose writes an operation may have left blocked, and what their min-replicas-to-write was before. */
  readonly blocked?: Readonly<Record<NodeName, string>>;
  /** The run_id under which a node was last seen in sync with its master: a replica's right to be promoted. */
  readonly inSync?: Readonly<Record<NodeName, string>>;
  /** The run_id of a node that an operation made master, and that did not take over: what it writes is nobody's. */
  readonly promoted?: Readonly<Record<NodeName, string>>;
  /** The last five deeds and the last five words, newest last. The long history is each monitor's own journal. */
  readonly past: readonly PastOperation[];
  /** Absent once there is a master. */
  readonly bequest?: Bequest;
  /** Absent: nothing is to be remembered of a preferred node. */
  readonly preference?: PreferenceRecord;
  /** It is being dropped: its VIPs are fenced, and nothing else is done for it. */
  readonly leaving?: boolean;
}

/** The replicated state as a consumer sees it: committed, and typed. */
export interface Committed {
  readonly stamp: Stamp;
  readonly cluster: ClusterPart;
  readonly groups: readonly GroupPart[];
}

export const CLUSTER_PART = "cluster";

export function groupPartName(group: GroupName): string {
  return `group:${group}`;
}

/** Names of groups, looked up without walking through hundreds of them. A state never changes. */
const indexes = new WeakMap<Committed, ReadonlyMap<GroupName, GroupPart>>();

export function groupIn(state: Committed | null, name: GroupName): GroupPart | undefined {
  if (state === null) return undefined;
  let index = indexes.get(state);
  if (index === undefined) {
    index = new Map(state.groups.map((group) => [group.name, group]));
    indexes.set(state, index);
  }
  return index.get(name);
}

export function nodeOf(group: GroupPart, name: NodeName): Node | undefined {
  return group.nodes.find((node) => node.name === name);
}

export function writerVip(group: GroupPart): Vip | undefined {
  return group.vips.find((vip) => vip.role === "writer");
}

/** Nobody while nothing is committed. */
export function memberNames(state: Committed | null): readonly MonitorName[] {
  return (state?.cluster.members ?? []).map(({ name }) => name);
}

/** ⌊n/2⌋ + 1 of the *configured* monitors: the only threshold there is. */
export function quorumOf(count: number): number {
  return Math.floor(count / 2) + 1;
}
