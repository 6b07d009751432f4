import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { REFUSED_AFTER_MS, Turns } from "../../../../src/adapters/control/turns.ts";

function questions() {
  const turns = new Turns();
  const answered: string[] = [];
  const refused: string[] = [];
  const ask = (peer: string, name = peer) => {
    turns.take({ peer, answer: () => answered.push(name), refuse: () => refused.push(name) });
  };
  return { ask, answered, refused };
}

describe("questions", () => {
  it("are answered one each turn of the loop, in their order", async () => {
    const { ask, answered } = questions();
    for (const name of ["a", "b", "c"]) ask(name);
    expect(answered).toEqual([]);
    for (const so of [["a"], ["a", "b"], ["a", "b", "c"]]) {
      await setImmediate();
      expect(answered).toEqual(so);
    }
    ask("d");
    await setImmediate();
    expect(answered).toEqual(["a", "b", "c", "d"]);
  });
});

describe("too many questions", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "setImmediate", "performance"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("of one caller are refused, late, and another one has its turn among them", () => {
    const { ask, answered, refused } = questions();
    for (let index = 0; index < 1_000; index += 1) ask("mallory");
    ask("ann");
    vi.advanceTimersByTime(REFUSED_AFTER_MS - 1);
    expect(answered).toContain("ann");
    expect([answered.length, refused.length]).toEqual([17, 0]);
    vi.advanceTimersByTime(1);
    vi.runAllTimers();
    expect(refused.length).toBe(984);
  });

  it("are refused one each turn of the loop, as what came at once is due at once", () => {
    const { ask, refused } = questions();
    for (let index = 0; index < 20; index += 1) ask("mallory");
    vi.advanceTimersByTime(REFUSED_AFTER_MS);
    for (const count of [1, 2, 3, 4]) {
      vi.advanceTimersToNextTimer();
      expect(refused.length).toBe(count);
    }
  });

  it("of many callers are answered at a bearable rate", () => {
    const { ask, answered } = questions();
    for (let ms = 0; ms < 200; ms += 10) {
      for (let caller = 0; caller < 10; caller += 1) ask(`caller ${caller}`);
      vi.advanceTimersByTime(10);
    }
    expect(answered.length).toBeGreaterThan(40);
    expect(answered.length).toBeLessThan(120);
  });
});
