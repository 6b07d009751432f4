/** `mmm reload` with a file of a group that is not agreed on yet: it is added, and watched at once. */
import type { Waiting } from "../local.ts";
import type { Command } from "../messages.ts";
import { type Order, refused, taken } from "../operation/order.ts";
import { ofArithmetic } from "../reload/obstacles.ts";
import type { Proposal } from "../reload/proposal.ts";
import type { Turn } from "../turn.ts";
import { clash } from "./clashes.ts";
import { newGroup } from "./new-group.ts";

type Reload = Extract<Command, { kind: "reload" }>;

export function takeAddition(
  turn: Turn,
  { by }: Waiting,
  { group: name, proposal, dryRun }: Reload,
): Order {
  if (proposal === null) return refused(`there is no group ${name}`);
  const why = ofArithmetic(proposal.settings) ?? clash(name, proposal, turn.groups);
  if (why !== null) return refused(`group ${name} cannot be added: ${why}`);
  const text = `group ${name}: ${described(proposal)}`;
  if (dryRun) return { kind: "answered", message: `would be added: ${text}` };
  // Two additions of one turn would not see each other.
  if (!turn.mayShape()) return { kind: "later" };
  turn.addGroup(name, (stamp) => newGroup(name, proposal, stamp));
  turn.report({ kind: "group.added", group: name, by });
  return taken(`added ${text}`);
}

function described({ nodes, writer, readers }: Proposal): string {
  const vips = [...(writer === null ? [] : [writer]), ...readers].join(", ");
  const places = nodes.map(({ name, address, port }) => `${name} ${address}:${port}`).join(", ");
  return `${places}${vips === "" ? "" : `; ${vips}`}`;
}
