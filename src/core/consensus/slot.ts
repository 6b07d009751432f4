/**
 * The slot and its differences. A slot is only ever replaced by a newer one, so messages that come
 * twice, late or out of order do no harm.
 *
 * A difference names its base, a stamp of the same term that the receiver acknowledged. All
 * versions of a term come from one leader, so whatever the receiver has of that term from the base
 * on differs from the target only in parts that the difference carries.
 */
import { isNewer, type Stamp } from "../stamp.ts";
import type { Parts, Slot, SlotDelta } from "./types.ts";

/** The next version: parts are compared by reference. The same slot if nothing changed. */
export function nextSlot(slot: Slot, parts: Parts, stamp: Stamp): Slot {
  if (parts === slot.parts) return slot;
  const changed: Record<string, Stamp> = {};
  let differs = removesPart(slot.parts, parts);
  for (const name of Object.keys(parts)) {
    const same = parts[name] === slot.parts[name];
    changed[name] = same ? (slot.changed[name] ?? slot.stamp) : stamp;
    differs ||= !same;
  }
  return differs ? { stamp, parts, changed } : slot;
}

export function removesPart(from: Parts, to: Parts): boolean {
  return Object.keys(from).some((name) => to[name] === undefined);
}

export function wholeSlot(slot: Slot): SlotDelta {
  return { base: null, stamp: slot.stamp, parts: slot.parts, changed: slot.changed };
}

/** What changed since `base`, which must not be older than the last removal of a part. */
export function slotSince(slot: Slot, base: Stamp): SlotDelta {
  const parts: Record<string, Parts[string]> = {};
  const changed: Record<string, Stamp> = {};
  for (const [name, stamp] of Object.entries(slot.changed)) {
    const part = slot.parts[name];
    if (part === undefined || !isNewer(stamp, base)) continue;
    parts[name] = part;
    changed[name] = stamp;
  }
  return { base, stamp: slot.stamp, parts, changed };
}

/** The slot after a difference: the same if it is not newer or does not fit. */
export function applyDelta(slot: Slot | null, delta: SlotDelta): Slot | null {
  if (slot !== null && !isNewer(delta.stamp, slot.stamp)) return slot;
  const { base, stamp, parts, changed } = delta;
  if (base === null) return { stamp, parts, changed };
  if (slot === null || !fits(slot.stamp, base)) return slot;
  return {
    stamp,
    parts: { ...slot.parts, ...parts },
    changed: { ...slot.changed, ...changed },
  };
}

function fits(have: Stamp, base: Stamp): boolean {
  return have.term === base.term && have.version >= base.version;
}
