/** Whether waiting for the end of a lease helps, for what people are told. */
import type { NodeName } from "../ids.ts";
import type { GroupPart, Vip } from "../state.ts";
import type { Turn } from "../turn.ts";
import { canRunOut } from "../vip/proofs.ts";
import { proofContext } from "../vip/upkeep.ts";

/** Whether the lease of this host ends by itself, once another host was marked. */
export function leaseEnds(turn: Turn, group: GroupPart, vip: Vip, node: NodeName): boolean {
  return group.backend === "nft" && canRunOut(proofContext(turn, group, vip), node);
}

export function noLease({ backend }: GroupPart, { ip }: Vip, node: NodeName): string {
  return backend === "nft"
    ? `${node} was not seen with the table that ends its lease of ${ip}`
    : "there is no lease that would end (lease_backend is off)";
}
