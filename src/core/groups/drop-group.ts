/**
 * `mmm reload --drop-group`: a group is no longer watched over.
 *
 * Its virtual IPs cannot stay: a lease that nobody renews ends, and one that somebody renewed later
 * might be a second one. So they are fenced first, by the rules of any move, and the group is dropped
 * from the agreed state when every possible holder is proven empty. Redis is left as it is.
 */
import type { Waiting } from "../local.ts";
import { type Order, refused, taken } from "../operation/order.ts";
import { dropErrand } from "../operation/drop-errand.ts";
import type { GroupPart, Vip } from "../state.ts";
import type { Turn } from "../turn.ts";
import { driveVip } from "../vip/driver.ts";
import { fenced, isOurs } from "../vip/epochs.ts";
import { unprovenHolders } from "../vip/proofs.ts";
import { forgetFormerTimes } from "../vip/former-times.ts";
import { proofContext, renewEpoch, upkeepVip } from "../vip/upkeep.ts";

/** Longer than any lease takes to end by itself. */
const PROOF_PATIENCE_MS = 15_000;

export function takeDrop(turn: Turn, group: GroupPart, { by }: Waiting): Order {
  // Somebody asked already; whoever asks again waits with them.
  if (group.leaving === true) return taken(null);
  if (group.operation !== null) {
    const { kind, from, to } = group.operation;
    return refused(
      `a ${kind} from ${from} to ${to ?? "a replica to be chosen"} is under way; drop the group when it has ended`,
    );
  }
  turn.change(group.name, (part, stamp) => ({
    ...part,
    leaving: true,
    // Of one that was never claimed nothing was touched: there is nothing to be fenced.
    vips: part.vips.map((vip) => (vip.kind === "unclaimed" ? vip : fenced(vip, stamp))),
  }));
  turn.report({ kind: "group.leaving", group: group.name, by });
  return taken(null);
}

/** The leader's care for a group that leaves, in place of all others. */
export function dismiss(turn: Turn, group: GroupPart): void {
  for (const scope of Object.keys(turn.local(group.name).errands))
    dropErrand(turn, group.name, scope, group.nodes);
  const held = group.vips.flatMap((vip) => stillHeld(turn, group, vip));
  tellWaiting(turn, group, held);
  if (held.length > 0 || turn.isChanging(group.name)) return;
  turn.removeGroup(group.name);
  for (const id of Object.keys(turn.state.alarms))
    if (id.startsWith(`${group.name}: `)) turn.alarm(id, null);
  turn.report({ kind: "group.removed", group: group.name });
}

function stillHeld(turn: Turn, group: GroupPart, vip: Vip): readonly string[] {
  if (vip.kind === "unclaimed") return [];
  if (!isOurs(turn, vip.epoch)) {
    renewEpoch(turn, group, vip);
    return vip.holders;
  }
  upkeepVip(turn, group, vip);
  forgetFormerTimes(turn, group, vip);
  driveVip(turn, group, vip, { mayRelease: () => true });
  return unprovenHolders(proofContext(turn, group, vip), null);
}

function tellWaiting(turn: Turn, group: GroupPart, held: readonly string[]): void {
  const waits = turn.lasting(group.name, "leaving", held.length > 0);
  const text = `the group is being dropped, but nothing proves yet that ${held.join(", ")} does not serve its VIP: let it be reached, or if it is off for certain, say so: mmm adopt --empty ${held[0]} --group ${group.name}`;
  turn.alarm(`${group.name}: leaving`, waits > PROOF_PATIENCE_MS ? text : null);
}
