/** Medians, ranges and ratios of few runs. What cannot be said is null, never NaN. */

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly n: number;
}

/** null: of nothing. */
export function spread(values: readonly number[]): Spread | null {
  const sorted = values.toSorted((a, b) => a - b);
  const [min] = sorted;
  const max = sorted.at(-1);
  if (min === undefined || max === undefined) return null;
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? max;
  const lower = sorted[Math.ceil(middle) - 1] ?? min;
  return { median: (lower + upper) / 2, min, max, n: sorted.length };
}

/** How many times as long `other` takes as `own`; null: there is nothing to divide by. */
export function ratio(own: Spread | null, other: Spread | null): number | null {
  if (own === null || other === null || own.median <= 0) return null;
  return other.median / own.median;
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** How many of `times` fall into each step of `stepS` seconds from `fromS` on; later ones are left out. */
export function histogram(
  times: readonly number[],
  fromS: number,
  stepS: number,
  steps: number,
): readonly number[] {
  const counts = Array.from({ length: steps }, () => 0);
  for (const time of times) {
    const step = Math.floor((time - fromS) / stepS);
    const count = counts[step];
    if (count !== undefined) counts[step] = count + 1;
  }
  return counts;
}

export interface Gap {
  readonly fromS: number;
  readonly toS: number;
}

/**
 * The longest time without an acknowledgement that ended after `struckS`, `untilS` included: a
 * client that never came back waits until then.
 */
export function longestGap(acknowledgedS: readonly number[], struckS: number, untilS: number): Gap {
  let widest: Gap = { fromS: struckS, toS: struckS };
  let last = acknowledgedS[0] ?? struckS;
  for (const at of [...acknowledgedS, untilS]) {
    if (at > struckS && at - last > widest.toS - widest.fromS) widest = { fromS: last, toS: at };
    last = at;
  }
  return widest;
}

export function rounded(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
