/** What is examined of a group, whether it was agreed on or only stands in a file. */
import type { GroupName, Ip } from "../../core/ids.ts";
import type { GroupSettings } from "../../core/settings.ts";
import type { GroupPart, Node } from "../../core/state.ts";
import type { GroupProposal } from "../config/types.ts";
import type { Scope } from "./finding.ts";

export interface Examined {
  readonly name: GroupName;
  readonly settings: GroupSettings;
  readonly nodes: readonly Node[];
  /** The writer VIP first. */
  readonly vips: readonly Ip[];
  /** Whether its VIPs are leases; null: that is yet to be found out. */
  readonly hasLeases: boolean | null;
}

export function examinedOf(group: GroupPart): Examined {
  const { name, settings, nodes, backend } = group;
  const vips = group.vips.map(({ ip }) => ip);
  return { name, settings, nodes, vips, hasLeases: backend === null ? null : backend === "nft" };
}

export function examinedIn({ name, settings, nodes, writer, readers }: GroupProposal): Examined {
  const vips = writer === null ? readers : [writer, ...readers];
  const hasLeases = settings.leaseBackend === "auto" ? null : settings.leaseBackend === "nft";
  return { name, settings, nodes, vips, hasLeases };
}

export function isInScope({ group, node }: Scope, name: GroupName, of: string): boolean {
  return (group === "" || name === group) && (node === "" || of === node);
}
