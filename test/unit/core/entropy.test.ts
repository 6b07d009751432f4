import { describe, expect, test } from "vitest";
import { derive, deriveBelow } from "../../../src/core/entropy.ts";

describe("derived randomness", () => {
  test("is the same for the same arguments, and whole within 32 bits", () => {
    expect(derive(2 ** 48 - 1, 3)).toBe(derive(2 ** 48 - 1, 3));
    for (let entropy = 0; entropy < 2 ** 48; entropy += 2 ** 41 + 12_345) {
      const value = derive(entropy, 1);
      expect(Number.isInteger(value) && value >= 0 && value < 2 ** 32).toBe(true);
    }
  });

  test("differs by salt, and by the high bits of the entropy", () => {
    const values = new Set<number>();
    for (let salt = 0; salt < 1_000; salt += 1) values.add(derive(42, salt));
    for (let high = 1; high < 1_000; high += 1) values.add(derive(42 + high * 2 ** 32, 0));
    expect(values.size).toBeGreaterThan(1_998);
  });

  test("fills a range evenly, also from neighbouring entropies", () => {
    const counts = Array.from({ length: 10 }, () => 0);
    for (let entropy = 0; entropy < 10_000; entropy += 1) {
      const at = deriveBelow(entropy, 5, 10);
      counts[at] = (counts[at] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(150);
  });
});
