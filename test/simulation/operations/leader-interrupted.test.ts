/**
 * The leader dies, or sleeps for ten seconds and wakes, after each single thing that it does for a
 * switchover, a failover and a rejoin. Whoever leads then finishes or undoes it: nothing stays
 * paused, blocked or frozen, there is one master at the VIP, and no switchover loses a write.
 */
import { describe, expect, test } from "vitest";
import type { Interruption } from "./interruption.ts";
import { STORIES, told, wrongInTheEnd } from "./stories.ts";

const WAYS: readonly Interruption[] = ["dies", "sleeps"];

describe.each(STORIES)("$name", (story) => {
  const calm = told(story, null, "dies");

  test("goes well without interruption", () => {
    expect(wrongInTheEnd(calm, story)).toBeNull();
  });

  const cases = calm.deeds.flatMap((deed) => WAYS.map((how) => ({ deed, how })));
  test.each(cases)("whose leader $how after: $deed", ({ deed, how }) => {
    const world = told(story, deed, how);
    expect(world.interrupted).not.toBeNull();
    expect(wrongInTheEnd(world, story)).toBeNull();
  });
});
