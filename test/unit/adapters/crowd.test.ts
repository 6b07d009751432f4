import { describe, expect, it } from "vitest";
import { Crowd, placeOf } from "../../../src/adapters/crowd.ts";

const LIMITS = { most: 3, perSecond: 5 };

/** How many of so many attempts come in. */
function attempts(crowd: Crowd, address: string, count: number, now: number): number {
  return Array.from({ length: count }).filter(() => crowd.enter(address, now)).length;
}

describe("a place", () => {
  it.each([
    ["10.0.0.1", "10.0.0.1"],
    ["::ffff:10.0.0.1", "::ffff:10.0.0.1"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
    ["2001:db8:1:2::6", "2001:db8:1:2"],
    ["2001:db8::6", "2001:db8:0:0"],
    ["::1", ":0:0:0"],
    ["", ""],
  ])("of %s is %s", (address, place) => {
    expect(placeOf(address)).toBe(place);
  });
});

describe("a crowd at the door", () => {
  it("has no more than its share in at a time, and others have theirs", () => {
    const crowd = new Crowd(LIMITS);
    expect(attempts(crowd, "10.0.0.9", 100, 0)).toBe(3);
    expect(attempts(crowd, "10.0.0.1", 1, 0)).toBe(1);
    crowd.leave("10.0.0.9");
    expect(attempts(crowd, "10.0.0.9", 100, 0)).toBe(1);
  });

  it("that leaves at once comes back no faster than it may", () => {
    const crowd = new Crowd(LIMITS);
    const visits = (now: number) =>
      Array.from({ length: 20 }).filter(() => {
        const isIn = crowd.enter("10.0.0.9", now);
        if (isIn) crowd.leave("10.0.0.9");
        return isIn;
      }).length;
    expect([visits(0), visits(0), visits(400), visits(60_000)]).toEqual([5, 0, 2, 5]);
  });

  it("pays for what it did, for a second at most, and others have their share", () => {
    const crowd = new Crowd(LIMITS);
    expect(attempts(crowd, "10.0.0.9", 1, 0)).toBe(1);
    for (let deed = 0; deed < 100; deed += 1) crowd.charge("10.0.0.9", 4);
    expect(attempts(crowd, "10.0.0.9", 1, 1_100)).toBe(0);
    expect(attempts(crowd, "10.0.0.1", 1, 1_100)).toBe(1);
    expect(attempts(crowd, "10.0.0.9", 9, 1_300)).toBe(1);
  });

  it("of ever new addresses is forgotten, but for those that are in", () => {
    const crowd = new Crowd(LIMITS);
    expect(attempts(crowd, "10.0.0.1", 3, 0)).toBe(3);
    for (let index = 0; index < 5_000; index += 1) {
      crowd.enter(`fd00::${index}`, 1);
      crowd.leave(`fd00::${index}`);
    }
    expect(attempts(crowd, "10.0.0.1", 3, 10_000)).toBe(0);
  });
});
