/** When the nodes' own idea of who is master differs from the agreed one. */
import type { NodeName } from "../ids.ts";
import { isOurDoing } from "../promoted.ts";
import { nodeOf } from "../state.ts";
import { follows } from "./facts.ts";
import { type Inquiry, type Rule, type Stray, votesOfWitnesses } from "./inquiry.ts";
import { rebirthSeen } from "./rebirth-rules.ts";
import { type NodeInfo } from "./types.ts";
import { FRESH_MS, type FreshVote, infoAgeMs, isAnswering, presentInfo } from "./votes.ts";

/**
 * A majority sees that the agreed master follows somebody. Either nobody is master now, or a
 * person (or another tool) made another node master: that is not ours to undo blindly.
 */
export const masterDemoted: Rule = (inquiry) => {
  const { master, tally } = inquiry;
  const seenBy = seenAsReplica(inquiry);
  if (seenBy.length < tally.quorum) return null;
  const votes = votesOfWitnesses(inquiry, seenBy, "demoted: it follows another");
  const others = otherMasters(inquiry);
  const elsewhere = others.find(({ node }) => isFollowedBy(inquiry, node, seenBy)) ?? others[0];
  if (elsewhere !== undefined) {
    const text = `${master} was made a replica, and ${elsewhere.node} is master now`;
    return { kind: "undecided", moved: elsewhere.node, votes, tally, text };
  }
  const text = `${master} was made a replica, and no node is master`;
  return { kind: "no-master", master, tally, votes, text };
};

export const strayMasters: Rule = (inquiry) => {
  const { master, tally, evidence, now } = inquiry;
  if (presentInfo(evidence, master, now)?.role !== "master") return null;
  // An old master on its way back is expected; it is held as soon as it is seen.
  const others = otherMasters(inquiry)
    .filter(({ node }) => !(node in inquiry.group.rejoining))
    .map(({ node, info }): Stray => {
      const ownWrites = hasOwnWrites(info) && !isOurDoing(inquiry.group, node, info);
      return { node, ownWrites };
    });
  if (others.length === 0) return null;
  const text = `${others.map(({ node }) => node).join(", ")} is master beside ${master}`;
  const rebirth = rebirthSeen(inquiry)?.rebirth ?? null;
  return { kind: "two-masters", master, tally, others, rebirth, text };
};

/** Since it is the agreed one: a new master has just been a replica. */
function seenAsReplica({ votes, now, masterForMs }: Inquiry): readonly FreshVote[] {
  const ofItsTime = Math.min(FRESH_MS, masterForMs);
  return votes.filter(
    ({ held }) =>
      isAnswering(held.vote) &&
      held.vote.info?.role === "replica" &&
      (infoAgeMs(held, now) ?? Number.POSITIVE_INFINITY) <= ofItsTime,
  );
}

/** More than one may be master, for whatever reason: whom the old one was made to follow is meant. */
function isFollowedBy({ group }: Inquiry, name: NodeName, seenBy: readonly FreshVote[]): boolean {
  const node = nodeOf(group, name);
  if (node === undefined) return false;
  return seenBy.some(({ held: { vote } }) => vote.info !== null && follows(vote.info, node));
}

function otherMasters({
  group,
  master,
  evidence,
  now,
}: Inquiry): { node: NodeName; info: NodeInfo }[] {
  const others: { node: NodeName; info: NodeInfo }[] = [];
  for (const { name } of group.nodes) {
    const info = name === master ? null : presentInfo(evidence, name, now);
    if (info?.role === "master") others.push({ node: name, info });
  }
  return others;
}

/** It is master, and what it holds may be nowhere else. */
export function isMasterOfItsOwn(info: NodeInfo | null): boolean {
  return info?.role === "master" && hasOwnWrites(info);
}

/**
 * A promoted node without own writes stands where its second stream begins. One that was started as a
 * master, for its file names none, has no second stream: whatever it holds may be all there is of it,
 * unless that is nothing. While it loads, nothing is known.
 */
function hasOwnWrites(info: NodeInfo): boolean {
  if (info.loading) return true;
  return info.secondOffset < 0 ? !info.empty : info.offset !== info.secondOffset - 1;
}
