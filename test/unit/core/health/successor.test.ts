import { describe, expect, it } from "vitest";
import {
  type Candidate,
  eligible,
  type SuccessorFacts,
} from "../../../../src/core/health/eligibility.ts";
import { candidateOf, hasSuccessor } from "../../../../src/core/health/facts.ts";
import { chooseSuccessor } from "../../../../src/core/health/successor.ts";
import type { NodeInfo } from "../../../../src/core/health/types.ts";
import { FRESH_MS } from "../../../../src/core/health/votes.ts";
import type { AdminState, GroupPart, Vip } from "../../../../src/core/state.ts";
import {
  ALIEN,
  all,
  evidence,
  group,
  HIGH_WATER,
  L,
  masterInfo,
  NOW,
  OLD,
  replicaInfo,
  settings,
  silent,
  unlinked,
  vote,
} from "./build.ts";

function facts(change: Partial<NodeInfo> = {}, rest: Partial<SuccessorFacts> = {}): SuccessorFacts {
  return {
    info: replicaInfo({ link: "down", ...change }),
    reachable: true,
    linkSeenUp: true,
    ...rest,
  };
}

function candidate(
  node: string,
  change: Partial<NodeInfo> = {},
  rest: Partial<SuccessorFacts> = {},
): Candidate {
  return { node, ...facts(change, rest) };
}

function why(subject: SuccessorFacts, of: GroupPart = group()): string | null {
  return eligible(of, "db2", subject, of.lineage)?.reason ?? null;
}

function administered(admin: AdminState): GroupPart {
  const { nodes } = group();
  return group({ nodes: nodes.map((node) => (node.name === "db2" ? { ...node, admin } : node)) });
}

function registered(readSet: Vip["readSet"], kind: Vip["kind"] = "fence"): GroupPart {
  const vip: Vip = {
    ip: "10.0.0.100",
    role: "writer",
    kind,
    node: null,
    claimable: false,
    epoch: { term: 1, version: 1 },
    readSet,
    holders: [],
    gated: [],
    leaseMs: 2000,
    permitMs: 400,
  };
  return group({ backend: "nft", vips: [vip] });
}

describe("a replica may become master", () => {
  it("when it is reachable, was in sync, and has the data", () => {
    expect(why(facts())).toBeNull();
  });

  it("while it lags no more than max_lag allows", () => {
    expect(why(facts({ appliedOffset: HIGH_WATER - 1000 }))).toBeNull();
    expect(why(facts({ appliedOffset: HIGH_WATER - 1001 }))).toBe("lagging");
  });

  it("before it is frozen although it has not applied all it received", () => {
    const behind = { appliedOffset: 4990, readOffset: 5000 };
    expect(why(facts(behind))).toBeNull();
    expect(why(facts(behind, { frozen: true }))).toBe("not-applied");
  });

  it("when it does not say what it received, as before Redis 6.2", () => {
    expect(why(facts({ readOffset: null }, { frozen: true }))).toBeNull();
  });
});

describe("a replica may not become master", () => {
  it.each<[string, SuccessorFacts, string]>([
    ["when it does not answer", facts({}, { reachable: false }), "unreachable"],
    [
      "when nothing is known of it",
      { info: null, reachable: true, linkSeenUp: false },
      "unreachable",
    ],
    ["when it is a master", { ...facts(), info: masterInfo() }, "not-a-replica"],
    ["while it loads", facts({ loading: true }), "loading"],
    ["while it syncs", facts({ syncing: true }), "syncing"],
    ["with priority 0", facts({ priority: 0 }), "priority-zero"],
    [
      "when its link was not seen up under its present run_id",
      facts({}, { linkSeenUp: false }),
      "never-synced",
    ],
    [
      "when it restarted empty: the right id, offset 0",
      facts({ appliedOffset: 0 }, { linkSeenUp: false }),
      "never-synced",
    ],
    ["when it restarted empty and was linked again", facts({ appliedOffset: 0 }), "lagging"],
    ["with another stream", facts({ replId: ALIEN }), "other-lineage"],
    ["with an older generation's stream", facts({ replId: OLD }), "other-lineage"],
    [
      "with our stream only as its second id",
      facts({ replId: ALIEN, replId2: L, secondOffset: 5001 }),
      "other-lineage",
    ],
  ])("%s", (_, subject, reason) => {
    expect(why(subject)).toBe(reason);
  });

  it("when its full sync was broken off, however short the stream is", () => {
    const lineage = { ...group().lineage, highWater: 500 };
    expect(eligible(group(), "db2", facts({ appliedOffset: 2 }), lineage)).toBeNull();
    const refusal = eligible(group(), "db2", facts({ appliedOffset: 1 }), lineage);
    expect(refusal?.text).toBe("db2 does not show a position in the replication stream");
  });

  it("when an operator or the flap rule took it out", () => {
    expect(why(facts(), administered("offline"))).toBe("offline");
    expect(why(facts(), administered("awaiting-recovery"))).toBe("awaiting-recovery");
  });

  it("when it is an old master on its way back", () => {
    const since = { term: 1, version: 1 };
    expect(why(facts(), group({ rejoining: { db2: { since, minReplicas: "0" } } }))).toBe(
      "rejoining",
    );
  });

  it("when its register is not read, if registers are used and were read", () => {
    expect(why(facts(), registered({ db2: "in" }))).toBeNull();
    expect(why(facts(), registered({ db2: "joining" }))).toBe("not-in");
    expect(why(facts(), registered({}))).toBe("not-in");
    expect(why(facts(), registered({}, "unclaimed"))).toBeNull();
  });

  it("when no master was ever adopted", () => {
    expect(why(facts(), group({ lineage: { chain: [], highWater: 0 } }))).toBe("other-lineage");
  });
});

