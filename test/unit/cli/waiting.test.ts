import { expect, it } from "vitest";
import { instantOf } from "../../../src/cli/waiting.ts";

const now = new Date("2026-11-26T05:30:00");

it("a time of day is the next one that the clock here shows", () => {
  expect(instantOf("06:15", now)).toEqual(new Date("2026-11-26T06:15:00"));
  expect(instantOf("3:00:30", now)).toEqual(new Date("2026-11-27T03:00:30"));
});

it("an instant may say its zone", () => {
  const at = new Date(now.getTime() + 3_600_000).toISOString();
  expect(instantOf(at, now)).toEqual(new Date(at));
  expect(instantOf("2026-11-26T07:00", now)).toEqual(new Date("2026-11-26T07:00:00"));
});

it.each(["tomorrow", "25:00", "2026-13-45T99:00Z", "2026-11-26T05:00", "2027-01-01T00:00Z"])(
  "%s is refused",
  (text) => {
    expect(() => instantOf(text, now)).toThrow();
  },
);
