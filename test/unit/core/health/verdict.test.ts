import { describe, expect, it } from "vitest";
import type { NodeInfo, NodeVote } from "../../../../src/core/health/types.ts";
import { type Verdict, verdictOf } from "../../../../src/core/health/verdict.ts";
import { type Evidence, FRESH_MS } from "../../../../src/core/health/votes.ts";
import type { GroupPart } from "../../../../src/core/state.ts";
import {
  abstains,
  ALIEN,
  all,
  evidence,
  group,
  HIGH_WATER,
  L,
  MONITORS,
  masterInfo,
  NOW,
  refused,
  replicaInfo,
  seesMaster,
  seesReplica,
  settings,
  silent,
  unlinked,
  vote,
  ZEROS,
} from "./build.ts";

interface Options {
  readonly group?: GroupPart;
  readonly members?: readonly string[];
  readonly leaseRunOut?: boolean;
  readonly masterForMs?: number;
}

function judge(votes: Evidence, options: Options = {}): Verdict {
  return verdictOf({
    group: options.group ?? group(),
    members: options.members ?? MONITORS,
    evidence: votes,
    now: NOW,
    leaseRunOut: options.leaseRunOut ?? false,
    masterForMs: options.masterForMs ?? Number.POSITIVE_INFINITY,
  });
}

type Views = Parameters<typeof evidence>[0][string];
const up = all(seesReplica());
const cutOff = all(unlinked());

/** What the monitors see of the master; its replicas are as given. */
function of(db1: Views, db2: Views = cutOff, db3: Views = db2): Evidence {
  return evidence({ db1, db2, db3 });
}

/** A replica over a living link, whose growth began `grewMs` ago. */
const growing = (grewMs: number, change: Partial<NodeInfo> = {}): NodeVote =>
  vote({ info: replicaInfo(change), grewMs, linkSeenUpFor: "run-replica" });

describe("a healthy master", () => {
  it("is seen up by a majority", () => {
    expect(judge(of(all(seesMaster()), up))).toMatchObject({ kind: "healthy", rebirth: null });
    expect(judge(of({ mon1: seesMaster(), mon2: seesMaster() }, up)).kind).toBe("healthy");
  });

  it("is healthy although one monitor abstains", () => {
    const votes = of({ mon1: seesMaster(), mon2: seesMaster(), mon3: abstains() }, up);
    expect(judge(votes).kind).toBe("healthy");
  });

  it("is healthy with a single monitor", () => {
    expect(judge(of({ mon1: seesMaster() }, up), { members: ["mon1"] }).kind).toBe("healthy");
  });
});

describe("a minority", () => {
  it.each([
    ["refused for ever", refused(1e6)],
    ["silent for ever", silent(1e6)],
  ])("that finds the master %s makes it suspect, never down", (_, against) => {
    const verdict = judge(of({ mon1: against, mon2: seesMaster(), mon3: seesMaster() }, up));
    expect(verdict).toMatchObject({ kind: "suspect" });
    expect(verdict.text).toBe("db1 is unreachable from mon1 (1 of 3); seen by mon2, mon3");
  });

  it("is no majority when the others are not heard", () => {
    expect(judge(of({ mon1: refused(1e6) })).kind).toBe("undecided");
    expect(judge(of({ mon1: silent(1e6), mon2: seesMaster() })).kind).toBe("suspect");
  });

  it("of five monitors is two, however sure they are", () => {
    const members = [...MONITORS, "mon4", "mon5"];
    const votes = of({ mon1: refused(1e6), mon2: refused(1e6) });
    expect(judge(votes, { members }).kind).toBe("undecided");
  });
});

