/**
 * What the history tells of is of two kinds. A deed changed whom a node follows; all else is a word, which
 * changed nothing there. Each is remembered on its own: a person who sets a node offline every night must
 * not make the monitors forget their last failover.
 */
import type { WallTime } from "./ids.ts";
import type { PastOperation } from "./state.ts";

type Told = Pick<PastOperation, "kind">;

const DEEDS: ReadonlySet<PastOperation["kind"]> = new Set(["failover", "switchover", "rejoin"]);

export function isDeed({ kind }: Told): boolean {
  return DEEDS.has(kind);
}

export function endedAt({ startedAt, durationMs }: PastOperation): WallTime {
  return startedAt + durationMs;
}

/** The newest of each of the two, so many at most, in the order in which they come. */
export function newestOf<T>(all: readonly T[], count: number, past: (of: T) => Told): readonly T[] {
  const kept = new Set([true, false].flatMap((deeds) => newest(deeds)));
  return all.filter((each) => kept.has(each));

  function newest(deeds: boolean): readonly T[] {
    return all.filter((each) => isDeed(past(each)) === deeds).slice(-count);
  }
}

/** The oldest of each of the two, where there are so many that older ones may be forgotten. */
export function oldestOf<T extends Told>(past: readonly T[], count: number): readonly T[] {
  return [true, false].flatMap((deeds) => {
    const all = past.filter((each) => isDeed(each) === deeds);
    return all.length < count ? [] : all.slice(0, 1);
  });
}
