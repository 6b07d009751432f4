import { describe, expect, it } from "vitest";
import type { ErrorReplyCode, NodeVote, ProbeResult } from "../../../../src/core/health/types.ts";
import {
  createWatch,
  foundLate,
  lateAt,
  type NodeWatch,
  observed,
  probeStarted,
  roundTripMs,
  stalled,
  suspectConnection,
  voteOf,
} from "../../../../src/core/health/watch.ts";
import { nextProbeAt, probeDeadlineMs } from "../../../../src/core/health/scrutiny.ts";
import { masterInfo, NO_GUARD, NOW, probed, replicaInfo, settings } from "./build.ts";

const S = settings();
const IDS = { group: "main", node: "db1" };
const REFUSED: ProbeResult = { kind: "refused", text: "ECONNREFUSED" };
const TIMEOUT: ProbeResult = { kind: "timeout", stage: "reply" };

/** A watch that saw these results, each at NOW + its offset in ms (its probe began 1 ms before). */
function after(...steps: readonly (readonly [number, ProbeResult])[]): NodeWatch {
  let watch = createWatch(NOW);
  for (const [ms, result] of steps) {
    watch = observed(probeStarted(watch, NOW + ms - 1), result, { now: NOW + ms }, S);
  }
  return watch;
}

function voteAt(watch: NodeWatch, ms: number): NodeVote {
  return voteOf(watch, NOW + ms, NO_GUARD, IDS);
}

function reply(
  code: ErrorReplyCode,
  info = null as ReturnType<typeof masterInfo> | null,
): ProbeResult {
  return { kind: "error-reply", latencyMs: 2, code, text: code, info };
}

describe("a pulse", () => {
  const PONG: ProbeResult = { kind: "pong", latencyMs: 1 };

  it("keeps what INFO said, and proves that the node lives", () => {
    const watch = after([0, probed(masterInfo())], [900, PONG]);
    const vote = voteAt(watch, 900);
    expect(vote).toMatchObject({ vote: "up", lastGoodMs: 0, infoAgeMs: 900 });
    expect(watch.quietFrom).toBe(NOW + 900);
  });

  it("ends a beginning refusal, and asks for a closer look when the node was not up", () => {
    expect(after([0, probed(masterInfo())], [100, REFUSED], [150, PONG]).firstRefusedAt).toBeNull();
    const asleep = stalled(after([0, probed(masterInfo())]), 500);
    const woken = observed(probeStarted(asleep, NOW + 600), PONG, { now: NOW + 601 }, S);
    expect(nextProbeAt(woken, S)).toBe(NOW + 601);
  });

  it("does not take the place of the look that a lost connection asks for", () => {
    const probing = probeStarted(after([0, probed(masterInfo())]), NOW + 100);
    const lost = suspectConnection(probing, NOW + 101);
    expect(nextProbeAt(observed(lost, PONG, { now: NOW + 102 }, S), S)).toBe(NOW + 101);
  });
});

