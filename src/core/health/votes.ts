/**
 * Votes as kept by a monitor, its own and its peers', and what can be read off them together.
 *
 * A vote's ages count back from its sending, which happened at some instant between `atLeast` and
 * `receivedAt` of this monitor's clock. A held vote testifies up to its sending and not a
 * millisecond further: a silence does not go on growing while a vote lies here.
 */
import type { Instant, MonitorName, NodeName } from "../ids.ts";
import { isOwnTrouble } from "./own-network.ts";
import type { HeldVote, NodeInfo, NodeVote } from "./types.ts";

/** Of one group. Only members' votes belong here; whoever counts still asks by member. */
export type Evidence = Readonly<Record<MonitorName, Readonly<Record<NodeName, HeldVote>>>>;

/** A vote that may be older than this does not count. Votes are sent each 250 ms. */
export const FRESH_MS = 1500;

export interface FreshVote {
  readonly monitor: MonitorName;
  readonly held: HeldVote;
}

/** The best INFO there is of a node. `ageMs` is an upper bound. */
export interface BestInfo {
  readonly info: NodeInfo;
  readonly ageMs: number;
  readonly monitor: MonitorName;
}

/** For this monitor's own votes, both instants are now. */
export function hold(vote: NodeVote, atLeast: Instant, receivedAt: Instant): HeldVote {
  return { vote, atLeast, receivedAt };
}

export function isFresh(held: HeldVote, now: Instant): boolean {
  return now - held.atLeast <= FRESH_MS;
}

/** Whether this monitor gets answers from the node, good or bad. */
export function isAnswering(vote: NodeVote): boolean {
  return vote.vote === "up" || vote.vote === "degraded";
}

/** Whether the monitor gets answers from the node, by what it last told. */
export function isReachedBy(
  evidence: Evidence,
  monitor: MonitorName,
  node: NodeName,
  now: Instant,
): boolean {
  const held = evidence[monitor]?.[node];
  return held !== undefined && isFresh(held, now) && isAnswering(held.vote);
}

/** Whether this monitor says that the node does not answer it. */
export function isDenying(vote: NodeVote): boolean {
  return vote.vote === "silent" || vote.vote === "refused";
}

/** Whether it hears the node at all: a process that will not serve this monitor lives, too. */
export function isHearing(vote: NodeVote): boolean {
  return isAnswering(vote) || (vote.vote === "abstain" && !isOwnTrouble(vote));
}

/**
 * Until when it is known that `quorum` of these monitors get no answer from the node: to them it is down, unless
 * somebody testifies for it. -Infinity: there are fewer.
 */
export function deniedUntil(
  evidence: Evidence,
  members: readonly MonitorName[],
  node: NodeName,
  quorum: number,
): Instant {
  const until: Instant[] = [];
  for (const monitor of members) {
    const held = evidence[monitor]?.[node];
    if (held !== undefined && isDenying(held.vote)) until.push(held.atLeast + FRESH_MS);
  }
  if (until.length < quorum) return -Infinity;
  return until.toSorted((a, b) => b - a)[quorum - 1] ?? -Infinity;
}

/** `unknown` is not a vote. */
export function isCounted(held: HeldVote, now: Instant): boolean {
  return isFresh(held, now) && held.vote.vote !== "unknown";
}

/** The fresh votes on a node by these monitors. */
export function freshVotes(
  evidence: Evidence,
  members: readonly MonitorName[],
  node: NodeName,
  now: Instant,
): readonly FreshVote[] {
  const votes: FreshVote[] = [];
  for (const monitor of members) {
    const held = evidence[monitor]?.[node];
    if (held !== undefined && isCounted(held, now)) votes.push({ monitor, held });
  }
  return votes;
}

/** An upper bound of the age of a vote's INFO; null when it has none. */
export function infoAgeMs(held: HeldVote, now: Instant): number | null {
  const { info, infoAgeMs: age } = held.vote;
  return info === null || age === null ? null : age + (now - held.atLeast);
}

/** The freshest INFO of a node from any monitor, however old: the caller judges its age. */
export function bestInfo(evidence: Evidence, node: NodeName, now: Instant): BestInfo | null {
  let best: BestInfo | null = null;
  for (const monitor in evidence) {
    const held = evidence[monitor]?.[node];
    if (held === undefined) continue;
    const ageMs = infoAgeMs(held, now);
    if (ageMs === null || held.vote.info === null) continue;
    if (best === null || ageMs < best.ageMs) best = { info: held.vote.info, ageMs, monitor };
  }
  return best;
}

/** The freshest INFO of a node, if it is recent enough to speak of the present. */
export function presentInfo(evidence: Evidence, node: NodeName, now: Instant): NodeInfo | null {
  const best = bestInfo(evidence, node, now);
  return best !== null && best.ageMs <= FRESH_MS ? best.info : null;
}

/** What is present of these nodes. */
export function presentInfos(
  evidence: Evidence,
  nodes: readonly { readonly name: NodeName }[],
  now: Instant,
): readonly NodeInfo[] {
  const infos: NodeInfo[] = [];
  for (const { name } of nodes) {
    const info = presentInfo(evidence, name, now);
    if (info !== null) infos.push(info);
  }
  return infos;
}

/** Rule 10: from how long a silence on a node counts as unheard. */
export interface UnheardLimits {
  readonly redisMs: number;
  readonly guardMs: number;
}

/** Rule 10: how many monitors have heard neither Redis nor the guard of a node for so long; each has its limits. */
export function unheardBy(
  evidence: Evidence,
  node: NodeName,
  now: Instant,
  limitsOf: (monitor: MonitorName) => UnheardLimits,
): number {
  return freshVotes(evidence, Object.keys(evidence), node, now).filter(({ monitor, held }) =>
    isUnheard(held.vote, limitsOf(monitor)),
  ).length;
}

/**
 * Whether a monitor has heard neither Redis, nor the guard of a node, nor a refusal, which is its
 * host's answer, up to the sending. That it hears nobody says nothing of the node.
 */
export function isUnheard(vote: NodeVote, { redisMs, guardMs }: UnheardLimits): boolean {
  if (vote.vote === "refused" || isOwnTrouble(vote)) return false;
  const redis = vote.lastGoodMs ?? (isHearing(vote) ? 0 : vote.sinceMs);
  return redis >= redisMs && (vote.guard.heardMs ?? Number.POSITIVE_INFINITY) >= guardMs;
}
