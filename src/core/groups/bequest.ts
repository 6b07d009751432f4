/**
 * What a cluster whose monitors are gone left to this one (`mmm state import`): what people had decided
 * for a group, and how far its data went. It never says who is master or who serves a VIP. That is found
 * on the hosts, as at any first start, for what was written down may be old by now; what it knew of the
 * data only makes the choice stricter, until a master was adopted.
 */
import { forkOf, currentReplId, extendLineage, positionOf } from "../health/lineage.ts";
import type { NodeInfo } from "../health/types.ts";
import type { ClusterId, NodeName } from "../ids.ts";
import { incident, withPast } from "../operation/outline.ts";
import type { Pause } from "../pause.ts";
import type { Stamp } from "../stamp.ts";
import type { Bequest, GroupPart, Lineage, Mode, Node } from "../state.ts";

/** Of one group. */
export interface Left {
  readonly mode: Mode;
  readonly pause: Omit<Pause, "counted"> | null;
  readonly lineage: Lineage;
  readonly nodes: readonly Pick<Node, "name" | "admin" | "outages" | "failedOverAt">[];
}

/** A group that is new, with what was left to it. */
export function bequeathed(
  group: GroupPart,
  left: Left,
  of: Omit<Bequest, "lineage">,
  epoch: Stamp,
): GroupPart {
  const { mode, pause, lineage, nodes } = left;
  return {
    ...group,
    mode,
    ...(pause === null ? {} : { pause: { ...pause, counted: epoch } }),
    nodes: group.nodes.map((node) => ({
      ...node,
      ...nodes.find(({ name }) => name === node.name),
    })),
    bequest: { ...of, lineage },
  };
}

/** The cluster whose end a person has to vouch for before its group is taken over; null: none. */
export function unvouched({ bequest }: GroupPart, adopted: readonly ClusterId[]): ClusterId | null {
  if (bequest === undefined || adopted.includes(bequest.cluster)) return null;
  return bequest.cluster;
}

/** What speaks against a master that was found: that it lacks what was known of the data. */
export function lackOf(
  { bequest }: GroupPart,
  master: NodeName,
  info: NodeInfo,
  others: Readonly<Record<NodeName, NodeInfo | null>>,
): string | null {
  if (bequest === undefined) return null;
  const { cluster, lineage } = bequest;
  const id = currentReplId(lineage);
  if (id === null || reachOf(info, lineage) >= lineage.highWater) return null;
  const better = Object.entries(others)
    .filter(([name, seen]) => name !== master && holds(seen, lineage))
    .map(([name]) => name);
  const advice =
    better.length === 0
      ? "bring back a node that does"
      : `${better.join(", ")} does: make it the master`;
  return (
    `${master} does not show that it holds what cluster ${cluster} knew of, offset ${lineage.highWater} of history ${id.slice(0, 8)}; ` +
    `${advice}; or, if that was long ago or the rest is given up: mmm adopt ${cluster} --accept-data-loss`
  );
}

/** How much of the history a master holds, as an offset of it; −1: none that it could show. */
function reachOf(info: NodeInfo, lineage: Lineage): number {
  if (info.replId === currentReplId(lineage)) return info.offset;
  return forkOf(info, lineage) ?? -1;
}

function holds(info: NodeInfo | null, lineage: Lineage): boolean {
  return info !== null && (positionOf(info, lineage) ?? -1) >= lineage.highWater;
}

/** A person gives up what the data lack. */
export function waived(bequest: Bequest): Bequest {
  return { ...bequest, lineage: { chain: [], highWater: 0 } };
}

/** The history of a master that was adopted: the rest of the one that was left, if it goes on with it. */
export function lineageOf({ bequest }: GroupPart, info: NodeInfo): Lineage {
  const { replId, offset: highWater } = info;
  const fresh = { chain: [{ replId, forkOffset: 0 }], highWater };
  if (bequest === undefined) return fresh;
  const { lineage } = bequest;
  if (replId === currentReplId(lineage)) return { ...lineage, highWater };
  const fork = forkOf(info, lineage);
  return fork === null ? fresh : { ...extendLineage(lineage, replId, fork), highWater };
}

/** It did what it is for. History tells from which cluster the group came. */
export function inherited(
  part: GroupPart,
  known: { readonly by: string; readonly stamp: Stamp; readonly wall: number },
): GroupPart {
  const { bequest, ...group } = part;
  if (bequest === undefined) return part;
  const { cluster, stamp } = bequest;
  const reason = `goes on where cluster ${cluster} ended (epoch ${stamp.version} of it was imported)`;
  const told = { kind: "adopt", to: part.master, by: known.by, reason } as const;
  return withPast(group, incident(told, known.stamp, known.wall));
}
