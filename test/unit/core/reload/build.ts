/** A group whose writer VIP is held by db1 under registers, and its nodes as a file would propose them. */
import type { ProposedNode } from "../../../../src/core/reload/proposal.ts";
import type { GroupPart, Vip } from "../../../../src/core/state.ts";
import { group as aGroup, settings } from "../health/build.ts";

export const WRITER: Vip = {
  ip: "10.0.0.70",
  role: "writer",
  kind: "hold",
  node: "db1",
  claimable: false,
  epoch: { term: 2, version: 7 },
  readSet: { db1: "in", db2: "in", db3: "in" },
  holders: ["db1"],
  gated: ["db1", "db2", "db3"],
  leaseMs: 2000,
  permitMs: 400,
};
export const STAMP = { term: 3, version: 20 };

export function group(change: Partial<GroupPart> = {}): GroupPart {
  return aGroup({ settings: settings(), backend: "nft", vips: [WRITER], ...change });
}

export function proposed(before: GroupPart = group()): readonly ProposedNode[] {
  return before.nodes.map(({ admin: _admin, outages: _outages, ...node }) => node);
}