describe("one that is master already", () => {
  const promoted = (fork: number, change: Partial<NodeInfo> = {}): SuccessorFacts => ({
    ...facts(),
    info: masterInfo({
      replId: ALIEN,
      replId2: L,
      secondOffset: fork + 1,
      offset: fork,
      ...change,
    }),
    asMaster: true,
  });

  it.each<[string, SuccessorFacts, string | null]>([
    ["may stay it with the group's data up to its fork", promoted(HIGH_WATER), null],
    ["and with writes of its own", promoted(HIGH_WATER, { offset: HIGH_WATER + 300 }), null],
    ["whatever its priority", promoted(HIGH_WATER, { priority: 0 }), null],
    ["may lag as any other, up to its fork", promoted(HIGH_WATER - 1000, { offset: 9_999 }), null],
    ["but no more", promoted(HIGH_WATER - 1001, { offset: 9_999 }), "lagging"],
    ["may not with another history", promoted(HIGH_WATER, { replId2: ALIEN }), "not-a-replica"],
    ["may not while it loads", promoted(HIGH_WATER, { loading: true }), "loading"],
    [
      "may not if it was never a replica in sync",
      { ...promoted(HIGH_WATER), linkSeenUp: false },
      "never-synced",
    ],
    ["may not in a switchover", { ...promoted(HIGH_WATER), asMaster: false }, "not-a-replica"],
  ])("%s", (_, subject, reason) => {
    expect(why(subject)).toBe(reason);
  });

  it("comes before all who have no more, and after who has", () => {
    const choose = (fork: number): string | null =>
      chooseSuccessor({
        group: group(),
        from: "db1",
        candidates: [
          candidate("db2", {}, { frozen: true }),
          { node: "db3", ...promoted(fork), frozen: true },
        ],
        preferred: null,
        excluded: [],
      }).chosen;
    expect(choose(HIGH_WATER)).toBe("db3");
    expect(choose(HIGH_WATER - 1)).toBe("db2");
  });

  it("is told why it may not", () => {
    const lags = eligible(group(), "db2", promoted(HIGH_WATER - 1001), group().lineage);
    expect(lags?.text).toMatch(/^db2, which is master already, lacks 1001 bytes /);
    const { lineage } = group();
    const alien = eligible(group(), "db2", promoted(9, { replId2: ALIEN }), lineage);
    expect(alien?.text).toBe("db2, which is master already, does not continue the group's data");
  });
});

describe("who was in sync", () => {
  const unseen = facts({}, { linkSeenUp: false });

  it("is known by what was agreed on, to monitors that were restarted", () => {
    expect(why(unseen, group({ inSync: { db2: "run-replica" } }))).toBeNull();
  });

  it("is so only as the same process", () => {
    expect(why(unseen, group({ inSync: { db2: "another run" } }))).toBe("never-synced");
    expect(why(unseen, group({ inSync: { db3: "run-replica" } }))).toBe("never-synced");
  });
});

