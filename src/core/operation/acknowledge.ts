/**
 * `mmm acknowledge [NODE]`: a person has seen why a node failed. So the quiet time after its failover is
 * over, and one that was down too often may serve again; the preferred node is moved to again, whoever
 * moved the role away and whatever failed. It stays in the history who said so.
 */
import type { NodeName } from "../ids.ts";
import type { Waiting } from "../local.ts";
import { type GroupPart, type Node, nodeOf } from "../state.ts";
import type { Turn } from "../turn.ts";
import { coolingDown } from "./cooldown.ts";
import { type Order, refused, taken } from "./order.ts";
import { incident, withPast } from "./outline.ts";
import { forgiving } from "./preference-record.ts";

export function takeAcknowledge(
  turn: Turn,
  group: GroupPart,
  { by }: Waiting,
  { node }: { readonly node: NodeName | null },
): Order {
  if (node !== null && nodeOf(group, node) === undefined)
    return refused(`there is no node ${node} in group ${group.name}`);
  const meant = group.nodes.filter(({ name }) => node === null || name === node);
  const seen = meant.flatMap((each) => toAcknowledge(turn, group, each));
  if (seen.length === 0)
    return {
      kind: "answered",
      message:
        "there is nothing to acknowledge: no cooldown, no flapping, no move to a preferred node that is held back",
    };
  const reason = seen.join("; ");
  turn.change(group.name, (part, stamp) => {
    const told = { kind: "acknowledged", by, reason, from: node } as const;
    const nodes = part.nodes.map((each) => (isMeant(each, node) ? forgiven(each) : each));
    const next = withPast({ ...part, nodes }, incident(told, stamp, turn.at.wall));
    return isAboutPreferred(part, node) ? forgiving(next) : next;
  });
  return taken(`acknowledged: ${reason}`);
}

function isMeant({ name }: Node, node: NodeName | null): boolean {
  return node === null || name === node;
}

/** `node`: null for all. */
function isAboutPreferred({ settings }: GroupPart, node: NodeName | null): boolean {
  return settings.prefer !== undefined && (node === null || node === settings.prefer.node);
}

function toAcknowledge(turn: Turn, group: GroupPart, node: Node): readonly string[] {
  const cools = coolingDown(group, node.name, turn.at.wall) !== null;
  const hindered = isAboutPreferred(group, node.name) && group.preference !== undefined;
  return [
    ...(hindered ? [`${node.name} is preferred again, as if nothing had happened`] : []),
    ...(cools ? [`${node.name} may be failed over again at once`] : []),
    ...(node.admin === "awaiting-recovery" ? [`${node.name} may serve again`] : []),
  ];
}

/** Its outages were seen, so they do not count any more. One that a person set offline stays so. */
function forgiven(before: Node): Node {
  const { failedOverAt: _, ...node } = before;
  const admin = node.admin === "awaiting-recovery" ? "online" : node.admin;
  return { ...node, admin, outages: [] };
}