describe("what one reply means", () => {
  const loading = replicaInfo({ loading: true });
  it.each<[string, ProbeResult, string, string | null]>([
    ["INFO of a master", probed(masterInfo()), "up", null],
    ["INFO of a linked replica", probed(replicaInfo()), "up", null],
    ["INFO of a loading node", probed(loading), "degraded", "loading"],
    [
      "INFO of a syncing replica",
      probed(replicaInfo({ syncing: true, link: "down" })),
      "degraded",
      "syncing",
    ],
    [
      "INFO of a replica without its link",
      probed(replicaInfo({ link: "down" })),
      "degraded",
      "link down",
    ],
    ["LOADING", reply("LOADING", loading), "degraded", "loading"],
    ["BUSY", reply("BUSY"), "degraded", "busy"],
    ["MASTERDOWN", reply("MASTERDOWN"), "degraded", "link down"],
    ["MISCONF", reply("MISCONF", masterInfo()), "degraded", "misconf"],
    ["max number of clients", reply("MAXCLIENTS"), "degraded", "maxclients"],
    ["NOAUTH", reply("NOAUTH"), "abstain", "noauth"],
    ["WRONGPASS", reply("WRONGPASS"), "abstain", "wrongpass"],
    ["NOPERM", reply("NOPERM"), "abstain", "noperm"],
    ["DENIED", reply("DENIED"), "abstain", "denied"],
    ["an unknown error", reply("OTHER"), "abstain", "error reply"],
    ["an unknown error beside INFO", reply("OTHER", masterInfo()), "degraded", "error reply"],
    ["garbage", { kind: "garbled", text: "HTTP/1.1" }, "abstain", "garbled"],
    ["a connect timeout", { kind: "timeout", stage: "connect" }, "silent", "connect timeout"],
    ["a reply timeout", TIMEOUT, "silent", "reply timeout"],
    ["no route", { kind: "unreachable", text: "EHOSTUNREACH" }, "silent", "unreachable"],
  ])("%s", (_, result, kind, reason) => {
    expect(voteAt(after([10, result]), 10)).toMatchObject({ vote: kind, reason });
  });

  it("is unknown before the first result", () => {
    expect(voteAt(createWatch(NOW), 50)).toMatchObject({
      vote: "unknown",
      lastGoodMs: null,
      info: null,
    });
  });
});

describe("refused", () => {
  it("once keeps the vote as it was, and asks again 50 ms later", () => {
    const watch = after([0, probed(masterInfo())], [100, REFUSED]);
    expect(voteAt(watch, 100).vote).toBe("up");
    expect(nextProbeAt(watch, S)).toBe(NOW + 150);
  });

  it("twice, 50 ms apart, is a vote that counts from the first", () => {
    const watch = after([0, probed(masterInfo())], [100, REFUSED], [150, REFUSED]);
    expect(voteAt(watch, 151)).toMatchObject({ vote: "refused", sinceMs: 51, lastGoodMs: 151 });
  });

  it("twice within 50 ms is not yet a vote", () => {
    const watch = after([0, probed(masterInfo())], [100, REFUSED], [149, REFUSED]);
    expect(voteAt(watch, 149).vote).toBe("up");
    expect(nextProbeAt(watch, S)).toBe(NOW + 150);
  });

  it.each<[string, ProbeResult]>([
    ["a good reply", probed(masterInfo())],
    ["an error reply", reply("NOAUTH")],
    ["BUSY", reply("BUSY")],
  ])("begins anew after %s in between", (_, between) => {
    const watch = after([0, probed(masterInfo())], [100, REFUSED], [120, between], [160, REFUSED]);
    expect(voteAt(watch, 160).vote).not.toBe("refused");
    expect(nextProbeAt(watch, S)).toBe(NOW + 210);
  });

  it("is not forgotten over a timeout in between", () => {
    const watch = after([0, probed(masterInfo())], [100, REFUSED], [150, TIMEOUT], [200, REFUSED]);
    expect(voteAt(watch, 200)).toMatchObject({ vote: "refused", sinceMs: 100 });
  });

  it("once while silent stays silent", () => {
    const watch = after([0, probed(masterInfo())], [600, TIMEOUT], [700, REFUSED]);
    expect(voteAt(watch, 700)).toMatchObject({ vote: "silent", sinceMs: 700 });
  });
});

describe("silent", () => {
  it("counts from the last good reply, not from the first timeout", () => {
    const watch = after([0, probed(masterInfo())], [600, TIMEOUT]);
    expect(voteAt(watch, 650)).toMatchObject({ vote: "silent", sinceMs: 650, lastGoodMs: 650 });
  });

  it("counts from the beginning of the watch when nothing was ever heard", () => {
    expect(voteAt(after([500, TIMEOUT]), 500)).toMatchObject({ sinceMs: 500, lastGoodMs: null });
  });

  it("goes on over changing kinds of silence", () => {
    const watch = after(
      [0, probed(masterInfo())],
      [600, TIMEOUT],
      [700, { kind: "unreachable", text: "" }],
    );
    expect(voteAt(watch, 800)).toMatchObject({ sinceMs: 800, reason: "unreachable" });
  });

  it.each<[string, ProbeResult]>([
    ["NOAUTH", reply("NOAUTH")],
    ["LOADING", reply("LOADING")],
    ["garbage", { kind: "garbled", text: "" }],
  ])("is broken by %s", (_, result) => {
    const watch = after([0, probed(masterInfo())], [600, TIMEOUT], [700, result], [1300, TIMEOUT]);
    expect(voteAt(watch, 1300).sinceMs).toBe(600);
  });
});

