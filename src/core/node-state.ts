/** The state of a node in the words of mysql-mmm: what people are shown, and what the mode `wait` waits for. */
import type { Candidate } from "./health/eligibility.ts";
import { positionOf } from "./health/lineage.ts";
import type { NodeInfo } from "./health/types.ts";
import type { GroupPart, Node } from "./state.ts";
import type { NodeState } from "./status-types.ts";

export function stateOf(
  group: GroupPart,
  node: Node,
  { reachable, info }: Pick<Candidate, "reachable" | "info">,
): NodeState {
  if (node.admin === "offline") return "ADMIN_OFFLINE";
  if (!reachable || info === null) return "HARD_OFFLINE";
  if (node.admin === "awaiting-recovery") return "AWAITING_RECOVERY";
  if (node.name === group.master) return "ONLINE";
  if (info.role === "master" || info.link !== "up" || node.name in group.rejoining)
    return "REPLICATION_FAIL";
  return isBehind(group, info) ? "REPLICATION_DELAY" : "ONLINE";
}

/** Whether it lacks more of the stream than one that is promoted may lack, as far as that can be told. */
export function isBehind({ lineage, settings }: GroupPart, info: NodeInfo): boolean {
  const position = positionOf(info, lineage);
  return position !== null && lineage.highWater - position > settings.maxLagBytes;
}
