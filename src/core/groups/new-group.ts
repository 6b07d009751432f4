/**
 * The first state of a group, as a configuration file proposes it: at genesis, or added later. Nobody
 * is authorized to serve anything yet: every node is a possible holder of every VIP until its register
 * was read. Then the master that is found is adopted.
 */
import type { GroupName, Ip } from "../ids.ts";
import type { Proposal } from "../reload/proposal.ts";
import type { Stamp } from "../stamp.ts";
import type { GroupPart, Vip } from "../state.ts";

export function newGroup(name: GroupName, proposal: Proposal, epoch: Stamp): GroupPart {
  const { settings, nodes, mode, writer, readers } = proposal;
  return {
    name,
    settings,
    nodes: nodes.map((node) => ({ ...node, admin: "online", outages: [] })),
    master: null,
    lineage: { chain: [], highWater: 0 },
    mode: mode ?? "active",
    backend: settings.leaseBackend === "off" ? "off" : null,
    vips: [
      ...(writer === null ? [] : [unclaimed(writer, "writer", proposal, epoch)]),
      ...readers.map((ip) => unclaimed(ip, "reader", proposal, epoch)),
    ],
    operation: null,
    rejoining: {},
    past: [],
  };
}

function unclaimed(ip: Ip, role: Vip["role"], { nodes, settings }: Proposal, epoch: Stamp): Vip {
  const names = nodes.map(({ name }) => name);
  return {
    ip,
    role,
    kind: "unclaimed",
    node: null,
    claimable: false,
    epoch,
    readSet: Object.fromEntries(names.map((name) => [name, "in"])),
    holders: names,
    gated: [],
    leaseMs: settings.leaseMs,
    permitMs: settings.permitMs,
  };
}
