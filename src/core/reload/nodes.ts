/**
 * Nodes that a file adds, removes or describes anew.
 *
 * A node that is added starts out (rule 11): upkeep reads it once its guard answers, and counts it
 * later. One that is removed must not be able to serve anything; taking it from a read set is a new
 * epoch (rule 1). A node of another address is another host: removed and added in one.
 */
import type { NodeName } from "../ids.ts";
import { withoutBlocked } from "../operation/blocked.ts";
import type { GroupPart, Node, Vip } from "../state.ts";
import type { Stamp } from "../stamp.ts";
import { renewed, without } from "../vip/epochs.ts";
import type { ProposedNode } from "./proposal.ts";

export interface NodeChanges {
  readonly added: readonly ProposedNode[];
  /** Hosts that are left, those of a node with another address included. */
  readonly left: readonly Node[];
}

export function nodeChanges(before: readonly Node[], after: readonly ProposedNode[]): NodeChanges {
  const isSame = (a: ProposedNode, b: ProposedNode) => a.name === b.name && a.address === b.address;
  return {
    added: after.filter((node) => !before.some((known) => isSame(known, node))),
    left: before.filter((node) => !after.some((known) => isSame(known, node))),
  };
}

/** The nodes as the file wants them, in its order. What the monitors know of one beside that stays. */
export function withNodes(
  group: GroupPart,
  stamp: Stamp,
  proposed: readonly ProposedNode[],
): GroupPart {
  const { added, left } = nodeChanges(group.nodes, proposed);
  const gone = left.map(({ name }) => name);
  const names = added.map(({ name }) => name);
  const rejoining = Object.entries(group.rejoining).filter(([name]) => !gone.includes(name));
  return {
    ...withoutBlocked(group, gone),
    rejoining: Object.fromEntries(rejoining),
    nodes: proposed.map((node) => {
      const known = group.nodes.find(({ name }) => name === node.name && !gone.includes(name));
      return known === undefined
        ? { ...node, admin: "online", outages: [] }
        : described(known, node);
    }),
    vips: group.vips.map((vip) => {
      if (vip.kind === "unclaimed") return suspected(vip, gone, names);
      // Without registers there is nothing to be read, and nothing to wait for.
      if (group.backend === "off") return { ...vip, readSet: counted(vip, gone, names) };
      return unread(vip, stamp, gone);
    }),
  };
}

function described(known: Node, proposed: ProposedNode): Node {
  const { priority: _, ...rest } = known;
  return { ...rest, ...proposed };
}

/** Before the adoption every host may serve a VIP until its register was read. */
function suspected(vip: Vip, gone: readonly NodeName[], added: readonly NodeName[]): Vip {
  return {
    ...vip,
    readSet: counted(vip, gone, added),
    holders: [...vip.holders.filter((name) => !gone.includes(name)), ...added],
  };
}

function counted(vip: Vip, gone: readonly NodeName[], added: readonly NodeName[]): Vip["readSet"] {
  const read = Object.fromEntries(added.map((name) => [name, "in" as const]));
  return { ...without(vip.readSet, gone), ...read };
}

function unread(vip: Vip, stamp: Stamp, gone: readonly NodeName[]): Vip {
  if (!gone.some((name) => name in vip.readSet || vip.gated.includes(name))) return vip;
  return renewed(
    {
      ...vip,
      readSet: without(vip.readSet, gone),
      gated: vip.gated.filter((name) => !gone.includes(name)),
    },
    stamp,
  );
}
