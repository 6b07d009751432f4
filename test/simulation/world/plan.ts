/** The cluster under test: who is in it, with which settings, as a configuration file would say. */
import type { GenesisPlan, Part } from "../../../src/core/consensus/types.ts";
import { newGroup } from "../../../src/core/groups/new-group.ts";
import type { Proposal } from "../../../src/core/reload/proposal.ts";
import { type GroupSettings, permitMsFor } from "../../../src/core/settings.ts";
import { type GroupPart, groupPartName } from "../../../src/core/state.ts";
import { ORIGIN } from "../../../src/core/stamp.ts";

export interface ClusterShape {
  readonly monitors: number;
  readonly nodes: number;
  readonly readers: number;
  /** Each with as many nodes, on hosts of its own. Absent: one. */
  readonly groups?: number;
  readonly settings: Partial<GroupSettings>;
}

export const GROUP = "main";
/** Who asks for what a person asks for. */
export const OPERATOR = "operator";
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

/** The file of this cluster, with some of its settings changed, and some of its nodes left out. */
export function proposalOf(
  shape: ClusterShape,
  change: Partial<GroupSettings>,
  leftOut: readonly string[] = [],
  index = 0,
): Proposal {
  const readers = index === 0 ? shape.readers : 0;
  return {
    settings: { ...DEFAULT_SETTINGS, ...shape.settings, ...change },
    nodes: nodesOf(shape, index).filter(({ name }) => !leftOut.includes(name)),
    writer: writerOf(index),
    readers: Array.from({ length: readers }, (_, at) => readerVip(at)),
    mode: null,
  };
}

function nodesOf(shape: ClusterShape, index: number): Proposal["nodes"] {
  return Array.from({ length: shape.nodes }, (_, at) => ({
    name: nodeName(index * shape.nodes + at),
    address: nodeAddress(index * shape.nodes + at),
    port: 6379,
    interface: "eth1",
    sshUser: "redis-mmm",
    sshPort: 22,
    sshHostKey: null,
  }));
}

export function groupPart(shape: ClusterShape, index = 0): GroupPart {
  return newGroup(groupName(index), proposalOf(shape, {}, [], index), ORIGIN);
}

export function genesisPlan(shape: ClusterShape, ownAddress: string): GenesisPlan {
  const parts = groupsOf(shape).map((index) => {
    return [groupPartName(groupName(index)), groupPart(shape, index) as unknown as Part] as const;
  });
  return { peers: shape.monitors - 1, ownAddress, groups: Object.fromEntries(parts) };
}