describe("busy", () => {
  it("is only degraded within the grace", () => {
    const watch = after([0, reply("BUSY")], [S.busyGraceMs, reply("BUSY")]);
    expect(voteAt(watch, S.busyGraceMs)).toMatchObject({ vote: "degraded", reason: "busy" });
  });

  it("is silent after the grace, since the first BUSY", () => {
    const watch = after([0, reply("BUSY")], [S.busyGraceMs + 1, reply("BUSY")]);
    expect(voteAt(watch, S.busyGraceMs + 1)).toMatchObject({
      vote: "silent",
      sinceMs: S.busyGraceMs + 1,
    });
  });

  it("begins its grace anew after another reply", () => {
    const watch = after(
      [0, reply("BUSY")],
      [5000, probed(masterInfo())],
      [S.busyGraceMs + 1, reply("BUSY")],
    );
    expect(voteAt(watch, S.busyGraceMs + 1).vote).toBe("degraded");
  });

  it("does not count as silence when a timeout follows it", () => {
    const watch = after([0, probed(masterInfo())], [1900, reply("BUSY")], [2400, TIMEOUT]);
    expect(voteAt(watch, 2400)).toMatchObject({ vote: "silent", sinceMs: 500 });
  });
});

describe("a monitor that was asleep", () => {
  it("has no vote until the next result", () => {
    const watch = stalled(after([0, probed(masterInfo())]), 5000);
    expect(voteAt(watch, 5000)).toMatchObject({ vote: "unknown", reason: "stalled" });
    const awake = observed(watch, probed(masterInfo()), { now: NOW + 5010 }, S);
    expect(voteAt(awake, 5010).vote).toBe("up");
  });

  it("does not take the timeout of a probe that it slept through for the node's silence", () => {
    const asleep = stalled(probeStarted(after([0, probed(masterInfo())]), NOW + 100), 5000);
    const awake = observed(asleep, TIMEOUT, { now: NOW + 5100 }, S);
    expect(voteAt(awake, 5100).vote).toBe("unknown");
    expect(nextProbeAt(awake, S)).toBeLessThanOrEqual(NOW + 5100);
  });

  it("does not count its sleep as the node's silence", () => {
    const asleep = stalled(after([0, probed(masterInfo())]), 5000);
    const timedOut = observed(probeStarted(asleep, NOW + 5010), TIMEOUT, { now: NOW + 5510 }, S);
    expect(voteAt(timedOut, 5510)).toMatchObject({ vote: "silent", sinceMs: 510 });
  });

  it("needs two new refusals", () => {
    const asleep = stalled(after([0, probed(masterInfo())], [100, REFUSED]), 5000);
    const once = observed(asleep, REFUSED, { now: NOW + 5200 }, S);
    expect(voteAt(once, 5200).vote).toBe("unknown");
  });
});

