import { describe, expect, it } from "vitest";
import {
  describePause,
  inWords,
  leftOf,
  modeNow,
  type Pause,
  sightingOf,
} from "../../../src/core/pause.ts";

const counted = { term: 3, version: 40 };
const later = { term: 4, version: 2 };
const pause: Pause = {
  by: "ann@ops",
  reason: null,
  since: 0,
  forMs: 60_000,
  leftMs: 60_000,
  counted,
};

describe("what is left of a pause", () => {
  it("is counted from when this monitor saw it", () => {
    expect(leftOf(pause, { counted, at: 1_000 }, 21_000)).toBe(40_000);
  });

  it("is what was agreed on, for one that saw it just now or saw an older count", () => {
    expect(leftOf(pause, null, 21_000)).toBe(60_000);
    expect(leftOf(pause, { counted: later, at: 0 }, 21_000)).toBe(60_000);
  });

  it("is never less than nothing, and without an end it is not counted", () => {
    expect(leftOf(pause, { counted, at: 0 }, 90_000)).toBe(0);
    expect(leftOf({ ...pause, leftMs: null }, { counted, at: 0 }, 90_000)).toBeNull();
  });
});

describe("a sighting", () => {
  it("is the first of a count, however often it is looked at", () => {
    const first = sightingOf(pause, null, 100);
    expect(sightingOf(pause, first, 900)).toBe(first);
  });

  it("begins anew with a new count, and ends with the pause", () => {
    const first = sightingOf(pause, null, 100);
    const next = sightingOf({ ...pause, counted: later }, first, 900);
    expect(next).toEqual({ counted: later, at: 900 });
    expect(sightingOf(undefined, next, 950)).toBeNull();
  });
});

it("lets monitors only watch while it lasts, whatever the mode", () => {
  expect(modeNow({ mode: "active", pause })).toBe("passive");
  expect(modeNow({ mode: "manual" })).toBe("manual");
});

it("is told in words that people use", () => {
  expect([500, 90_000, 1_800_000, 7_200_000, 172_800_000].map(inWords)).toEqual([
    "1 s",
    "90 s",
    "30 min",
    "2 h",
    "2 d",
  ]);
  expect(describePause(pause)).toBe("paused by ann@ops for 1 min");
  expect(describePause({ ...pause, forMs: null, reason: "new kernel" })).toBe(
    'paused by ann@ops until "mmm resume" (new kernel)',
  );
});
