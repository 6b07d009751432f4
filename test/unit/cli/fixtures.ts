/** Statuses as monitors send them: a healthy cluster, and what a test changes of it. */
import type {
  ClusterStatus,
  GroupStatus,
  HistoryEntry,
  MonitorStatus,
  NodeStatus,
  OperationStatus,
  Status,
  VoteStatus,
} from "../../../src/core/status-types.ts";

export function aVote(change: Partial<VoteStatus> = {}): VoteStatus {
  return { vote: "up", reason: null, age_ms: 120, since_ms: 90_000, latency_ms: 1.2, ...change };
}

export function votes(mon1: VoteStatus, mon2: VoteStatus, mon3?: VoteStatus): NodeStatus["votes"] {
  return mon3 === undefined ? { mon1, mon2 } : { mon1, mon2, mon3 };
}

export function aMonitor(name: string, change: Partial<MonitorStatus> = {}): MonitorStatus {
  const address = `192.168.10.1${name.slice(3)}:7400`;
  const role = name === "mon2" ? "leader" : "follower";
  return {
    name,
    address,
    role,
    reachable: true,
    last_seen_ms: 80,
    version: "2.0.0",
    problem: null,
    network: null,
    certificate: null,
    ...change,
  };
}

export function aNode(name: string, change: Partial<NodeStatus> = {}): NodeStatus {
  const master = name === "db1";
  return {
    name,
    address: `192.168.10.${name.slice(2)}:6379`,
    role: master ? "master" : "replica",
    state: "ONLINE",
    offset: master ? 88_214_411 : 88_214_397,
    lag_bytes: master ? null : 14,
    link: master ? null : "up",
    priority: 100,
    vips: master ? ["192.168.10.70"] : [],
    membership: "in",
    promotable: master ? { ok: false, why: "it is the master" } : { ok: true, why: null },
    votes: votes(aVote(), aVote(), aVote()),
    guard: { heard_ms: 90, gate: "present", problem: null, lacks: null },
    redis: {
      version: "7.0.15",
      run_id: "c".repeat(40),
      uptime_s: 7_500,
      repl_id: "d".repeat(40),
      master: master ? null : "192.168.10.1:6379",
      loading: false,
      syncing: false,
      connected_clients: 12,
      connected_replicas: master ? 2 : 0,
    },
    checked: { guard_ms: 3_600_000, link_ms: 60_000, lag_ms: 5_000 },
    host: { interface: "eth1", ssh_user: "mmm-guard", ssh_port: 22, ssh_host_key: null },
    ...change,
  };
}

export const DOWN_NODE: Partial<NodeStatus> = {
  role: "unknown",
  state: "HARD_OFFLINE",
  vips: [],
  votes: votes(
    aVote({ vote: "refused", reason: "connection refused", since_ms: 14_000, latency_ms: null }),
    aVote({ vote: "refused", reason: "connection refused", since_ms: 13_800, latency_ms: null }),
    aVote({ vote: "up", age_ms: 3_200 }),
  ),
};

export function aGroup(change: Partial<GroupStatus> = {}): GroupStatus {
  return {
    name: "main",
    epoch: 7,
    master: "db1",
    mode: "active",
    pause: null,
    waiting: null,
    verdict: "healthy",
    verdict_text: "",
    lease_backend: "nft",
    writer: {
      ip: "192.168.10.70",
      holder: "db1",
      lease_ms: 1_740,
      kind: "hold",
      epoch: 7,
      possible_holders: ["db1"],
      leaving: false,
    },
    readers: [],
    operation: null,
    alarms: [],
    nodes: [aNode("db1"), aNode("db2"), aNode("db3")],
    settings: {
      probe_interval_ms: 100,
      down_after_ms: 2_000,
      restart_grace_ms: 0,
      busy_grace_ms: 10_000,
      max_lag_bytes: 10_485_760,
      cooldown_ms: 60_000,
      vip_lease_ms: 2_000,
      waiting_time_ms: 2_968,
      has_fence_command: false,
    },
    outlook: {
      successor: "db2",
      best_with_loss: null,
      cooldown_left_ms: null,
      turned_back_left_ms: null,
      fencing: "lease",
      pre_failover: null,
    },
    preference: null,
    ...change,
  };
}

export function anOperation(change: Partial<OperationStatus> = {}): OperationStatus {
  return {
    kind: "failover",
    from: "db1",
    to: "db2",
    phase: "promote",
    epoch: 8,
    by: "mon2",
    leader: "mon2",
    reason: "db1 refused: 3 of 3",
    attempt: 1,
    started_at: "2026-11-22T15:04:10.900Z",
    phase_ms: 130,
    ...change,
  };
}

export interface StatusChange {
  readonly cluster?: Partial<ClusterStatus>;
  readonly group?: Partial<GroupStatus>;
  readonly status?: Partial<Status>;
}

export function aStatus({ cluster, group, status }: StatusChange = {}): Status {
  return {
    cluster: {
      id: "1a2b3c4d",
      leader: "mon2",
      term: 14,
      quorum: 2,
      has_quorum: true,
      monitors: [aMonitor("mon1"), aMonitor("mon2"), aMonitor("mon3")],
      ...cluster,
    },
    groups: [aGroup(group)],
    answered_by: { name: "mon1", age_ms: 80 },
    at: "2026-11-22T15:04:11.034Z",
    warnings: [],
    security: null,
    ...status,
  };
}

export function anEntry(change: Partial<HistoryEntry> = {}): HistoryEntry {
  return {
    group: "main",
    epoch: 8,
    term: 14,
    kind: "failover",
    from: "db1",
    to: "db2",
    result: "ok",
    started_at: "2026-11-22T14:58:02.120Z",
    duration_ms: 412,
    reason: "db1 refused: 3 of 3",
    votes: {
      mon1: { vote: "refused", reason: "connection refused", age_ms: 40 },
      mon2: { vote: "refused", reason: null, age_ms: 12 },
    },
    fencing: "released",
    phases: [
      { name: "fence", ms: 120 },
      { name: "promote", ms: 180 },
      { name: "claim", ms: 112 },
    ],
    by: "mon2",
    lost_bytes: 0,
    ...change,
  };
}
