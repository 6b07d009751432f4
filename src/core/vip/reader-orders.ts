/**
 * `mmm set_ip`: a person chooses who serves a reader VIP. It moves by the same rules as any; the balance
 * of the group may move it again later, where that is not switched off by the mode or a pause.
 */
import type { Waiting } from "../local.ts";
import type { Command } from "../messages.ts";
import { type Order, refused, taken } from "../operation/order.ts";
import { incident, withPast } from "../operation/outline.ts";
import { type GroupPart, nodeOf, type Vip } from "../state.ts";
import type { Turn } from "../turn.ts";
import { counts, fitHolders, moveReader } from "./readers.ts";

export function takeReaderMove(
  turn: Turn,
  group: GroupPart,
  { by }: Waiting,
  { ip, node }: Extract<Command, { kind: "move-reader" }>,
): Order {
  const vip = group.vips.find((each) => each.ip === ip && each.role === "reader");
  if (vip === undefined) return refused(`${ip} is no reader VIP of group ${group.name}`);
  if (nodeOf(group, node) === undefined)
    return refused(`there is no node ${node} in group ${group.name}`);
  if (vip.kind === "hold" && vip.node === node)
    return { kind: "answered", message: `${ip} is on ${node} already` };
  if (vip.kind !== "hold")
    return refused(`${ip} is not settled (${vip.kind}); mmm status says when it is`);
  if (!fitHolders(turn, group, vip).includes(node)) return refused(whyNot(group, vip, node));
  moveReader(turn, group, vip, node);
  const told = { kind: "moved", by, from: vip.node, to: node, reason: `reader VIP ${ip}` } as const;
  turn.change(group.name, (part, stamp) => withPast(part, incident(told, stamp, turn.at.wall)));
  return taken(
    `${ip} goes from ${vip.node ?? "nobody"} to ${node}, as soon as the former is proven not to serve it`,
  );
}

function whyNot(group: GroupPart, vip: Vip, node: string): string {
  const { ip } = vip;
  if (node === group.master)
    return `${node} is the master; it serves ${ip} only while no replica is well enough`;
  if (!counts(group, vip, node))
    return `the register on ${node} does not count yet; mmm info ${node}`;
  return `${node} is not well enough to serve ${ip}; mmm info ${node} says why`;
}