describe("the group's own master, that answers as a replica,", () => {
  const ofMaster = (subject: SuccessorFacts): string | null =>
    eligible(group(), "db1", subject, group().lineage)?.reason ?? null;

  it.each<[string, SuccessorFacts, string | null]>([
    ["may become master again with all that was seen", facts({}, { linkSeenUp: false }), null],
    [
      "may not with less, unless it was in sync since",
      facts({ appliedOffset: HIGH_WATER - 1 }, { linkSeenUp: false }),
      "never-synced",
    ],
    [
      "may not with another stream",
      facts({ replId: ALIEN, appliedOffset: HIGH_WATER + 1 }, { linkSeenUp: false }),
      "never-synced",
    ],
    ["may not while it loads", facts({ loading: true }, { linkSeenUp: false }), "loading"],
  ])("%s", (_, subject, reason) => {
    expect(ofMaster(subject)).toBe(reason);
  });

  it("may be taken by whoever accepts the loss, even if it cannot say what it holds", () => {
    const unknown = facts({ replId: ALIEN, appliedOffset: 0 }, { linkSeenUp: false });
    expect(ofMaster({ ...unknown, acceptDataLoss: true })).toBeNull();
  });

  it("is preferred to nobody who has as much, and wins over all who have less", () => {
    const from = "db1";
    const choose = (candidates: readonly Candidate[]): string | null =>
      chooseSuccessor({ group: group(), from, candidates, preferred: null, excluded: [] }).chosen;
    const frozen = { frozen: true };
    const demoted = candidate("db1", {}, { ...frozen, linkSeenUp: false });
    expect(choose([demoted, candidate("db2", { appliedOffset: 4900 }, frozen)])).toBe("db1");
    expect(choose([demoted, candidate("db2", {}, frozen)])).toBe("db2");
  });
});

describe("an operator who accepts data loss", () => {
  it.each<[string, SuccessorFacts]>([
    ["may promote one that lags", facts({ appliedOffset: 200 })],
    ["may promote an older generation", facts({ replId: OLD })],
    ["may promote one that restarted from our data", facts({}, { linkSeenUp: false })],
    ["may promote one that has not applied all", facts({ readOffset: 6000 }, { frozen: true })],
  ])("%s", (_, subject) => {
    expect(why(subject)).not.toBeNull();
    expect(why({ ...subject, acceptDataLoss: true })).toBeNull();
  });

  it.each<[string, SuccessorFacts, string]>([
    ["one that loads", facts({ loading: true }), "loading"],
    ["one that syncs", facts({ syncing: true }), "syncing"],
    ["one that does not answer", facts({}, { reachable: false }), "unreachable"],
    ["one that was never in sync", facts({ replId: ALIEN }, { linkSeenUp: false }), "never-synced"],
    [
      "one that restarted empty",
      facts({ appliedOffset: 0 }, { linkSeenUp: false }),
      "never-synced",
    ],
    ["one with priority 0", facts({ priority: 0 }), "priority-zero"],
  ])("may not promote %s", (_, subject, reason) => {
    expect(why({ ...subject, acceptDataLoss: true })).toBe(reason);
  });

  it("may promote one that was in sync before it restarted from an AOF, unless it is empty", () => {
    const before = group({ inSync: { db2: "an earlier run" } });
    const restarted = { replId: ALIEN, appliedOffset: 1 };
    const holding = (empty: boolean): SuccessorFacts =>
      facts({ ...restarted, empty }, { linkSeenUp: false });
    expect(why(holding(false), before)).toBe("never-synced");
    expect(why({ ...holding(false), acceptDataLoss: true }, before)).toBeNull();
    expect(why({ ...holding(true), acceptDataLoss: true }, before)).toBe("never-synced");
  });
});

