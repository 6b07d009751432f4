import { describe, expect, it } from "vitest";
import { isNews } from "../../../../src/core/health/news.ts";
import type { NodeVote } from "../../../../src/core/health/types.ts";
import { OWN_NETWORK_DOWN } from "../../../../src/core/health/own-network.ts";
import { isHeardByMajority, recordsOf, tallyOf } from "../../../../src/core/health/tally.ts";
import {
  bestInfo,
  deniedUntil,
  FRESH_MS,
  hold,
  isFresh,
  presentInfo,
  unheardBy,
} from "../../../../src/core/health/votes.ts";
import {
  abstains,
  all,
  evidence,
  group,
  MONITORS,
  masterInfo,
  NOW,
  operation,
  refused,
  seesMaster,
  seesReplica,
  settings,
  silent,
  vip,
  vote,
} from "./build.ts";

describe("freshness", () => {
  it("counts from the latest instant before which the vote cannot have been made", () => {
    const held = hold(seesMaster(), NOW - FRESH_MS, NOW);
    expect(isFresh(held, NOW)).toBe(true);
    expect(isFresh(held, NOW + 1)).toBe(false);
  });
});

describe("the best info", () => {
  const aged = (infoAgeMs: number, runId: string) =>
    vote({ info: masterInfo({ runId }), infoAgeMs });

  it("is the one with the smallest age, the travel of its vote included", () => {
    const votes = {
      mon1: { db1: hold(aged(100, "a"), NOW, NOW) },
      mon2: { db1: hold(aged(10, "b"), NOW - 200, NOW) },
    };
    expect(bestInfo(votes, "db1", NOW)).toMatchObject({ monitor: "mon1", ageMs: 100 });
  });

  it("is null for a node that nobody ever read", () => {
    expect(bestInfo(evidence({ db1: all(silent(100)) }), "db1", NOW)).toBeNull();
  });

  it("is not present information once it is old", () => {
    const votes = evidence({ db1: { mon1: aged(FRESH_MS + 1, "a") } });
    expect(bestInfo(votes, "db1", NOW)).not.toBeNull();
    expect(presentInfo(votes, "db1", NOW)).toBeNull();
  });
});

describe("a majority gets no answer", () => {
  const heldAt = (vote: NodeVote, at: number) => ({ db1: hold(vote, at, NOW) });

  it("until the last of so many denials is too old", () => {
    const votes = {
      mon1: heldAt(silent(100), NOW),
      mon2: heldAt(refused(100), NOW - 400),
      mon3: heldAt(silent(100), NOW - 900),
    };
    expect(deniedUntil(votes, MONITORS, "db1", 2)).toBe(NOW - 400 + FRESH_MS);
  });

  it("never, while fewer deny it than make a majority, whatever a stranger says", () => {
    const votes = {
      mon1: heldAt(silent(100), NOW),
      mon2: heldAt(seesMaster(), NOW),
      mon9: heldAt(silent(100), NOW),
    };
    expect(deniedUntil(votes, MONITORS, "db1", 2)).toBe(-Infinity);
  });
});

describe("a majority hears a node", () => {
  const network = { ...silent(5_000), vote: "abstain", reason: OWN_NETWORK_DOWN } as const;

  it.each([
    ["which is up", seesMaster(), true],
    ["which is still loading", vote({ vote: "degraded", reason: "loading" }), true],
    ["that does not let it in", abstains("wrongpass"), true],
    ["whose port is closed", refused(100), false],
    ["which is silent", silent(100), false],
    ["that it was not silent to for its own network's sake", network, false],
    ["that it did not ask yet", vote({ vote: "unknown" }), false],
  ] as const)("%s: %o", (_, second, expected) => {
    const votes = evidence({ db1: { mon1: seesMaster(), mon2: second } });
    expect(isHeardByMajority(votes, MONITORS, "db1", NOW)).toBe(expected);
  });

  it("of those that are configured, not of those that are heard", () => {
    const votes = evidence({ db1: { mon1: seesMaster(), stranger: seesMaster() } });
    expect(isHeardByMajority(votes, MONITORS, "db1", NOW)).toBe(false);
  });
});

