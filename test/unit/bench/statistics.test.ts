import { describe, expect, it } from "vitest";
import { histogram, longestGap, ratio, spread } from "../../bench/statistics.ts";

describe("a spread", () => {
  it("has the middle value of an odd number of runs as its median", () => {
    expect(spread([9, 1, 5])).toEqual({ median: 5, min: 1, max: 9, n: 3 });
  });

  it("has the mean of the two middle values of an even number", () => {
    expect(spread([10, 4, 2, 8])?.median).toBe(6);
  });

  it("of one run is that run", () => {
    expect(spread([7])).toEqual({ median: 7, min: 7, max: 7, n: 1 });
  });

  it("of nothing is null, not NaN", () => {
    expect(spread([])).toBeNull();
  });
});

describe("a ratio", () => {
  it("says how many times as long the other takes", () => {
    expect(ratio(spread([200, 300, 250]), spread([2_500]))).toBe(10);
  });

  it("is null when there is nothing to divide, or by nothing", () => {
    expect(ratio(null, spread([1]))).toBeNull();
    expect(ratio(spread([1]), null)).toBeNull();
    expect(ratio(spread([0]), spread([1]))).toBeNull();
  });
});

describe("a histogram", () => {
  it("counts what falls into each step, and leaves out what is before or after", () => {
    expect(histogram([0.99, 1, 1.004, 1.015, 1.03], 1, 0.01, 3)).toEqual([2, 1, 0]);
  });
});

describe("the longest gap", () => {
  it("is the longest one that ended after the fault, though it began before", () => {
    expect(longestGap([0, 5, 5.9, 6.5, 6.6], 6, 7)).toEqual({ fromS: 5.9, toS: 6.5 });
  });

  it("goes on until the end if the writer never came back", () => {
    expect(longestGap([0, 0.1, 0.2], 0.25, 30)).toEqual({ fromS: 0.2, toS: 30 });
  });

  it("of a writer that was never answered begins with the fault", () => {
    expect(longestGap([], 5, 8)).toEqual({ fromS: 5, toS: 8 });
  });
});
