/**
 * How much a probe asks. While every node of a group is up and in its place, most probes are mere
 * pulses, and INFO follows twice a second. As soon as anything is odd, every probe of every node of
 * the group asks for all: the replicas are witnesses then, and may have to be chosen from. A switchover
 * is not odd: who conducts it reads the nodes itself, and clients wait for them.
 */
import type { Instant, NodeName } from "../ids.ts";
import type { GroupPart } from "../state.ts";
import type { ProbeDepth } from "./types.ts";
import type { NodeWatch } from "./watch.ts";

/** A little less than half a second, so that the fifth probe of a default interval is a full one. */
const INFO_AFTER_MS = 450;

export function depthOf(
  group: GroupPart,
  watches: Readonly<Record<NodeName, NodeWatch>>,
  node: NodeName,
  now: Instant,
): ProbeDepth {
  const seen = watches[node]?.seen ?? null;
  if (seen === null || now - seen.askedAt >= INFO_AFTER_MS) return "full";
  if (group.operation?.kind === "failover" || group.master === null) return "full";
  const inOrder = group.nodes.every(({ name }) => isInOrder(watches[name], name === group.master));
  return inOrder ? "pulse" : "full";
}

/** `up` says of a replica that its link stands, and of any node that it is not loading. */
function isInOrder(watch: NodeWatch | undefined, isMaster: boolean): boolean {
  if (watch === undefined || watch.seen === null) return false;
  if (watch.opinion.vote !== "up" || watch.dueAt !== null || watch.firstRefusedAt !== null)
    return false;
  return watch.seen.info.role === (isMaster ? "master" : "replica");
}
