import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { Turns } from "../../../../src/adapters/control/turns.ts";

describe("questions", () => {
  it("are answered one each turn of the loop, in their order", async () => {
    const turns = new Turns();
    const answered: number[] = [];
    for (const each of [1, 2, 3]) turns.take(() => answered.push(each));
    expect(answered).toEqual([]);
    for (const so of [[1], [1, 2], [1, 2, 3]]) {
      await setImmediate();
      expect(answered).toEqual(so);
    }
    expect(turns.take(() => answered.push(4))).toBe(true);
    await setImmediate();
    expect(answered).toEqual([1, 2, 3, 4]);
  });

  it("that are too many are not kept", () => {
    const turns = new Turns();
    const taken = Array.from({ length: 1_000 }, () => turns.take(() => undefined));
    expect(taken.filter(Boolean)).toHaveLength(128);
  });
});
