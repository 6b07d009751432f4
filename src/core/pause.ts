/**
 * A pause: for a while the monitors of a group only watch and keep its leases alive, whatever its mode
 * is, because somebody works on it. It is agreed on, so it outlives every leader.
 *
 * Its end is judged by monotonic clocks, of which no two are compared. What is left of it is agreed on
 * now and then, and each monitor counts from when it saw that: so whoever leads next goes on counting.
 * Only a monitor that was restarted begins anew at what was agreed on last. A pause is never shorter
 * than asked for, and longer only by the small rest that such a monitor had not agreed on.
 */
import type { Instant, WallTime } from "./ids.ts";
import { type Stamp, sameStamp } from "./stamp.ts";

export interface Pause {
  readonly by: string;
  readonly reason: string | null;
  /** For people. */
  readonly since: WallTime;
  /** As asked for, milliseconds; null: until somebody ends it. */
  readonly forMs: number | null;
  /** What was left of it when `counted` was proposed. */
  readonly leftMs: number | null;
  readonly counted: Stamp;
}

/** When a monitor saw, on its own clock, what was left of a pause. */
export interface Sighting {
  readonly counted: Stamp;
  readonly at: Instant;
}

/** The first that a monitor sees of it counts. */
export function sightingOf(
  pause: Pause | undefined,
  known: Sighting | null,
  now: Instant,
): Sighting | null {
  if (pause === undefined) return null;
  if (known !== null && sameStamp(known.counted, pause.counted)) return known;
  return { counted: pause.counted, at: now };
}

/** Milliseconds that are left at least; null: it has no end. */
export function leftOf(pause: Pause, seen: Sighting | null, now: Instant): number | null {
  if (pause.leftMs === null) return null;
  if (seen === null || !sameStamp(seen.counted, pause.counted)) return pause.leftMs;
  return Math.max(0, pause.leftMs - (now - seen.at));
}

/** What the monitors go by: who is paused only watches. */
export function modeNow<M>(group: { readonly mode: M; readonly pause?: Pause }): M | "passive" {
  return group.pause === undefined ? group.mode : "passive";
}

const UNITS = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
] as const;

/** `30 min`, `90 s`: in the largest unit that it is a whole number of. */
export function inWords(ms: number): string {
  const unit = UNITS.find(([size]) => ms >= size && ms % size === 0);
  return unit === undefined ? `${Math.ceil(ms / 1000)} s` : `${ms / unit[0]} ${unit[1]}`;
}

/** `is paused by ann@host for 30 min: kernel upgrade` */
export function describePause({ by, reason, forMs }: Pause): string {
  const until = forMs === null ? `until "mmm resume"` : `for ${inWords(forMs)}`;
  return `paused by ${by} ${until}${reason === null ? "" : ` (${reason})`}`;
}