describe("votes that do not count", () => {
  it("an operator's mistake at every monitor is never down", () => {
    for (const reason of ["noauth", "wrongpass", "noperm", "denied", "garbled", "error reply"]) {
      const verdict = judge(of(all(abstains(reason)), up));
      expect(verdict.kind).toBe("undecided");
      expect(verdict.text).toContain("3 of them abstained");
    }
  });

  it("stale votes do not count, on either side", () => {
    expect(judge(evidence({ db1: all(refused(1e6)) }, FRESH_MS + 1)).kind).toBe("undecided");
    expect(judge(evidence({ db1: all(seesMaster()) }, FRESH_MS + 1)).kind).toBe("undecided");
  });

  it("monitors without an opinion do not count", () => {
    const votes = of({
      mon1: refused(1e6),
      mon2: vote({ vote: "unknown" }),
      mon3: vote({ vote: "unknown" }),
    });
    expect(judge(votes).kind).toBe("undecided");
  });

  it("monitors that are not members do not count", () => {
    const votes = of({ mon1: refused(), mon8: refused(), mon9: refused() });
    expect(judge(votes).kind).toBe("undecided");
  });
});

describe("a refusing master", () => {
  const majority = { mon1: refused(60), mon2: refused(55), mon3: seesMaster() };

  it("is down at once by a majority", () => {
    const verdict = judge(of(majority));
    expect(verdict).toMatchObject({ kind: "master-down", how: "refused" });
    expect(verdict.text).toBe("db1 refuses connections: mon1, mon2 (2 of 3)");
  });

  it("leaves the votes that justify it with the verdict", () => {
    const verdict = judge(of({ mon1: refused(60), mon2: refused(55) }));
    expect(verdict.kind === "master-down" && verdict.votes).toEqual({
      mon1: { vote: "refused", reason: null, ageMs: 0 },
      mon2: { vote: "refused", reason: null, ageMs: 0 },
      mon3: { vote: "missing", reason: "never heard", ageMs: 0 },
    });
  });

  it("is down when no replica answers either", () => {
    expect(judge(of(majority, all(refused()))).kind).toBe("master-down");
  });

  it("is unreachable while a replica grows since the refusal", () => {
    expect(judge(of(majority, all(growing(40))))).toMatchObject({
      kind: "unreachable",
      vetoedBy: ["db2", "db3"],
    });
  });

  it("is down although a replica grew just before it died", () => {
    expect(judge(of(all(refused(400)), all(growing(450)))).kind).toBe("master-down");
  });

  it("is down when a replica that grew has lost its link", () => {
    const drained = all({ ...unlinked(), grewMs: 40 });
    expect(judge(of(majority, drained)).kind).toBe("master-down");
  });

  it("waits 300 ms for a replica whose link still stands, and not longer", () => {
    expect(judge(of(all(refused(299)), up)).kind).toBe("suspect");
    expect(judge(of(all(refused(300)), up))).toMatchObject({ kind: "master-down", how: "refused" });
  });

  it("is not vetoed by a replica of another stream, or in the black hole", () => {
    const alien = all(growing(40, { replId: ALIEN }));
    expect(judge(of(majority, alien)).kind).toBe("master-down");
    const hole = all(growing(40, { masterHost: "127.77.0.1", link: "down" }));
    expect(judge(of(majority, hole)).kind).toBe("master-down");
  });

  it("is not vetoed once the lease has run out", () => {
    expect(judge(of(majority, all(growing(40))), { leaseRunOut: true }).kind).toBe("master-down");
  });

  it("is given its restart grace by each monitor of the majority", () => {
    const patient = { group: group({ settings: settings({ restartGraceMs: 5000 }) }) };
    expect(judge(of(all(refused(4999))), patient).kind).toBe("suspect");
    expect(judge(of({ mon1: refused(5000), mon2: refused(5000) }), patient)).toMatchObject({
      how: "refused",
    });
    expect(judge(of({ mon1: refused(9000), mon2: refused(4999) }), patient).kind).toBe("suspect");
  });
});

