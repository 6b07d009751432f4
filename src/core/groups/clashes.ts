/**
 * What no two groups may have in common. Two groups with one virtual IP would each give it a holder;
 * two with one Redis would each give it a master. The files were checked when they were read, but each
 * monitor has its own, and an older one may be proposed.
 */
import type { GroupName } from "../ids.ts";
import type { Proposal } from "../reload/proposal.ts";
import type { GroupPart } from "../state.ts";

/** A sentence; null: nothing of it belongs to another of the groups. */
export function clash(
  name: GroupName,
  { writer, readers, nodes }: Proposal,
  groups: readonly GroupPart[],
): string | null {
  const wanted = new Set([...(writer === null ? [] : [writer]), ...readers]);
  for (const other of groups) {
    // Whoever holds that address is another host each time. Of this group it is one that is about to leave.
    const behind = nodes.find(({ address }) => other.vips.some(({ ip }) => ip === address));
    if (behind !== undefined)
      return `${behind.address} of ${behind.name} is a virtual address of group ${other.name}, not a host's own`;
    if (other.name === name) continue;
    const vip = other.vips.find(({ ip }) => wanted.has(ip));
    if (vip !== undefined) return `${vip.ip} is a virtual address of group ${other.name} already`;
    for (const { address, port, name: node } of other.nodes) {
      if (wanted.has(address))
        return `${address} is the address of ${node} of group ${other.name}, not a virtual one`;
      if (!nodes.some((each) => each.address === address && each.port === port)) continue;
      return `${address}:${port} is ${node} of group ${other.name} already`;
    }
  }
  return null;
}