describe("when to probe", () => {
  it("at once at the beginning", () => {
    expect(nextProbeAt(createWatch(NOW), S)).toBe(NOW);
  });

  it("an interval after the last start", () => {
    const started = probeStarted(createWatch(NOW), NOW);
    const watch = observed(started, probed(masterInfo()), { now: NOW + 40 }, S);
    expect(nextProbeAt(watch, S)).toBe(NOW + 100);
  });

  it("at once after a lost connection", () => {
    const watch = suspectConnection(after([10, probed(masterInfo())]), NOW + 30);
    expect(nextProbeAt(watch, S)).toBe(NOW + 30);
  });

  it("not while one is in flight, until that is overdue", () => {
    const started = suspectConnection(probeStarted(createWatch(NOW), NOW), NOW + 5);
    expect(nextProbeAt(started, S)).toBeGreaterThan(NOW + probeDeadlineMs(S));
  });

  it("takes an overdue probe for a timeout when the next one starts", () => {
    const watch = probeStarted(probeStarted(createWatch(NOW), NOW), NOW + 800);
    expect(voteAt(watch, 800)).toMatchObject({ vote: "silent", sinceMs: 800 });
  });
});

describe("an answer that is late", () => {
  const well = after([0, probed(masterInfo())]);

  it("is so 60 ms after the time that the last one took, once", () => {
    const probing = probeStarted({ ...well, latencyMs: 20 }, NOW + 100);
    expect(lateAt(probing)).toBe(NOW + 180);
    expect(lateAt(foundLate(probing))).toBe(Infinity);
    expect(foundLate(probing).inFlight).toMatchObject({ startedAt: NOW + 100, late: true });
  });

  it("is not waited for as long as a slow one took: that was no distance", () => {
    const probing = probeStarted({ ...well, latencyMs: 500 }, NOW + 100);
    expect(roundTripMs(probing)).toBe(170);
    expect(lateAt(probing)).toBe(NOW + 330);
  });

  it("is none that nobody waits for, that was slept through, or of a node that was not well", () => {
    expect(lateAt(well)).toBe(Infinity);
    expect(foundLate(well)).toBe(well);
    expect(lateAt(stalled(probeStarted(well, NOW + 100), 500))).toBe(Infinity);
    const given = probeStarted(probeStarted(well, NOW + 100), NOW + 400);
    expect(given.opinion.vote).toBe("silent");
    expect(lateAt(given)).toBe(Infinity);
  });
});

describe("what is learned of a replica", () => {
  it("growth counts from the start of the earlier of two probes", () => {
    const watch = after(
      [100, probed(replicaInfo({ appliedOffset: 10 }))],
      [200, probed(replicaInfo({ appliedOffset: 11 }))],
    );
    expect(voteAt(watch, 200).grewMs).toBe(101);
  });

  it.each([
    ["the offset stands", replicaInfo({ appliedOffset: 10 })],
    ["the offset goes back", replicaInfo({ appliedOffset: 9 })],
    ["it is another process", replicaInfo({ appliedOffset: 11, runId: "other" })],
    ["it follows another stream", replicaInfo({ appliedOffset: 11, replId: "other" })],
    ["it became master", masterInfo({ runId: "run-replica" })],
  ])("is no growth when %s", (_, second) => {
    const watch = after([100, probed(replicaInfo({ appliedOffset: 10 }))], [200, probed(second)]);
    expect(voteAt(watch, 200).grewMs).toBeNull();
  });

  it("remembers under which run_id its link was seen up", () => {
    const linked = after([0, probed(replicaInfo())], [100, probed(replicaInfo({ link: "down" }))]);
    expect(voteAt(linked, 100).linkSeenUpFor).toBe("run-replica");
    const never = after([0, probed(replicaInfo({ link: "up", syncing: true }))]);
    expect(voteAt(never, 0).linkSeenUpFor).toBeNull();
  });

  it("keeps the last INFO, with its age, while the node is silent", () => {
    const watch = after([0, probed(replicaInfo())], [600, TIMEOUT]);
    expect(voteAt(watch, 600)).toMatchObject({ infoAgeMs: 600, info: { role: "replica" } });
  });
});

describe("since when", () => {
  it("goes on while the vote stays the same and begins anew when it changes", () => {
    const steps = [
      [0, probed(masterInfo())],
      [100, probed(masterInfo())],
    ] as const;
    expect(voteAt(after(...steps), 100).sinceMs).toBe(100);
    expect(voteAt(after(...steps, [200, reply("MISCONF")]), 250).sinceMs).toBe(50);
  });
});