describe("the choice", () => {
  const FROZEN = { frozen: true };
  function choose(
    candidates: readonly Candidate[],
    change: { preferred?: string; excluded?: string[]; from?: string } = {},
  ) {
    return chooseSuccessor({
      group: group(),
      from: change.from ?? "db1",
      candidates,
      preferred: change.preferred ?? null,
      excluded: change.excluded ?? [],
    });
  }

  it.each<[string, readonly Candidate[], string | undefined, string]>([
    [
      "lower priority first, before the data are final",
      [candidate("db2", { appliedOffset: 4900, priority: 1 }), candidate("db3")],
      undefined,
      "db2",
    ],
    [
      "then the higher offset",
      [candidate("db2", { appliedOffset: 4900 }), candidate("db3")],
      undefined,
      "db3",
    ],
    ["then the name", [candidate("db3"), candidate("db2")], undefined, "db2"],
    [
      "the wished one, before the data are final",
      [candidate("db2"), candidate("db3", { appliedOffset: 4900 })],
      "db3",
      "db3",
    ],
    [
      "the freshest, once frozen",
      [
        candidate("db2", { appliedOffset: 4900, priority: 1 }, FROZEN),
        candidate("db3", {}, FROZEN),
      ],
      undefined,
      "db3",
    ],
    [
      "the freshest even against a wish",
      [candidate("db2", { appliedOffset: 4999 }, FROZEN), candidate("db3", {}, FROZEN)],
      "db2",
      "db3",
    ],
    [
      "the wished one among equals",
      [candidate("db2", { priority: 1 }, FROZEN), candidate("db3", {}, FROZEN)],
      "db3",
      "db3",
    ],
    [
      "lower priority among equals",
      [candidate("db2", {}, FROZEN), candidate("db3", { priority: 1 }, FROZEN)],
      undefined,
      "db3",
    ],
    [
      "the named one, when data loss is accepted",
      [
        candidate("db2", { appliedOffset: 10 }, { ...FROZEN, acceptDataLoss: true }),
        candidate("db3", {}, { ...FROZEN, acceptDataLoss: true }),
      ],
      "db2",
      "db2",
    ],
    [
      "the freshest, when data loss is accepted for nobody in particular",
      [
        candidate("db2", { appliedOffset: 10, priority: 1 }, { ...FROZEN, acceptDataLoss: true }),
        candidate("db3", {}, { ...FROZEN, acceptDataLoss: true }),
      ],
      undefined,
      "db3",
    ],
  ])("takes %s", (_, candidates, preferred, chosen) => {
    expect(choose(candidates, preferred === undefined ? {} : { preferred }).chosen).toBe(chosen);
  });

  it("takes the one that the file prefers among equals, before any priority, but not before data", () => {
    const prefer = { node: "db3", afterMs: 1_000 };
    const inGroup = group({ settings: settings({ prefer }) });
    const answer = (applied: number, preferred: string | null = null) =>
      chooseSuccessor({
        group: inGroup,
        from: "db1",
        candidates: [
          candidate("db2", { priority: 1 }, FROZEN),
          candidate("db3", { appliedOffset: applied }, FROZEN),
        ],
        preferred,
        excluded: [],
      }).chosen;
    expect(answer(HIGH_WATER)).toBe("db3");
    expect(answer(HIGH_WATER - 1)).toBe("db2");
    expect(answer(HIGH_WATER, "db2")).toBe("db2");
  });

  it("does not prefer one that may not become master", () => {
    const answer = choose([candidate("db2", { loading: true }), candidate("db3")], {
      preferred: "db2",
    });
    expect(answer.chosen).toBe("db3");
    expect(answer.refusals).toMatchObject([
      { node: "db2", reason: "loading", text: "db2 is loading its data" },
    ]);
  });

  it("never takes the old master, nor one that failed before", () => {
    const old: Candidate = { node: "db1", ...facts({}), info: masterInfo() };
    const answer = choose([old, candidate("db2")], { excluded: ["db2"] });
    expect(answer).toMatchObject({ chosen: null, best: null });
    expect(answer.refusals.map(({ reason }) => reason)).toEqual(["is-source", "excluded"]);
  });

  it("names the freshest of those whose data could be accepted, when none is good", () => {
    const answer = choose([
      candidate("db2", { appliedOffset: 100 }),
      candidate("db3", { appliedOffset: 200 }),
      candidate("db4", { loading: true }),
    ]);
    expect(answer).toMatchObject({ chosen: null, best: "db3" });
  });

  it("answers with nobody when there are no candidates", () => {
    expect(choose([])).toEqual({ chosen: null, refusals: [], best: null });
  });
});

describe("the evidence on a candidate", () => {
  it("is reachable only while somebody gets fresh answers", () => {
    expect(candidateOf(evidence({ db2: all(unlinked()) }), "db2", NOW).reachable).toBe(true);
    expect(candidateOf(evidence({ db2: all(silent(600)) }), "db2", NOW).reachable).toBe(false);
    expect(
      candidateOf(evidence({ db2: all(unlinked()) }, FRESH_MS + 1), "db2", NOW).reachable,
    ).toBe(false);
  });

  it("was linked when any monitor saw it under its present run_id, however long ago", () => {
    const present = evidence({ db2: { mon1: vote({ info: replicaInfo(), linkSeenUpFor: null }) } });
    expect(candidateOf(present, "db2", NOW).linkSeenUp).toBe(false);
    const past = evidence({ db2: { mon2: vote({ linkSeenUpFor: "run-replica" }) } }, 60_000);
    expect(candidateOf({ ...present, ...past }, "db2", NOW).linkSeenUp).toBe(true);
  });

  it("says whether anybody could take over", () => {
    expect(hasSuccessor(group(), evidence({ db2: all(unlinked()) }), NOW)).toBe(true);
    expect(hasSuccessor(group(), evidence({ db2: all(unlinked({ replId: ALIEN })) }), NOW)).toBe(
      false,
    );
  });
});
