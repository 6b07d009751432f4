/**
 * The JSON that `mmm status -o json` and `mmm history -o json` print, and that the Control service
 * carries. These names are a contract with other people's scripts: fields may be added, never
 * renamed or removed, and a field that cannot be known is null rather than absent.
 *
 * Names are snake_case, durations are whole milliseconds (`_ms`), instants are ISO 8601 in UTC.
 */
import type { VoteKind } from "./health/types.ts";
import type { ClusterId, GroupName, Ip, MonitorName, NodeName } from "./ids.ts";
import type {
  Membership,
  Mode,
  Operation,
  OperationKind,
  PastOperation,
  Phase,
  VipKind,
} from "./state.ts";

export interface Status {
  readonly cluster: ClusterStatus;
  readonly groups: readonly GroupStatus[];
  /** The monitor that answered, and how old its knowledge of the leader's state is (null: none). */
  readonly answered_by: { readonly name: MonitorName; readonly age_ms: number | null };
  /** Wall clock of the monitor that answered. */
  readonly at: string;
  readonly warnings: readonly Warning[];
  /** How the monitor that answered is talked to; null: not known here. */
  readonly security: SecurityStatus | null;
}

export interface SecurityStatus {
  /** `off`: in the clear, which somebody wrote, or which is never seen outside of the host. */
  readonly tls: "on" | "off";
  /** Of the authorities that it trusts, when the first expires; null: without TLS. */
  readonly authority_expires_at: string | null;
}

export interface CertificateStatus {
  readonly expires_at: string;
  /** Whole days; negative when it has expired. */
  readonly days_left: number;
}

/** `critical`: a promise does not hold. `warning`: less than intended. `hint`: what to do next. */
export interface Warning {
  readonly level: "critical" | "warning" | "hint";
  readonly text: string;
}

export interface ClusterStatus {
  /** null: the monitors have not founded a cluster yet. */
  readonly id: ClusterId | null;
  readonly leader: MonitorName | null;
  readonly term: number;
  readonly quorum: number;
  readonly has_quorum: boolean;
  readonly monitors: readonly MonitorStatus[];
}

export interface MonitorStatus {
  readonly name: MonitorName;
  readonly address: string;
  readonly role: "leader" | "follower" | "candidate" | "unknown";
  /** By the monitor that answered. */
  readonly reachable: boolean;
  readonly last_seen_ms: number | null;
  readonly version: string | null;
  /** Why its messages are not counted: another cluster, another disk, a restored backup. */
  readonly problem: string | null;
  /** Of its own network, by its own check (`ping_ips`); null: it does not check, or does not tell. */
  readonly network: "up" | "down" | "unknown" | null;
  /** What it last presented to the monitor that answered; null: nothing, or no TLS. */
  readonly certificate: CertificateStatus | null;
}

export interface GroupStatus {
  readonly name: GroupName;
  /** Version of the writer VIP's epoch. */
  readonly epoch: number;
  readonly master: NodeName | null;
  readonly mode: Mode;
  /** While it is not null, the monitors only watch, whatever the mode. */
  readonly pause: PauseStatus | null;
  /** What the mode `wait` waits for, to become `active`; null: it is another mode. */
  readonly waiting: WaitingStatus | null;
  /** `healthy`, `suspect`, `master-down`, `unreachable`, `no-master`, `two-masters`, `undecided`. */
  readonly verdict: string;
  /** The verdict with its data, as a sentence for people. */
  readonly verdict_text: string;
  /** `off`: the address is permanent, and nothing fences a host that cannot be reached. */
  readonly lease_backend: "nft" | "off" | null;
  readonly writer: VipStatus | null;
  readonly readers: readonly VipStatus[];
  readonly operation: OperationStatus | null;
  readonly alarms: readonly { readonly id: string; readonly text: string }[];
  readonly nodes: readonly NodeStatus[];
  readonly settings: SettingsStatus;
  readonly outlook: OutlookStatus;
  /** null: no node is preferred as master. */
  readonly preference: PreferenceStatus | null;
}

/** `prefer`: the node that is moved to as soon as it has been fit for long enough. */
export interface PreferenceStatus {
  readonly node: NodeName;
  readonly is_master: boolean;
  /** Why the role is not moved there at present; null: nothing is in the way, or it is there. */
  readonly obstacle: string | null;
  /** How long nothing must have been in the way. */
  readonly needed_ms: number;
  /** For how long nothing has been; null: something is, or this monitor does not lead and cannot know. */
  readonly fit_ms: number | null;
  /** Who moved the role away on purpose, so that it stays there. */
  readonly aside: string | null;
  /** Why the last move there came to nothing. */
  readonly failure: string | null;
}

/** The agreed settings that a failover goes by. */
export interface SettingsStatus {
  readonly probe_interval_ms: number;
  readonly down_after_ms: number;
  readonly restart_grace_ms: number;
  readonly busy_grace_ms: number;
  readonly max_lag_bytes: number;
  readonly cooldown_ms: number;
  readonly vip_lease_ms: number;
  /** W: from a mark on another host until a silent one serves nothing, for certain. */
  readonly waiting_time_ms: number;
  readonly has_fence_command: boolean;
}

/** What a failover of the present master would meet now. */
export interface OutlookStatus {
  /** Who would become master; null: nobody. */
  readonly successor: NodeName | null;
  /** If nobody: who could, were a loss of data accepted. */
  readonly best_with_loss: NodeName | null;
  /** What is left of the quiet time after an earlier failover from it; null: it is over. */
  readonly cooldown_left_ms: number | null;
  /** A failover from it has just turned back: how long until the next; null: none has. */
  readonly turned_back_left_ms: number | null;
  /**
   * How its host, out of reach, is proven not to serve the VIP. `release`: not at all then.
   * `none`: there is no VIP.
   */
  readonly fencing: "lease" | "command" | "release" | "none";
  /** null: no `pre_failover` is set. */
  readonly pre_failover: PreFailoverStatus | null;
}

