/** The cluster under test: who is in it, with which settings, as a configuration file would say. */
import type { GenesisPlan, Part } from "../../../src/core/consensus/types.ts";
import type { Proposal } from "../../../src/core/reload/proposal.ts";
import { type GroupSettings, permitMsFor } from "../../../src/core/settings.ts";
import { type GroupPart, groupPartName, type Node, type Vip } from "../../../src/core/state.ts";

export interface ClusterShape {
  readonly monitors: number;
  readonly nodes: number;
  readonly readers: number;
  /** Each with as many nodes, on hosts of its own. Absent: one. */
  readonly groups?: number;
  readonly settings: Partial<GroupSettings>;
}

export const GROUP = "main";
export const WRITER = "10.0.0.100";

export function monitorName(index: number): string {
  return `mon${index + 1}`;
}

export function nodeName(index: number): string {
  return `db${index + 1}`;
}

/** The first is what the clients and the faults are about. */
export function groupName(index: number): string {
  return index === 0 ? GROUP : `group${index + 1}`;
}

export function writerOf(group: number): string {
  return group === 0 ? WRITER : `10.0.${group}.100`;
}

export function groupsOf({ groups = 1 }: ClusterShape): readonly number[] {
  return Array.from({ length: groups }, (_, index) => index);
}

export function nodeAddress(index: number): string {
  return `10.0.0.${index + 1}`;
}

export function readerVip(index: number): string {
  return `10.0.0.${101 + index}`;
}

export const DEFAULT_SETTINGS: GroupSettings = {
  probeIntervalMs: 100,
  downAfterMs: 2000,
  leaseMs: 2000,
  permitMs: permitMsFor(2000),
  clockDrift: 0.1,
  leaseBackend: "auto",
  onQuorumLoss: "failsafe",
  onReboot: "auto",
  restartGraceMs: 0,
  busyGraceMs: 5000,
  maxLagBytes: 1_000_000,
  cooldownMs: 60_000,
  flapCount: 3,
  flapWindowMs: 3_600_000,
  fenceCommand: null,
  writeGuard: false,
};

function vip(
  ip: string,
  role: Vip["role"],
  settings: GroupSettings,
  names: readonly string[],
): Vip {
  return {
    ip,
    role,
    kind: "unclaimed",
    node: null,
    claimable: false,
    epoch: { term: 0, version: 0 },
    readSet: Object.fromEntries(names.map((name) => [name, "in" as const])),
    holders: names,
    gated: [],
    leaseMs: settings.leaseMs,
    permitMs: settings.permitMs,
  };
}

/** The file of this cluster, with some of its settings changed, and some of its nodes left out. */
export function proposalOf(
  shape: ClusterShape,
  change: Partial<GroupSettings>,
  leftOut: readonly string[] = [],
  index = 0,
): Proposal {
  const { settings, nodes, vips } = groupPart(shape, index);
  const readers = vips.filter(({ role }) => role === "reader").map(({ ip }) => ip);
  return {
    settings: { ...settings, ...change },
    nodes: nodes
      .filter(({ name }) => !leftOut.includes(name))
      .map(({ admin: _admin, outages: _outages, ...node }) => node),
    writer: writerOf(index),
    readers,
    mode: null,
  };
}

export function groupPart(shape: ClusterShape, index = 0): GroupPart {
  const settings: GroupSettings = { ...DEFAULT_SETTINGS, ...shape.settings };
  const nodes = Array.from(
    { length: shape.nodes },
    (_, at): Node => ({
      name: nodeName(index * shape.nodes + at),
      address: nodeAddress(index * shape.nodes + at),
      port: 6379,
      interface: "eth1",
      sshUser: "redis-mmm",
      sshPort: 22,
      sshHostKey: null,
      admin: "online",
      outages: [],
    }),
  );
  const names = nodes.map((node) => node.name);
  const readers = Array.from({ length: index === 0 ? shape.readers : 0 }, (_, at) =>
    vip(readerVip(at), "reader", settings, names),
  );
  return {
    name: groupName(index),
    settings,
    nodes,
    master: null,
    lineage: { chain: [], highWater: 0 },
    mode: "active",
    backend: null,
    vips: [vip(writerOf(index), "writer", settings, names), ...readers],
    operation: null,
    rejoining: {},
    past: [],
  };
}

export function genesisPlan(shape: ClusterShape, ownAddress: string): GenesisPlan {
  const parts = groupsOf(shape).map((index) => {
    return [groupPartName(groupName(index)), groupPart(shape, index) as unknown as Part] as const;
  });
  return { peers: shape.monitors - 1, ownAddress, groups: Object.fromEntries(parts) };
}
