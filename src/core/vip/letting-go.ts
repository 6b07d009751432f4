/**
 * Whether every host has let a reader VIP go that comes or leaves. A host that cannot be asked, or
 * that refuses, holds that up for ever, so a person is told which it is, and why.
 */
import type { GroupPart, Vip } from "../state.ts";
import type { Turn } from "../turn.ts";
import { troubleWith } from "./desk.ts";
import { unprovenHolders } from "./proofs.ts";
import { proofContext } from "./upkeep.ts";

/** Longer than hosts that answer need, and than most leases. */
const TOLD_AFTER_MS = 5000;

export function isLetGo(turn: Turn, group: GroupPart, vip: Vip): boolean {
  const unproven = unprovenHolders(proofContext(turn, group, vip), null);
  const lasted = turn.lasting(group.name, `letting go ${vip.ip}`, unproven.length > 0);
  const why = unproven.map((name) => {
    const desk = turn.desk(group.name, vip.ip, name);
    return `${name} (${troubleWith(desk, group.backend) ?? "not answered yet"})`;
  });
  const what = vip.leaving === true ? "leave the group" : "be served";
  const text = `${vip.ip} is to ${what}, but nothing proves yet that it is not on ${why.join(", ")}; let that host be reached and its list name the VIP, or if it is off for certain, say so: mmm adopt --empty ${unproven[0]}`;
  turn.alarm(`${group.name}: ${vip.ip} let go`, lasted > TOLD_AFTER_MS ? text : null);
  return unproven.length === 0;
}
