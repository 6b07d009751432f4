/**
 * The first state of a group, as a configuration file proposes it: at genesis, or added later. Nobody
 * is authorized to serve anything yet: every node is a possible holder of every VIP until its register
 * was read. Then the master that is found is adopted.
 */
import type { GroupName, Ip } from "../ids.ts";
import type { Proposal } from "../reload/proposal.ts";
import type { GroupSettings } from "../settings.ts";
import type { Stamp } from "../stamp.ts";
import type { GroupPart, Vip } from "../state.ts";
import { unclaimed } from "../vip/epochs.ts";

export function newGroup(name: GroupName, proposal: Proposal, epoch: Stamp): GroupPart {
  const { settings, nodes, mode, writer, readers } = proposal;
  const names = nodes.map((node) => node.name);
  const vip = (ip: Ip, role: Vip["role"]): Vip => unclaimed({ ip, role }, epoch, names, settings);
  return {
    name,
    settings,
    nodes: nodes.map((node) => ({ ...node, admin: "online", outages: [] })),
    master: null,
    lineage: { chain: [], highWater: 0 },
    mode: mode ?? "active",
    backend: firstBackend(settings),
    vips: [
      ...(writer === null ? [] : [vip(writer, "writer")]),
      ...readers.map((ip) => vip(ip, "reader")),
    ],
    operation: null,
    rejoining: {},
    past: [],
  };
}

/** As long as no master was adopted; then the hosts were asked. */
export function firstBackend({ leaseBackend }: GroupSettings): GroupPart["backend"] {
  return leaseBackend === "off" ? "off" : null;
}
