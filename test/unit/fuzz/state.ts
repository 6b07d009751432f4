/** A state with something in every field, and a monitor that has agreed on it. */
import type { Durable, Part, Parts } from "../../../src/core/consensus/types.ts";
import { createMonitor, type MonitorState } from "../../../src/core/monitor.ts";
import type { ClusterPart, GroupPart, Operation, PastOperation } from "../../../src/core/state.ts";
import type { At } from "../../../src/core/ids.ts";
import { aCluster } from "../core/consensus/a-monitor.ts";
import { group } from "../core/health/build.ts";

const STAMP = { term: 5, version: 10 };
export const PEERS = ["mon2", "mon3"] as const;

export function at(now: number): At {
  return { now, wall: 1_700_000_000_000 + now, entropy: 7_919 * (now + 1) };
}

const VOTES = { mon1: { vote: "silent", reason: null, ageMs: 12.5 } };

const OPERATION: Operation = {
  id: { term: 4, version: 3 },
  kind: "failover",
  cause: "down",
  from: "db1",
  to: "db2",
  phase: "fence",
  leader: "mon2",
  term: 5,
  attempt: 1,
  reason: "db1 is down",
  by: "mon2",
  acceptDataLoss: false,
  requestId: null,
  votes: VOTES,
  runIds: { db1: "r1" },
  saved: { db1: { minReplicas: "0" } },
  excluded: ["db3"],
  forkOffset: null,
  highWater: 100,
  fencing: null,
  startedAt: 1,
  phaseStartedAt: 2,
  phases: [{ name: "fence", ms: 3 }],
};

const PAST: PastOperation = {
  epoch: { term: 3, version: 2 },
  kind: "switchover",
  from: "db2",
  to: "db1",
  result: "ok",
  reason: "asked for",
  by: "ann",
  requestId: "r-1",
  votes: VOTES,
  fencing: "released",
  startedAt: 1,
  durationMs: 2,
  phases: [{ name: "claim", ms: 1 }],
  lostBytes: null,
};

export function fullCluster(): ClusterPart {
  return aCluster({ adopted: ["0123abcd"], requests: [{ id: "r-1", message: "done" }] });
}

export function fullGroup(change: Partial<GroupPart> = {}): GroupPart {
  return group({
    backend: "nft",
    vips: (["writer", "reader"] as const).map((role, index) => ({
      ip: `10.0.0.7${index}`,
      role,
      kind: "hold" as const,
      node: "db1",
      claimable: true,
      epoch: { term: 5, version: 9 },
      readSet: { db1: "in" as const, db2: "in" as const, db3: "joining" as const },
      holders: ["db1"],
      gated: ["db1", "db2"],
      leaseMs: 1000,
      permitMs: 400,
      former: { leaseMs: 2000, permitMs: 400 },
    })),
    operation: OPERATION,
    rejoining: { db3: { since: { term: 5, version: 8 }, minReplicas: null, left: "r3" } },
    past: [PAST],
    ...change,
  });
}

export function fullParts(): Parts {
  return {
    cluster: fullCluster() as unknown as Part,
    "group:main": fullGroup() as unknown as Part,
  };
}

export function fullDurable(): Durable {
  const parts = fullParts();
  return {
    name: "mon1",
    storageId: "disk-mon1",
    term: 5,
    votedFor: "mon2",
    slot: { stamp: STAMP, parts, changed: { cluster: STAMP, "group:main": STAMP } },
    acknowledged: { mon2: { term: 5, slot: STAMP } },
  };
}

export function fullMonitor(durable: Durable = fullDurable()): MonitorState {
  const plan = { peers: 2, ownAddress: "mon1:7400", groups: {} };
  return createMonitor({ name: "mon1", durable, plan }, at(0));
}
