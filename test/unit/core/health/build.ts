/** A healthy group of db1 (master), db2, db3 and monitors mon1–mon3, and small changes to it. */
import type {
  HeldVote,
  NodeInfo,
  NodeVote,
  ProbeResult,
} from "../../../../src/core/health/types.ts";
import { type Evidence, hold } from "../../../../src/core/health/votes.ts";
import type { MonitorName, NodeName } from "../../../../src/core/ids.ts";
import type { GroupSettings } from "../../../../src/core/settings.ts";
import type { GroupPart, Node, Operation, Vip } from "../../../../src/core/state.ts";

export const NOW = 1_000_000;
/** The group's replication id, one before it, and a stranger's. */
export const L = "l".repeat(40);
export const OLD = "o".repeat(40);
export const ALIEN = "a".repeat(40);
export const ZEROS = "0".repeat(40);
export const HIGH_WATER = 5000;
export const MONITORS: readonly MonitorName[] = ["mon1", "mon2", "mon3"];
export const NO_GUARD: NodeVote["guard"] = { heardMs: null, problem: null, gate: "unknown" };

export function settings(change: Partial<GroupSettings> = {}): GroupSettings {
  return {
    probeIntervalMs: 100,
    downAfterMs: 2000,
    leaseMs: 2000,
    permitMs: 400,
    clockDrift: 0.1,
    leaseBackend: "auto",
    onQuorumLoss: "failsafe",
    onReboot: "auto",
    restartGraceMs: 0,
    busyGraceMs: 10_000,
    maxLagBytes: 1000,
    cooldownMs: 60_000,
    flapCount: 3,
    flapWindowMs: 3_600_000,
    fenceCommand: null,
    writeGuard: false,
    ...change,
  };
}

function node(name: NodeName, last: number): Node {
  return {
    name,
    address: `10.0.0.${last}`,
    port: 6379,
    interface: "eth0",
    sshUser: "mmm",
    sshPort: 22,
    sshHostKey: null,
    admin: "online",
    outages: [],
  };
}

/** A writer that is held. */
export function vip(ip: string, node: string): Vip {
  return {
    ip,
    role: "writer",
    kind: "hold",
    node,
    claimable: true,
    epoch: { term: 1, version: 1 },
    readSet: {},
    holders: [node],
    gated: [],
    leaseMs: 2000,
    permitMs: 400,
  };
}

export function group(change: Partial<GroupPart> = {}): GroupPart {
  return {
    name: "main",
    settings: settings(),
    nodes: [node("db1", 1), node("db2", 2), node("db3", 3)],
    master: "db1",
    lineage: {
      chain: [
        { replId: OLD, forkOffset: 0 },
        { replId: L, forkOffset: 100 },
      ],
      highWater: HIGH_WATER,
    },
    mode: "active",
    backend: "off",
    vips: [],
    operation: null,
    rejoining: {},
    past: [],
    ...change,
  };
}

export function operation(kind: Operation["kind"]): Operation {
  const id = { term: 1, version: 5 };
  return {
    id,
    kind,
    cause: "operator",
    from: "db1",
    to: "db2",
    phase: "prepare",
    leader: "mon1",
    term: 1,
    attempt: 1,
    reason: "",
    by: "a test",
    acceptDataLoss: false,
    requestId: null,
    votes: {},
    runIds: {},
    saved: {},
    excluded: [],
    forkOffset: null,
    highWater: null,
    fencing: null,
    startedAt: 0,
    phaseStartedAt: 0,
    phases: [],
  };
}

export function masterInfo(change: Partial<NodeInfo> = {}): NodeInfo {
  return {
    version: "7.0.15",
    runId: "run-db1",
    uptimeS: 86_400,
    role: "master",
    masterHost: null,
    masterPort: null,
    link: null,
    linkDownSinceS: null,
    lastIoS: null,
    syncing: false,
    loading: false,
    replId: L,
    replId2: null,
    secondOffset: -1,
    offset: HIGH_WATER,
    appliedOffset: null,
    readOffset: null,
    priority: 100,
    readOnly: true,
    aof: false,
    replicas: [],
    connectedClients: 1,
    failoverState: null,
    empty: false,
    ...change,
  };
}

export function replicaInfo(change: Partial<NodeInfo> = {}): NodeInfo {
  const applied = change.appliedOffset ?? HIGH_WATER;
  return masterInfo({
    runId: "run-replica",
    role: "replica",
    masterHost: "10.0.0.1",
    masterPort: 6379,
    link: "up",
    lastIoS: 0,
    offset: applied,
    appliedOffset: applied,
    readOffset: applied,
    ...change,
  });
}

export function vote(change: Partial<NodeVote> = {}): NodeVote {
  const info = change.info ?? null;
  return {
    group: "main",
    node: "db1",
    vote: "up",
    reason: null,
    sinceMs: 60_000,
    lastGoodMs: 30,
    latencyMs: 1,
    info,
    infoAgeMs: info === null ? null : 30,
    grewMs: null,
    linkSeenUpFor: info?.role === "replica" ? info.runId : null,
    guard: NO_GUARD,
    ...change,
  };
}

export const seesMaster = (change: Partial<NodeInfo> = {}): NodeVote =>
  vote({ info: masterInfo(change) });
export const seesReplica = (change: Partial<NodeInfo> = {}): NodeVote =>
  vote({ info: replicaInfo(change) });
export const refused = (sinceMs = 60): NodeVote =>
  vote({ vote: "refused", sinceMs, lastGoodMs: sinceMs + 20 });
export const silent = (sinceMs: number, reason = "reply timeout"): NodeVote =>
  vote({ vote: "silent", reason, sinceMs, lastGoodMs: sinceMs });
export const abstains = (reason = "noauth"): NodeVote => vote({ vote: "abstain", reason });
/** The replica's link broke with the death of its master. */
export const unlinked = (change: Partial<NodeInfo> = {}): NodeVote =>
  vote({
    vote: "degraded",
    reason: "link down",
    info: replicaInfo({ link: "down", ...change }),
    linkSeenUpFor: "run-replica",
  });

type Views = Readonly<Record<MonitorName, NodeVote | undefined>>;

/** `on.db1.mon2` is mon2's vote on db1. Votes are `ageMs` old in both senses. */
export function evidence(on: Readonly<Record<NodeName, Views>>, ageMs = 0): Evidence {
  const result: Record<MonitorName, Record<NodeName, HeldVote>> = {};
  for (const [name, views] of Object.entries(on)) {
    for (const [monitor, seen] of Object.entries(views)) {
      if (seen === undefined) continue;
      const votes = (result[monitor] ??= {});
      votes[name] = hold({ ...seen, node: name }, NOW - ageMs, NOW - ageMs);
    }
  }
  return result;
}

/** The same view by all three. */
export function all(seen: NodeVote): Views {
  return { mon1: seen, mon2: seen, mon3: seen };
}

export const probed = (info: NodeInfo): ProbeResult => ({ kind: "info", latencyMs: 1, info });
