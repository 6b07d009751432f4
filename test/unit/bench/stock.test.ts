import { describe, expect, it } from "vitest";
import { summedUp } from "../../bench/stock.ts";

const PERIOD = { struckS: 10, stoppedS: 20 };

describe("a stock client", () => {
  it("is judged by when it was answered, and by what it told its user", () => {
    const lines = [
      "ok 9.98 0",
      "error 10.5 ECONNRESET",
      "error 11 ECONNRESET",
      "ok 12.48 1",
      "ok 19.99 2",
    ];
    expect(summedUp(lines, PERIOD)).toEqual({
      gap_ms: 7_510,
      gap_is_open: false,
      acknowledged: 3,
      errors: { ECONNRESET: 2 },
    });
  });

  it("that never came back waits until it was stopped", () => {
    expect(summedUp(["ok 9.5 0"], PERIOD)).toMatchObject({ gap_ms: 10_500, gap_is_open: true });
  });
});
