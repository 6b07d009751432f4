/**
 * Lineage: which stream of writes a node's data belong to, and how far along it they reach.
 *
 * A replication id names a stream; a promotion starts a new one at a fork offset. An offset alone
 * says nothing: a replica that restarted empty shows the right id with offset 0, a stranger any
 * offset at all.
 */
import type { Lineage } from "../state.ts";
import type { NodeInfo } from "./types.ts";

const CHAIN_MAX = 8;

/** The id of the stream that the group's master writes; null before a first master was adopted. */
export function currentReplId(lineage: Lineage): string | null {
  return lineage.chain.at(-1)?.replId ?? null;
}

/**
 * How much of the current stream a node holds, as an offset of that stream; null: cannot be told.
 *
 * A node that was promoted keeps the old id as its second one, valid up to the offset before
 * `second_repl_offset`. It counts only while the node has no writes of its own, or for the
 * successor that we promoted ourselves (`promotedByUs`).
 */
export function positionOf(info: NodeInfo, lineage: Lineage, promotedByUs = false): number | null {
  const id = currentReplId(lineage);
  if (id === null || info.loading) return null;
  if (info.replId === id) return info.role === "master" ? info.offset : info.appliedOffset;
  if (info.replId2 !== id)
    return info.role === "replica" ? positionBeforeFork(info, lineage) : null;
  const fork = info.secondOffset - 1;
  return promotedByUs || info.offset === fork ? fork : null;
}

/**
 * A replica that did not hear of the newest forks yet, for its new masters died too soon, say. Up to the
 * lowest of them all histories are one, and what it holds is a beginning of the current stream.
 */
export function positionBeforeFork(
  { replId, appliedOffset }: NodeInfo,
  { chain }: Lineage,
): number | null {
  const own = chain.findLastIndex((stream) => stream.replId === replId);
  if (own < 0 || own === chain.length - 1 || appliedOffset === null) return null;
  const forks = chain.slice(own + 1).map(({ forkOffset }) => forkOffset);
  return appliedOffset <= Math.min(...forks) ? appliedOffset : null;
}

/** Where a master left the current stream when it was promoted; null: it did not come from there. */
export function forkOf(info: NodeInfo, lineage: Lineage): number | null {
  if (info.role !== "master" || info.loading || info.replId2 === null) return null;
  const fork = info.secondOffset - 1;
  if (info.replId2 === currentReplId(lineage)) return fork;
  const before = { ...info, role: "replica", replId: info.replId2, appliedOffset: fork } as const;
  return positionBeforeFork(before, lineage);
}

/** The highest offset ever seen under the current id, given what the nodes show now. */
export function nextHighWater(lineage: Lineage, infos: readonly NodeInfo[]): number {
  const id = currentReplId(lineage);
  const seen = infos
    .filter((info) => info.replId === id)
    .map((info) => positionOf(info, lineage) ?? 0);
  return Math.max(lineage.highWater, ...seen);
}

/** A new stream begins where the old one was left: at a promotion, or after an intact restart. */
export function extendLineage(lineage: Lineage, replId: string, forkOffset: number): Lineage {
  if (replId === currentReplId(lineage)) return lineage;
  return {
    chain: [...lineage.chain, { replId, forkOffset }].slice(-CHAIN_MAX),
    highWater: forkOffset,
  };
}
