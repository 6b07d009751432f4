/**
 * The first state of a group, as the configuration proposes it. Nobody is authorized to serve
 * anything yet: every node is a possible holder of every VIP until its register was read.
 */
import type { JsonValue, Parts } from "../../core/consensus/types.ts";
import type { Ip } from "../../core/ids.ts";
import { type GroupPart, groupPartName, type Vip } from "../../core/state.ts";
import type { Config, GroupProposal } from "./types.ts";

/** Version 1 is the one that founds the cluster. */
const GENESIS = { term: 1, version: 1 };

/** Every part but `cluster`, which genesis makes from the founding monitors. */
export function groupParts(config: Pick<Config, "groups">): Parts {
  return Object.fromEntries(
    config.groups.map((group) => [groupPartName(group.name), asPart(groupPart(group))]),
  );
}

export function groupPart(proposal: GroupProposal): GroupPart {
  const { name, settings, nodes, mode, writer, readers } = proposal;
  const vips = [
    ...(writer === null ? [] : [unclaimed(writer, "writer", proposal)]),
    ...readers.map((ip) => unclaimed(ip, "reader", proposal)),
  ];
  return {
    name,
    settings,
    nodes,
    master: null,
    lineage: { chain: [], highWater: 0 },
    mode,
    backend: settings.leaseBackend === "off" ? "off" : null,
    vips,
    operation: null,
    rejoining: {},
    past: [],
  };
}

function unclaimed(ip: Ip, role: Vip["role"], { nodes, settings }: GroupProposal): Vip {
  return {
    ip,
    role,
    kind: "unclaimed",
    node: null,
    claimable: false,
    epoch: GENESIS,
    readSet: Object.fromEntries(nodes.map((node) => [node.name, "in"])),
    holders: nodes.map((node) => node.name),
    gated: [],
    leaseMs: settings.leaseMs,
    permitMs: settings.permitMs,
  };
}

/** A part is plain JSON: this drops what JSON cannot say, so that what is proposed is what is kept. */
function asPart(group: GroupPart): { readonly [key: string]: JsonValue } {
  return JSON.parse(JSON.stringify(group)) as { readonly [key: string]: JsonValue };
}
