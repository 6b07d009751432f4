import { describe, expect, it } from "vitest";
import { nextLimitAt } from "../../../../src/core/health/limits.ts";
import type { GroupSettings } from "../../../../src/core/settings.ts";
import { createWatch, type NodeWatch } from "../../../../src/core/health/watch.ts";
import { NOW, settings } from "./build.ts";

const NEVER = -Infinity;
const UNHEARD = { redisMs: 250, guardMs: 350 };

function limits(change: Partial<GroupSettings> = {}) {
  return { settings: settings(change), unheard: UNHEARD };
}

function watch(change: Partial<NodeWatch>): NodeWatch {
  return { ...createWatch(NOW - 10_000), ...change };
}

function well(lastGoodAt: number): NodeWatch {
  return watch({ opinion: { vote: "up", reason: null, since: NOW - 9000 }, lastGoodAt });
}

function silentSince(since: number): NodeWatch {
  const opinion = { vote: "silent", reason: "reply timeout", since } as const;
  return watch({ opinion, lastGoodAt: since });
}

describe("the next limit of a vote", () => {
  it("is, of a node that is well, when a majority might suspect it", () => {
    expect(nextLimitAt(well(NOW - 30), NEVER, limits(), NOW)).toBe(NOW - 30 + UNHEARD.redisMs);
  });

  it("moves on with what the guard answers", () => {
    const at = nextLimitAt(well(NOW - 300), NOW - 10, limits(), NOW);
    expect(at).toBe(NOW - 10 + UNHEARD.guardMs);
  });

  it("does not lie ahead of one that holds nothing", () => {
    const idle = { settings: settings(), unheard: null };
    expect(nextLimitAt(well(NOW - 30), NEVER, idle, NOW)).toBe(Infinity);
  });

  it("is down_after once the first has passed", () => {
    const at = nextLimitAt(silentSince(NOW - 1000), NEVER, limits({ downAfterMs: 2000 }), NOW);
    expect(at).toBe(NOW + 1000);
  });

  it("counts restart_grace on top", () => {
    const patient = limits({ downAfterMs: 2000, restartGraceMs: 5000 });
    expect(nextLimitAt(silentSince(NOW - 2500), NEVER, patient, NOW)).toBe(NOW + 2500);
    expect(nextLimitAt(silentSince(NOW - 5500), NEVER, patient, NOW)).toBe(NOW + 1500);
  });

  it("does not lie ahead of a node that is down for good", () => {
    expect(nextLimitAt(silentSince(NOW - 9000), NEVER, limits(), NOW)).toBe(Infinity);
  });
});