describe("a silent master", () => {
  it("is down after down_after by a majority, and not a millisecond before", () => {
    expect(judge(of({ mon1: silent(2000), mon2: silent(1999) })).kind).toBe("suspect");
    expect(judge(of({ mon1: silent(2000), mon2: silent(2000) }))).toMatchObject({
      kind: "master-down",
      how: "silent",
    });
  });

  it("does not become more silent while a vote lies here", () => {
    expect(judge(evidence({ db1: all(silent(1900)) }, 500)).kind).toBe("suspect");
  });

  it("is down when one monitor is refused and another hears nothing", () => {
    expect(judge(of({ mon1: silent(2000), mon2: refused(1990) }))).toMatchObject({ how: "silent" });
  });

  it("counts a refusal from the last good reply", () => {
    const rebooting = { ...refused(100), lastGoodMs: 2000 };
    expect(judge(of({ mon1: silent(2000), mon2: rebooting })).kind).toBe("master-down");
  });

  it("is down although a minority still sees it", () => {
    expect(judge(of({ mon1: silent(2000), mon2: silent(2000), mon3: seesMaster() })).kind).toBe(
      "master-down",
    );
  });

  it("is unreachable while a replica grows after the last good reply", () => {
    const verdict = judge(of(all(silent(2000)), all(growing(1000)), cutOff));
    expect(verdict).toMatchObject({ kind: "unreachable", vetoedBy: ["db2"] });
  });

  it("is not vetoed by growth that may have been before the last good reply of one of them", () => {
    const votes = of({ mon1: silent(5000), mon2: silent(2000) }, all(growing(2001)));
    expect(judge(votes).kind).toBe("master-down");
  });

  it("is not vetoed by a link that is up but does not grow", () => {
    expect(judge(of(all(silent(2000)), up)).kind).toBe("master-down");
  });

  it("is down once the veto has lapsed: down_after without growth", () => {
    expect(judge(of(all(silent(9000)), all(growing(2099)))).kind).toBe("unreachable");
    expect(judge(of(all(silent(9000)), all(growing(2100)))).kind).toBe("master-down");
  });

  it("is down once the lease has run out, growth or not", () => {
    expect(judge(of(all(silent(9000)), all(growing(100))), { leaseRunOut: true }).kind).toBe(
      "master-down",
    );
  });

  it("is down by what was so before it was master only down_after later", () => {
    const silence = of(all(silent(9000)));
    expect(judge(silence, { masterForMs: 1999 }).kind).toBe("suspect");
    expect(judge(silence, { masterForMs: 2000 }).kind).toBe("master-down");
    const refusal = of(all(vote({ vote: "refused", sinceMs: 500 })));
    expect(judge(refusal, { masterForMs: 499 }).kind).toBe("suspect");
    expect(judge(refusal, { masterForMs: 500 }).kind).toBe("master-down");
  });

  it("is not vetoed by a replica that nobody reaches any more", () => {
    const gone = all(vote({ vote: "silent", info: replicaInfo(), grewMs: 900 }));
    expect(judge(of(all(silent(2000)), gone)).kind).toBe("master-down");
  });

  it("is busy when that is what a majority hears", () => {
    expect(judge(of(all(silent(10_001, "busy"))))).toMatchObject({
      kind: "master-down",
      how: "busy",
    });
  });

  it("is only silent while a restart grace holds the refusals back", () => {
    const patient = { group: group({ settings: settings({ restartGraceMs: 5000 }) }) };
    expect(judge(of(all(refused(3000))), patient).kind).toBe("suspect");
    expect(judge(of({ mon1: refused(3000), mon2: silent(3000) }), patient).kind).toBe("suspect");
    expect(judge(of({ mon1: silent(3000), mon2: silent(3000) }), patient).kind).toBe("master-down");
  });
});

describe("a master that answers but does not serve", () => {
  it.each(["misconf", "maxclients", "busy", "loading"])("is suspect: %s", (reason) => {
    const verdict = judge(of(all(vote({ vote: "degraded", reason, info: masterInfo() })), up));
    expect(verdict).toMatchObject({ kind: "suspect", rebirth: null });
    expect(verdict.text).toContain(reason);
  });
});

