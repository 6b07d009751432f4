/**
 * (term, version): the one order of everything that the monitors agree on. A proposal's stamp is
 * also the *epoch* of the VIPs whose holder it changes (ARCHITECTURE.md, "The register").
 */
export interface Stamp {
  readonly term: number;
  readonly version: number;
}

/** Lexicographic: negative when `a` is older than `b`. */
export function compareStamps(a: Stamp, b: Stamp): number {
  return a.term - b.term || a.version - b.version;
}

export function sameStamp(a: Stamp | null, b: Stamp | null): boolean {
  if (a === null || b === null) return a === b;
  return compareStamps(a, b) === 0;
}

export function isNewer(a: Stamp, b: Stamp): boolean {
  return compareStamps(a, b) > 0;
}

export function showStamp(stamp: Stamp): string {
  return `${stamp.term}.${stamp.version}`;
}

/** Older than every stamp. */
export const ORIGIN: Stamp = { term: 0, version: 0 };

/** The newest of the given stamps; (0, 0) when there is none. */
export function newestStamp(...stamps: readonly (Stamp | null)[]): Stamp {
  return stamps.reduce<Stamp>(
    (newest, stamp) => (stamp !== null && isNewer(stamp, newest) ? stamp : newest),
    ORIGIN,
  );
}