/** What `pre_failover` said last to the monitor that answered, of what calls for a failover now. */
export interface PreFailoverStatus {
  /** `none`: it was not asked. `awaited`: it was, and has not answered yet. */
  readonly answer: "none" | "awaited" | "forbids" | "allows";
  /** Why it forbids it. */
  readonly text: string | null;
}

export interface PauseStatus {
  readonly by: string;
  readonly reason: string | null;
  readonly since: string;
  /** As asked for; null: until somebody resumes. */
  readonly for_ms: number | null;
  /** At least; null as above. */
  readonly left_ms: number | null;
}

export interface WaitingStatus {
  /** Nodes that are not ONLINE, or that no majority of the monitors hears, and that nobody set offline. */
  readonly missing: readonly NodeName[];
  /** How long the master must have been ONLINE to end it as well; null: that never does. */
  readonly limit_ms: number | null;
  /** For how long it has been, without a break; null: it is not, or this monitor does not lead and cannot know. */
  readonly online_ms: number | null;
}

export interface VipStatus {
  readonly ip: Ip;
  /** The node whose lease the monitors last saw alive. */
  readonly holder: NodeName | null;
  /** What is left of that lease; null: not known, or the backend has none. */
  readonly lease_ms: number | null;
  readonly kind: VipKind;
  readonly epoch: number;
  /** Nodes that might still serve it. More than one only while it moves. */
  readonly possible_holders: readonly NodeName[];
  /** The file names it no more; it is gone once nobody may serve it. */
  readonly leaving: boolean;
}

export interface OperationStatus {
  readonly kind: OperationKind;
  readonly from: NodeName;
  readonly to: NodeName | null;
  readonly phase: Phase;
  readonly epoch: number;
  readonly by: string;
  readonly leader: MonitorName;
  readonly reason: string;
  readonly attempt: number;
  readonly started_at: string;
  /** How long it has been in this phase. */
  readonly phase_ms: number;
}

export type NodeState =
  | "ONLINE"
  | "ADMIN_OFFLINE"
  | "HARD_OFFLINE"
  | "AWAITING_RECOVERY"
  | "REPLICATION_DELAY"
  | "REPLICATION_FAIL";

export interface NodeStatus {
  readonly name: NodeName;
  /** `ip:port` of its Redis. */
  readonly address: string;
  readonly role: "master" | "replica" | "unknown";
  readonly state: NodeState;
  readonly offset: number | null;
  readonly lag_bytes: number | null;
  readonly link: "up" | "down" | null;
  readonly priority: number | null;
  /** VIPs that it serves. */
  readonly vips: readonly Ip[];
  readonly membership: Membership;
  /** Whether it may become master now, and if not, why not. */
  readonly promotable: { readonly ok: boolean; readonly why: string | null };
  readonly votes: Readonly<Record<MonitorName, VoteStatus>>;
  readonly guard: GuardStatus;
  /** null: no INFO was ever seen. */
  readonly redis: RedisStatus | null;
  /** How long each check has had its result, for the monitor that answered; null: it made none yet. */
  readonly checked: CheckedStatus | null;
  /** Where a virtual IP goes there, and how monitors log in. */
  readonly host: HostStatus;
}

/** Of `redis` each vote says it. Since the monitor was started at most. */
export interface CheckedStatus {
  readonly guard_ms: number;
  readonly link_ms: number;
  readonly lag_ms: number;
}

export interface HostStatus {
  /** null: it is not said, for there is no virtual IP. */
  readonly interface: string | null;
  readonly ssh_user: string;
  readonly ssh_port: number;
  /** As the configuration demands it; null: what known_hosts of each monitor says. */
  readonly ssh_host_key: string | null;
}

export interface VoteStatus {
  readonly vote: VoteKind;
  readonly reason: string | null;
  /** Since the vote was made. */
  readonly age_ms: number;
  /** How long it has been this one without a break. */
  readonly since_ms: number;
  readonly latency_ms: number | null;
}

export interface GuardStatus {
  /** Since the guard on that host last answered; null: never. */
  readonly heard_ms: number | null;
  readonly gate: "present" | "absent" | "altered" | "unknown";
  readonly problem: string | null;
  /** A program that is gone from the host; what is served there goes on without it. */
  readonly lacks: string | null;
}

export interface RedisStatus {
  readonly version: string;
  readonly run_id: string;
  readonly uptime_s: number;
  readonly repl_id: string;
  /** Whom it follows, `ip:port`; null on a master. */
  readonly master: string | null;
  readonly loading: boolean;
  readonly syncing: boolean;
  readonly connected_clients: number;
  readonly connected_replicas: number;
}

export interface HistoryEntry {
  readonly group: GroupName;
  readonly epoch: number;
  readonly term: number;
  readonly kind: PastOperation["kind"];
  readonly from: NodeName | null;
  readonly to: NodeName | null;
  readonly result: PastOperation["result"];
  readonly started_at: string;
  readonly duration_ms: number;
  readonly reason: string;
  readonly votes: Readonly<
    Record<
      MonitorName,
      { readonly vote: string; readonly reason: string | null; readonly age_ms: number }
    >
  >;
  readonly fencing: Operation["fencing"];
  readonly phases: readonly { readonly name: string; readonly ms: number }[];
  readonly by: string;
  readonly lost_bytes: number | null;
}
