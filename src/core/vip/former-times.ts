/**
 * The end of rule 12: longer times of an earlier epoch no longer count once every possible holder
 * was marked with a later one, and the longest wait that they could cause has passed since.
 */
import type { GroupPart, Vip } from "../state.ts";
import type { Turn } from "../turn.ts";
import { settledTimes, withVip } from "./epochs.ts";
import { waitOf } from "./proofs.ts";
import { holdsEpoch, leadingFromId } from "./stand.ts";

export function forgetFormerTimes(turn: Turn, group: GroupPart, vip: Vip): void {
  if (vip.former === undefined || turn.isChanging(group.name)) return;
  const marked = vip.holders.every((name) => {
    const desk = turn.desk(group.name, vip.ip, name);
    return desk.viewId >= leadingFromId(turn) && holdsEpoch(turn, vip, desk);
  });
  const lasted = turn.lasting(group.name, `marked anew ${vip.ip}`, marked);
  if (lasted < waitOf(vip, group.settings.clockDrift)) return;
  turn.lasting(group.name, `marked anew ${vip.ip}`, false);
  turn.change(group.name, (part) => withVip(part, vip.ip, settledTimes));
}