describe("monitors that hear neither Redis nor guard", () => {
  const limits = () => ({ redisMs: 250, guardMs: 350 });
  const guard = (heardMs: number | null) => ({ heardMs, problem: null, gate: "present" as const });

  it.each([
    ["both silent", { lastGoodMs: 250, guard: guard(350) }, 1],
    ["Redis silent for less", { lastGoodMs: 249, guard: guard(350) }, 0],
    ["the guard silent for less", { lastGoodMs: 250, guard: guard(349) }, 0],
    ["Redis answers", { lastGoodMs: 30, guard: guard(400) }, 0],
    ["the guard answers", { lastGoodMs: 400, guard: guard(30) }, 0],
    ["the guard was never reached", { lastGoodMs: 400, guard: guard(null) }, 1],
    [
      "Redis was never heard",
      { vote: "silent", sinceMs: 400, lastGoodMs: null, guard: guard(null) },
      1,
    ],
    ["its host refuses", { vote: "refused", lastGoodMs: 400, guard: guard(400) }, 0],
    ["no opinion yet", { vote: "unknown", lastGoodMs: 400, guard: guard(null) }, 0],
  ] as const)("%s", (_, change, expected) => {
    const votes = evidence({ db1: { mon1: vote(change) } });
    expect(unheardBy(votes, "db1", NOW, limits)).toBe(expected);
  });

  it("are not counted on a stale vote", () => {
    const votes = evidence({ db1: all(silent(400)) }, FRESH_MS + 1);
    expect(unheardBy(votes, "db1", NOW, limits)).toBe(0);
  });

  it("are counted by the limits of each", () => {
    const votes = evidence({ db1: all(vote({ lastGoodMs: 400, guard: guard(300) })) });
    expect(unheardBy(votes, "db1", NOW, limits)).toBe(0);
    const own = (monitor: string) => ({ redisMs: 250, guardMs: monitor === "mon1" ? 0 : 350 });
    expect(unheardBy(votes, "db1", NOW, own)).toBe(1);
  });
});

describe("the tally", () => {
  it("demands a majority of the configured monitors, whoever is heard", () => {
    const five = [...MONITORS, "mon4", "mon5"];
    const tally = tallyOf(
      evidence({ db1: { mon1: refused(), mon2: refused() } }),
      five,
      "db1",
      NOW,
    );
    expect(tally).toMatchObject({ refused: 2, missing: 3, quorum: 3, down: null });
  });

  it("counts refusals as silence too", () => {
    const votes = evidence({ db1: { mon1: refused(), mon2: silent(100), mon3: seesMaster() } });
    expect(tallyOf(votes, MONITORS, "db1", NOW)).toMatchObject({ down: "silent", up: 1 });
  });

  it("counts an abstention for neither side, and records its reason", () => {
    const votes = evidence({ db1: { mon1: silent(100), mon2: abstains(), mon3: abstains() } });
    const tally = tallyOf(votes, MONITORS, "db1", NOW);
    expect(tally).toMatchObject({ silent: 1, abstain: 2, missing: 0, down: null });
    expect(recordsOf(votes, MONITORS, "db1", NOW)["mon2"]).toMatchObject({
      vote: "abstain",
      reason: "noauth",
    });
  });

  it("counts stale votes, unknown votes and strangers as missing", () => {
    const stale = evidence({ db1: { mon1: refused() } }, FRESH_MS + 1);
    const votes = {
      ...stale,
      ...evidence({
        db1: { mon2: vote({ vote: "unknown", reason: "stalled" }), other: refused() },
      }),
    };
    const tally = tallyOf(votes, MONITORS, "db1", NOW);
    expect(tally).toMatchObject({ refused: 0, missing: 3 });
    expect(recordsOf(votes, MONITORS, "db1", NOW)).toEqual({
      mon1: { vote: "missing", reason: "too old", ageMs: FRESH_MS + 1 },
      mon2: { vote: "missing", reason: "stalled", ageMs: 0 },
      mon3: { vote: "missing", reason: "never heard", ageMs: 0 },
    });
  });
});

describe("news", () => {
  const held = group({ vips: [vip("10.0.0.8", "db1")] });
  it.each([
    ["the first vote", undefined, seesMaster(), true],
    ["nothing new", seesMaster(), seesMaster(), false],
    ["a growing offset", seesReplica(), seesReplica({ appliedOffset: 9999 }), false],
    ["another vote", seesMaster(), refused(), true],
    ["another run_id", seesMaster(), seesMaster({ runId: "new" }), true],
    ["a broken link", seesReplica(), seesReplica({ link: "down" }), true],
    ["a silence that reaches down_after", silent(1999), silent(2000), true],
    ["a silence that goes on", silent(2000), silent(2100), false],
    ["a holder unheard for 250 ms", silent(249), silent(250), true],
  ])("%s", (_, before, now, expected) => {
    expect(isNews(before, now, held)).toBe(expected);
  });

  it("is not who is what while a switchover changes that; but who does not answer is", () => {
    const switching = { ...held, operation: operation("switchover") };
    const promoted = seesMaster({ runId: "new" });
    expect(isNews(seesMaster(), promoted, switching)).toBe(false);
    expect(isNews(seesMaster(), promoted, { ...held, operation: operation("failover") })).toBe(
      true,
    );
    expect(isNews(seesMaster(), refused(), switching)).toBe(true);
  });

  it("is not whether one is heard of that holds nothing, nor what slow probes make look unheard", () => {
    expect(isNews(silent(249), silent(250), group())).toBe(false);
    const slow = { ...held, settings: settings({ probeIntervalMs: 500 }) };
    expect(isNews(silent(249), silent(250), slow)).toBe(false);
    expect(isNews(silent(999), silent(1000), slow)).toBe(true);
  });
});
