/**
 * Hostile inputs, from a seed: few of them by default, so that each run of the tests tries the same;
 * with `MMM_FUZZ=1000` a thousand times as many, from a seed of their own (`MMM_FUZZ_SEED` repeats one).
 * What ever broke something stays in `known`, and is tried first each time.
 */
import fc from "fast-check";

const FACTOR = Number(process.env["MMM_FUZZ"] ?? 1);
const SEED = Number(process.env["MMM_FUZZ_SEED"] ?? (FACTOR > 1 ? Date.now() % 2 ** 31 : 1));

/** How long one test may take. */
export const FUZZ_LIMIT_MS = FACTOR > 1 ? 3_600_000 : 30_000;

export function tryAll<T>(
  inputs: fc.Arbitrary<T>,
  check: (input: T) => unknown,
  { runs, known = [] }: { readonly runs: number; readonly known?: readonly T[] },
): void {
  const property = fc.property(inputs, (input) => {
    check(input);
  });
  fc.assert(property, {
    numRuns: runs * FACTOR,
    seed: SEED,
    examples: known.map((input): [T] => [input]),
  });
}

/** Fragments in any order, with garbage between them: whoever reads text by a grammar is tried by its words. */
export function textOf(...fragments: readonly string[]): fc.Arbitrary<string> {
  const piece = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...fragments) },
    { weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 12 }) },
    { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 12 }) },
  );
  return fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(""));
}

/** A text with some changes: pieces that are cut out, doubled, replaced by garbage or by another text's. */
export function changed(texts: readonly string[]): fc.Arbitrary<string> {
  const change = fc.record({
    at: fc.nat(),
    length: fc.nat(40),
    by: fc.oneof(
      fc.constant(""),
      fc.string({ unit: "binary", maxLength: 8 }),
      fc.constantFrom("\n", "\r", "\0", ":", "=", "-1", "1e999", "9".repeat(40), "__proto__", "é"),
      fc.constantFrom(...texts).map((text) => text.slice(0, 300)),
    ),
  });
  return fc
    .tuple(fc.constantFrom(...texts), fc.array(change, { minLength: 1, maxLength: 6 }))
    .map(([text, changes]) =>
      changes.reduce((now, { at, length, by }) => {
        const place = at % (now.length + 1);
        return now.slice(0, place) + by + now.slice(place + length);
      }, text),
    );
}

/** JSON with one value somewhere in it removed, replaced by another type, or moved to another key. */
export function deformed(value: unknown): fc.Arbitrary<unknown> {
  const whole = JSON.stringify(value);
  const odd = fc.oneof(
    fc.constantFrom<unknown>(undefined, null, "", 0, -1, 1.5, 2 ** 53, true, [], {}, "__proto__"),
    fc.constantFrom<unknown>([null], [[]], { __proto__: null }, { length: 3 }, "x".repeat(5_000)),
    fc.jsonValue(),
  );
  const change = fc.record({ at: fc.nat(), odd });
  return fc.array(change, { minLength: 1, maxLength: 2 }).map((changes) => {
    let now: unknown = JSON.parse(whole);
    for (const { at, odd: by } of changes) now = replacedAt(now, at % (placesIn(now) || 1), by);
    return now;
  });
}

function placesIn(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return Object.values(value).reduce((sum: number, one) => sum + 1 + placesIn(one), 0);
}

function replacedAt(value: unknown, at: number, by: unknown): unknown {
  if (typeof value !== "object" || value === null) return by;
  let left = at;
  const copy: Record<string, unknown> = Array.isArray(value)
    ? ([...(value as unknown[])] as unknown as Record<string, unknown>)
    : { ...(value as Record<string, unknown>) };
  for (const [key, one] of Object.entries(copy)) {
    const size = 1 + placesIn(one);
    if (left >= size) {
      left -= size;
      continue;
    }
    if (left > 0) copy[key] = replacedAt(one, left - 1, by);
    else if (by === undefined) delete copy[key];
    else copy[key] = by;
    return copy;
  }
  return copy;
}

/** So many of them at once, for what costs a process to try. */
export function sampled<T>(inputs: fc.Arbitrary<T>, count: number): readonly T[] {
  return fc.sample(inputs, { numRuns: count * FACTOR, seed: SEED });
}