describe("a reborn master", () => {
  const newLife = { replId: ALIEN, uptimeS: 1, runId: "new" };
  const intact = seesMaster({ ...newLife, replId2: L, secondOffset: HIGH_WATER + 1 });
  const goneBack = seesMaster({ ...newLife, replId2: L, secondOffset: 4000 });
  const empty = seesMaster({ ...newLife, replId2: ZEROS, offset: 0 });
  const aof = seesMaster({ ...newLife, replId2: ZEROS, offset: 0, aof: true });
  const loading = (sinceMs: number): NodeVote =>
    vote({
      vote: "degraded",
      reason: "loading",
      sinceMs,
      info: masterInfo({ ...newLife, loading: true }),
    });
  const policy = (onReboot: "auto" | "failover" | "wait") => ({
    group: group({ settings: settings({ onReboot }) }),
  });
  /** Reconnecting after the restart, but not emptied yet. */
  const full = cutOff;
  const emptied = all(unlinked({ replId: ALIEN, appliedOffset: 0 }));

  it.each<[string, NodeVote, "auto" | "failover" | "wait", Views, string]>([
    ["RDB, SIGTERM: intact", intact, "auto", full, "healthy"],
    ["RDB, kill -9: gone back", goneBack, "auto", full, "master-down"],
    ["AOF: unknown", aof, "auto", full, "master-down"],
    ["no persistence: empty", empty, "auto", full, "master-down"],
    ["empty, and its replicas already are too", empty, "auto", emptied, "suspect"],
    ["AOF, and no replica has more", aof, "auto", emptied, "suspect"],
    ["empty, on_reboot = wait", empty, "wait", full, "suspect"],
    ["gone back, on_reboot = failover", goneBack, "failover", full, "master-down"],
    ["intact, on_reboot = failover", intact, "failover", full, "master-down"],
    ["intact, on_reboot = failover, nobody to take over", intact, "failover", emptied, "healthy"],
    ["loading is not judged", loading(500), "auto", full, "suspect"],
    ["loading for longer than a silence may last", loading(2000), "auto", full, "master-down"],
    ["loading, on_reboot = wait", loading(1e6), "wait", full, "suspect"],
    ["loading, on_reboot = failover", loading(1), "failover", full, "master-down"],
    [
      "a new id without a restart",
      seesMaster({ ...newLife, uptimeS: 7200 }),
      "failover",
      full,
      "healthy",
    ],
  ])("%s", (...[, db1, onReboot, replicas, kind]) => {
    const verdict = judge(of(all(db1), replicas), policy(onReboot));
    expect(verdict.kind).toBe(kind);
    if (verdict.kind === "master-down") expect(verdict.how).toBe("reborn");
  });

  it("that is intact says so, for the lineage to be extended", () => {
    expect(judge(of(all(intact)))).toMatchObject({ kind: "healthy", rebirth: "intact" });
  });

  it("that is intact says so, too, while a monitor is cut off from it", () => {
    const seen = of({ mon1: intact, mon2: intact, mon3: silent(5000) });
    expect(judge(seen)).toMatchObject({ kind: "suspect", rebirth: "intact" });
  });

  it("that went back and is kept says so, for an alarm", () => {
    expect(judge(of(all(empty), emptied))).toMatchObject({
      kind: "suspect",
      rebirth: "gone-back",
      text: "db1 was restarted without its newest data, and stays master: no replica could take over",
    });
  });

  it("that went back says so, too, while a monitor is cut off from it", () => {
    const seen = of({ mon1: empty, mon2: empty, mon3: silent(5000) }, emptied);
    expect(judge(seen)).toMatchObject({ kind: "suspect", rebirth: "gone-back" });
  });

  it("is measured against offsets that only the replicas still remember", () => {
    const ahead = all(unlinked({ appliedOffset: HIGH_WATER + 50 }));
    expect(judge(of(all(intact), ahead))).toMatchObject({ kind: "master-down", how: "reborn" });
  });

  it("is down only when a majority has seen it", () => {
    expect(judge(of({ mon1: empty })).kind).toBe("undecided");
    expect(judge(of({ mon1: empty, mon2: empty }))).toMatchObject({ kind: "master-down" });
    expect(judge(of({ mon1: empty, mon2: seesMaster(), mon3: seesMaster() })).kind).toBe("healthy");
  });

  it("is not judged by an INFO from before", () => {
    const old = { ...empty, infoAgeMs: FRESH_MS + 1 };
    expect(judge(of(all(old))).kind).toBe("healthy");
  });

  it("tells in its votes what was seen", () => {
    const verdict = judge(of({ mon1: aof, mon2: aof }));
    expect(verdict.kind === "master-down" && verdict.votes["mon1"]).toMatchObject({
      vote: "up",
      reason: "reborn: unknown",
    });
  });
});

