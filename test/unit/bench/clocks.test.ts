import { describe, expect, it } from "vitest";
import { momentMs } from "../../bench/clocks.ts";

describe("when a fault strikes", () => {
  it.each([4, 7, 20])("is spread evenly over two seconds by %d runs", (runs) => {
    const moments = Array.from({ length: runs }, (_, index) => momentMs(index + 1)).toSorted(
      (a, b) => a - b,
    );
    const around = [...moments.slice(1), (moments[0] ?? 0) + 2_000];
    const distances = moments.map((moment, index) => (around[index] ?? 0) - moment);

    expect(Math.min(...distances)).toBeGreaterThan(0.35 * (2_000 / runs));
    expect(Math.max(...distances)).toBeLessThan(1.9 * (2_000 / runs));
  });
});
