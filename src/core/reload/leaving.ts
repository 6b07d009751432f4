/**
 * May these nodes be taken from the group, or be reached in another way? Not one that serves or may
 * serve a VIP, nor one whose data are still needed. Whoever is left alone must be seen to serve nothing.
 */
import { candidateOf } from "../health/facts.ts";
import type { Instant } from "../ids.ts";
import { type Order, refused } from "../operation/order.ts";
import type { GroupPart, Node } from "../state.ts";
import type { Turn } from "../turn.ts";
import { ask, isIdle } from "../vip/desk.ts";
import { awaitsProofOf } from "../vip/proofs.ts";
import { heardWithin } from "../vip/upkeep.ts";
import { nodeChanges } from "./nodes.ts";
import type { Proposal, ProposedNode } from "./proposal.ts";

/** A guard that answered this lately is asked; one that does not answer is proven empty already. */
const REACHED_MS = 1000;
/** A guard that answers has released what it must not serve by then. */
const RELEASE_PATIENCE_MS = 3000;
/** How a node is reached and where it serves: not to be changed under a holder. */
const WAYS = ["port", "interface", "sshUser", "sshPort", "sshHostKey"] as const;

/** A sentence that says what to do first; null: nothing is in the way. */
export function obstacleToNodes(turn: Turn, group: GroupPart, { nodes }: Proposal): string | null {
  const { left } = nodeChanges(group.nodes, nodes);
  for (const node of left) {
    const why = needed(group, node) ?? returning(turn, group, node);
    if (why !== null) return `${node.name} cannot be removed or be another host: ${why}`;
  }
  for (const node of group.nodes) {
    const after = nodes.find(({ name, address }) => name === node.name && address === node.address);
    if (after === undefined || !reachedOtherwise(node, after)) continue;
    const why = needed(group, node);
    if (why !== null)
      return `${node.name} cannot be reached in another way now: ${why}. What is to be so for all nodes is written into the sections of the others first`;
  }
  return null;
}

function reachedOtherwise(before: Node, after: ProposedNode): boolean {
  return WAYS.some((key) => before[key] !== after[key]);
}

function needed(group: GroupPart, { name }: Node): string | null {
  if (name === group.master) return "it is the master; move the role first: mmm switchover";
  const vip = group.vips.find((each) => each.node === name || each.holders.includes(name));
  if (vip?.kind === "unclaimed")
    return `nobody has read its register of ${vip.ip} yet; if that host is off, say so: mmm adopt --empty ${name}`;
  if (vip !== undefined && awaitsProofOf(vip, name))
    return `nothing proves yet that it does not serve ${vip.ip}; if that host is off, say so: mmm adopt --empty ${name}`;
  if (vip !== undefined)
    return `it may serve ${vip.ip}; let that move first: mmm set_offline ${name}`;
  const moving = group.vips.find(({ kind }) => kind !== "hold" && kind !== "unclaimed");
  if (moving !== undefined) return `${moving.ip} is being moved; reload again in a moment`;
  return null;
}

/** One that is dead for good may be left all the same: if it returns, a person decides about its data. */
function returning(turn: Turn, group: GroupPart, { name }: Node): string | null {
  const { reachable } = candidateOf(turn.local(group.name).evidence, name, turn.now);
  return name in group.rejoining && reachable
    ? "it is an old master on its way back and may hold the last copy of the data; wait until it follows the master"
    : null;
}

/** null: none of them serves anything, as far as its guard can be asked. */
export function waitsForRelease(
  turn: Turn,
  group: GroupPart,
  left: readonly Node[],
  since: Instant,
): Order | null {
  for (const node of left) {
    if (group.vips.length === 0 || !heardWithin(turn, group, node.name, REACHED_MS)) continue;
    if (isSeenEmpty(turn, group, node, since)) continue;
    if (turn.now - since < RELEASE_PATIENCE_MS) return { kind: "later" };
    return refused(
      `the guard on ${node.name} answers, but not that it serves nothing; look at it with mmm info ${node.name}`,
    );
  }
  return null;
}

/** Its guard said so since the command came. The leader's care releases what is still there. */
function isSeenEmpty(turn: Turn, group: GroupPart, node: Node, since: Instant): boolean {
  let empty = true;
  for (const vip of group.vips) {
    const desk = turn.desk(group.name, vip.ip, node.name);
    const { view } = desk;
    if (view?.leaseMs === 0 && view.addresses.length === 0 && desk.viewAskedAt > since) continue;
    empty = false;
    const place = { group: group.name, vip, node };
    if (isIdle(desk, turn.now)) ask(turn, place, { op: "show", vip: vip.ip });
  }
  return empty;
}
