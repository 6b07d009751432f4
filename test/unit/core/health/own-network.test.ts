/** What a monitor whose own network is down may still say of a node. */
import { describe, expect, it } from "vitest";
import { asItMayBeGiven, OWN_NETWORK_DOWN } from "../../../../src/core/health/own-network.ts";
import type { NodeVote, VoteKind } from "../../../../src/core/health/types.ts";
import { isUnheard } from "../../../../src/core/health/votes.ts";
import {
  createWatch,
  excused,
  isHeard,
  probeStarted,
  voteOf,
} from "../../../../src/core/health/watch.ts";
import { NO_GUARD } from "./build.ts";

const IDS = { group: "main", node: "db1" };

function vote(kind: VoteKind, reason: string | null = null): NodeVote {
  return { ...voteOf(createWatch(0), 5_000, NO_GUARD, IDS), vote: kind, reason, lastGoodMs: 5_000 };
}

describe("a vote", () => {
  it("of silence becomes an abstention, while the network is down", () => {
    const silent = vote("silent", "reply timeout");
    expect(asItMayBeGiven(silent, "down")).toEqual({
      ...silent,
      vote: "abstain",
      reason: OWN_NETWORK_DOWN,
    });
    for (const network of ["up", "unknown", null] as const)
      expect(asItMayBeGiven(silent, network)).toBe(silent);
  });

  it("that rests on an answer stays what it is", () => {
    const answers = [
      vote("up"),
      vote("degraded", "loading"),
      vote("refused"),
      vote("silent", "busy"),
      vote("abstain", "noauth"),
      vote("unknown", "stalled"),
    ];
    for (const one of answers) expect(asItMayBeGiven(one, "down")).toBe(one);
  });

  it("that abstains for that says nothing of how long the node was not heard", () => {
    const silent = vote("silent", "reply timeout");
    const limits = { redisMs: 250, guardMs: 350 };
    expect(isUnheard(silent, limits)).toBe(true);
    expect(isUnheard(asItMayBeGiven(silent, "down"), limits)).toBe(false);
  });
});

describe("a watch", () => {
  /** Asked once and not answered. */
  const quiet = probeStarted(probeStarted(createWatch(0), 100), 1_000);

  it("is heard only by an answer", () => {
    expect(isHeard(createWatch(0))).toBe(false);
    expect(isHeard(quiet)).toBe(false);
  });

  it("counts its silence anew once the network is back", () => {
    expect(voteOf(quiet, 4_000, NO_GUARD, IDS)).toMatchObject({ vote: "silent", sinceMs: 4_000 });
    const after = excused(quiet, 4_000);
    expect(voteOf(after, 4_300, NO_GUARD, IDS)).toMatchObject({ vote: "silent", sinceMs: 300 });
    // And so does one that was not taken for silent yet.
    const early = probeStarted(excused(createWatch(0), 4_000), 4_000);
    expect(voteOf(probeStarted(early, 4_500), 4_600, NO_GUARD, IDS)).toMatchObject({
      sinceMs: 600,
    });
  });
});
