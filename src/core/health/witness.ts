/**
 * Replicas as witnesses for a master that the monitors cannot reach.
 *
 * A replica testifies that its master lives only by growing: its applied offset grew between two
 * probes, both after the monitors lost the master, and its link is up still. "Last IO n seconds
 * ago" is not testimony: taken at its word it once put contact 0.9 s *after* the master was
 * stopped. The link is asked because it tells a death within milliseconds (the kernel closes the
 * connections of a dead process), so that what the replica applied just before is not mistaken
 * for a sign of life.
 */
import type { Instant, MonitorName, NodeName } from "../ids.ts";
import { currentReplId } from "./lineage.ts";
import type { GroupPart } from "../state.ts";
import type { NodeInfo } from "./types.ts";
import { type Evidence, freshVotes, isAnswering, presentInfo } from "./votes.ts";

export interface Testimony {
  /** Replicas that still receive what the master writes. */
  readonly growing: readonly NodeName[];
  /** Replicas whose link to the master is still up, growing or not. */
  readonly linked: readonly NodeName[];
}

export interface WitnessCase {
  readonly group: GroupPart;
  readonly members: readonly MonitorName[];
  readonly evidence: Evidence;
  readonly now: Instant;
}

/** `lostAt`: the instant after which growth counts. A growth that is older than `down_after` has lapsed. */
export function testimonyOf(
  witnessCase: WitnessCase,
  master: NodeName,
  lostAt: Instant,
): Testimony {
  const linked = witnessCase.group.nodes
    .map((node) => node.name)
    .filter((node) => node !== master && isLinked(witnessCase, node));
  return { linked, growing: linked.filter((node) => grewSince(witnessCase, node, lostAt)) };
}

/** Follows the group's stream over a living link, by the newest INFO and a monitor that still gets answers. */
function isLinked(witnessCase: WitnessCase, node: NodeName): boolean {
  const { group, members, evidence, now } = witnessCase;
  const answers = freshVotes(evidence, members, node, now).some(({ held }) =>
    isAnswering(held.vote),
  );
  const info = answers ? presentInfo(evidence, node, now) : null;
  return info !== null && followsStream(info, currentReplId(group.lineage));
}

function followsStream(info: NodeInfo, replId: string | null): boolean {
  return info.role === "replica" && info.link === "up" && info.replId === replId;
}

/**
 * `grewMs` counts from the earlier of the two probes, the lapse from the later one, an interval on.
 * Instants are reckoned from the arrival of a vote: messages of one moment are late by about the
 * same, and a bound from `atLeast` would let growth from before the loss count.
 */
function grewSince(witnessCase: WitnessCase, node: NodeName, lostAt: Instant): boolean {
  const { group, members, evidence, now } = witnessCase;
  const { downAfterMs, probeIntervalMs } = group.settings;
  return freshVotes(evidence, members, node, now).some(({ held }) => {
    if (held.vote.grewMs === null) return false;
    const grewAfter = held.receivedAt - held.vote.grewMs;
    return grewAfter >= lostAt && now - grewAfter < downAfterMs + probeIntervalMs;
  });
}
