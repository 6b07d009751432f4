/** What consensus carries as JSON, read as what this program means by it. */
import type { Parts, Slot } from "./consensus/types.ts";
import type { Stamp } from "./stamp.ts";
import { sameStamp } from "./stamp.ts";
import { CLUSTER_PART, type ClusterPart, type Committed, type GroupPart } from "./state.ts";
import { uniformGroup } from "./uniform.ts";

/** The same object as long as the slot is the same. */
export function retyped(known: Committed | null, slot: Slot): Committed;
export function retyped(known: Committed | null, slot: Slot | null): Committed | null;
export function retyped(known: Committed | null, slot: Slot | null): Committed | null {
  if (slot === null) return null;
  return known !== null && sameStamp(known.stamp, slot.stamp)
    ? known
    : typed(slot.parts, slot.stamp);
}

function typed(parts: Parts, stamp: Stamp): Committed {
  const groups = Object.keys(parts)
    .filter((name) => name !== CLUSTER_PART)
    .map((name) => uniformGroup(parts[name] as unknown as GroupPart));
  return { stamp, cluster: parts[CLUSTER_PART] as unknown as ClusterPart, groups };
}
