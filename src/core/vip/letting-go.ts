/**
 * Whether every other host has let a reader VIP go that comes, leaves or moves. A host that cannot be asked,
 * or that refuses, may hold that up for ever, so a person is told which it is, and why.
 */
import type { GroupPart, Vip } from "../state.ts";
import type { Turn } from "../turn.ts";
import { troubleWith } from "./desk.ts";
import { leaseEndsAt, unprovenHolders } from "./proofs.ts";
import { proofContext } from "./upkeep.ts";

/** Longer than hosts that answer need. */
const TOLD_AFTER_MS = 5000;

export function isLetGo(turn: Turn, group: GroupPart, vip: Vip): boolean {
  const context = proofContext(turn, group, vip);
  const unproven = unprovenHolders(context, vip.node);
  // While a lease runs out nobody needs to vouch for anybody.
  const endless = unproven.filter((name) => leaseEndsAt(context, name) === Infinity);
  const lasted = turn.lasting(group.name, `letting go ${vip.ip}`, endless.length > 0);
  const why = endless.map((name) => {
    const desk = turn.desk(group.name, vip.ip, name);
    return `${name} (${troubleWith(desk, group.backend) ?? "not answered yet"})`;
  });
  const text = `${vip.ip} is to ${purposeOf(vip)}, but nothing proves yet that it is not on ${why.join(", ")}; let that host be reached and its list name the VIP, or if it is off for certain, say so: mmm adopt --empty ${endless[0]}`;
  turn.alarm(`${group.name}: ${vip.ip} let go`, lasted > TOLD_AFTER_MS ? text : null);
  return unproven.length === 0;
}

function purposeOf({ kind, node, leaving }: Vip): string {
  if (leaving === true) return "leave the group";
  return kind === "move" ? `move to ${node}` : "be served";
}