describe("roles that differ from what was agreed", () => {
  const demoted = all(seesReplica({ runId: "run-db1", masterHost: "10.0.0.2" }));

  it("no master: a majority sees it follow, and nobody is master", () => {
    expect(judge(of(demoted, up))).toMatchObject({ kind: "no-master", master: "db1" });
  });

  it("no master: the votes of those who see it follow say so, and no others", () => {
    const { mon1, mon2 } = demoted;
    const votesIn = (verdict: Verdict) => (verdict.kind === "no-master" ? verdict.votes : {});
    expect(votesIn(judge(of({ mon1, mon2, mon3: refused() }, up)))).toMatchObject({
      mon1: { vote: "up", reason: "demoted: it follows another" },
      mon2: { vote: "up", reason: "demoted: it follows another" },
      mon3: { vote: "refused", reason: refused().reason },
    });
    expect(votesIn(judge(of({ mon1, mon2 }, up)))["mon3"]).toMatchObject({
      vote: "missing",
      reason: "never heard",
    });
  });

  it("undecided: it follows, and another node was made master by hand", () => {
    const promoted = all(seesMaster({ runId: "run-db2", replId: ALIEN, replId2: L }));
    expect(judge(of(demoted, promoted, up))).toMatchObject({ kind: "undecided", moved: "db2" });
  });

  it("that it followed before it was the master is no news", () => {
    const young = of(demoted, all(seesMaster({ runId: "run-db2", replId: ALIEN, replId2: L })), up);
    expect(judge(young, { masterForMs: 20 }).kind).toBe("healthy");
    expect(judge(young, { masterForMs: 1000 })).toMatchObject({ kind: "undecided", moved: "db2" });
    expect(judge(of(demoted, up), { masterForMs: 20 }).kind).toBe("healthy");
  });

  it("a minority that sees it follow changes nothing", () => {
    const votes = of({ mon1: demoted["mon1"], mon2: seesMaster(), mon3: seesMaster() }, up);
    expect(judge(votes).kind).toBe("healthy");
  });

  it.each([
    ["without own writes", { offset: 4999, secondOffset: 5000 }, false],
    ["with own writes", { offset: 5010, secondOffset: 5000 }, true],
    ["with a stream of its own", { offset: 5010, secondOffset: -1 }, true],
    ["that holds nothing", { offset: 0, secondOffset: -1, empty: true }, false],
    ["that holds nothing yet", { offset: 0, secondOffset: -1, empty: true, loading: true }, true],
    ["still loading", { offset: 4999, secondOffset: 5000, loading: true }, true],
  ])("two masters: a stray %s", (_, change, ownWrites) => {
    const stray = all(seesMaster({ replId: ALIEN, ...change }));
    expect(judge(of(all(seesMaster()), stray, up))).toMatchObject({
      kind: "two-masters",
      others: [{ node: "db2", ownWrites }],
    });
  });

  it("two masters need present information on both", () => {
    const stale = all({ ...seesMaster(), infoAgeMs: FRESH_MS + 1 });
    expect(judge(of(all(seesMaster()), stale, up)).kind).toBe("healthy");
  });

  it("a dead master beside a stray one is down first", () => {
    expect(judge(of(all(refused()), all(seesMaster()), cutOff)).kind).toBe("master-down");
  });
});

it("is undecided before a master was adopted", () => {
  expect(judge(of(all(seesMaster())), { group: group({ master: null }) }).kind).toBe("undecided");
});
