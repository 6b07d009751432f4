/** What the evidence says of each node as a possible successor, before anything was frozen or asked anew. */
import type { Instant, NodeName } from "../ids.ts";
import type { GroupPart, Node } from "../state.ts";
import type { NodeInfo } from "./types.ts";
import { type Candidate, eligible } from "./eligibility.ts";
import { nextHighWater } from "./lineage.ts";
import { bestInfo, type Evidence, FRESH_MS, isAnswering, isCounted } from "./votes.ts";

export function candidateOf(evidence: Evidence, node: NodeName, now: Instant): Candidate {
  const best = bestInfo(evidence, node, now);
  return {
    node,
    info: best?.info ?? null,
    reachable: best !== null && best.ageMs <= FRESH_MS && answersAny(evidence, node, now),
    linkSeenUp: best !== null && wasLinked(evidence, node, best.info),
  };
}

/** Whether it answers any of the monitors. */
function answersAny(evidence: Evidence, node: NodeName, now: Instant): boolean {
  for (const monitor in evidence) {
    const held = evidence[monitor]?.[node];
    if (held !== undefined && isCounted(held, now) && isAnswering(held.vote)) return true;
  }
  return false;
}

/** True for the life of the process, so the age of the vote does not matter. */
function wasLinked(evidence: Evidence, node: NodeName, { runId }: NodeInfo): boolean {
  for (const monitor in evidence)
    if (evidence[monitor]?.[node]?.vote.linkSeenUpFor === runId) return true;
  return false;
}

export function candidatesOf(
  group: GroupPart,
  evidence: Evidence,
  now: Instant,
): readonly Candidate[] {
  return group.nodes
    .map((node) => candidateOf(evidence, node.name, now))
    .filter((candidate) => candidate.node !== group.master || isDemoted(candidate));
}

/**
 * The group's master that answers as a replica: somebody made it one, or it restarted from a file
 * that is older than its promotion. It may hold more than anybody, so it may be its own successor.
 */
export function isDemoted({ reachable, info }: Candidate): boolean {
  return reachable && info?.role === "replica";
}

/** As it is configured, connected or not. */
export function follows({ masterHost, masterPort }: NodeInfo, master: Node): boolean {
  return masterHost === master.address && masterPort === master.port;
}

/** It follows that node, and is connected to it. */
export function isLinkedTo(info: NodeInfo, master: Node): boolean {
  return info.link === "up" && follows(info, master);
}

/**
 * The group with the highest offset that anybody tells of, however long ago: what was agreed on of a stream that grows is
 * seconds old, and who wrote it may be dead. Of one that still grows the replicas were looked at at another moment: they seem
 * to lag by what is written in half a second.
 */
export function asSeen(group: GroupPart, evidence: Evidence): GroupPart {
  const { lineage } = group;
  const told = Object.values(evidence).flatMap((votes) => Object.values(votes));
  const infos = told.flatMap(({ vote }) => vote.info ?? []);
  return { ...group, lineage: { ...lineage, highWater: nextHighWater(lineage, infos) } };
}

/** Whether anybody could take over now: what a merely doubtful master is measured against. */
export function hasSuccessor(agreed: GroupPart, evidence: Evidence, now: Instant): boolean {
  const group = asSeen(agreed, evidence);
  return candidatesOf(group, evidence, now).some(
    (candidate) => eligible(group, candidate.node, candidate, group.lineage) === null,
  );
}
