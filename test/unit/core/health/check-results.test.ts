import { describe, expect, it } from "vitest";
import { type CheckResults, resultsAfter } from "../../../../src/core/health/check-results.ts";
import type { NodeVote } from "../../../../src/core/health/types.ts";
import { createMonitor } from "../../../../src/core/monitor.ts";
import { nodeStatus } from "../../../../src/core/status-node.ts";
import { EMPTY_LOCAL, type GroupLocal, type MonitorState } from "../../../../src/core/local.ts";
import { genesisPlan } from "../../../simulation/world/plan.ts";
import { group, HIGH_WATER, seesMaster, seesReplica, silent, unlinked } from "./build.ts";

const PART = group();
const FAR = HIGH_WATER - PART.settings.maxLagBytes - 1;
const guarded = (guard: Partial<NodeVote["guard"]>): NodeVote => {
  const seen = seesReplica();
  return { ...seen, guard: { ...seen.guard, gate: "present", ...guard } };
};

const isFollowing = ({ vote, info }: NodeVote) => vote !== "silent" && info?.link === "up";

/** What each vote makes of the checks, one second after the other. */
function afterAll(votes: readonly NodeVote[]): CheckResults | undefined {
  let results: CheckResults | undefined;
  votes.forEach((vote, at) => (results = resultsAfter(results, vote, PART, at * 1_000)));
  return results;
}

describe("the results of the checks", () => {
  it("are the same object as long as none changes, whatever else does", () => {
    const first = resultsAfter(undefined, seesReplica(), PART, 0);
    expect(resultsAfter(first, seesReplica({ appliedOffset: HIGH_WATER - 1 }), PART, 9)).toBe(
      first,
    );
  });

  const CASES: readonly (readonly [what: keyof CheckResults, votes: readonly NodeVote[]])[] = [
    ["link", [seesReplica(), unlinked(), unlinked()]],
    ["link", [unlinked(), seesReplica(), seesReplica()]],
    ["link", [seesReplica(), silent(50), silent(1_050)]],
    [
      "lag",
      [seesReplica(), seesReplica({ appliedOffset: FAR }), seesReplica({ appliedOffset: 0 })],
    ],
    ["lag", [seesReplica({ appliedOffset: FAR }), seesReplica(), seesReplica()]],
    ["guard", [guarded({}), guarded({ problem: "closed" }), guarded({ problem: "timeout" })]],
    ["guard", [guarded({}), guarded({ gate: "altered" }), guarded({ gate: "altered" })]],
  ];
  it.each(CASES)("%s counts from its last change: %#", (what, votes) => {
    const results = afterAll(votes);
    expect(results?.[what].since).toBe(1_000);
    const others = (["guard", "link", "lag"] as const).filter((each) => each !== what);
    // Who is silent, or not connected, says nothing good of its lag either.
    const still = votes.every(isFollowing) ? others : ["guard"];
    for (const each of others)
      if (still.includes(each)) expect(results?.[each].since, each).toBe(0);
  });

  it("of a replica that is not connected do not call it near, and call it behind once it is", () => {
    const far = unlinked({ appliedOffset: FAR });
    const lags = [seesReplica(), unlinked(), far].map((vote) => afterAll([vote])?.lag.is);
    expect(lags).toEqual(["near", "unlinked", "behind"]);
  });

  it("of a master say of its link that there is none", () => {
    expect(afterAll([seesMaster()])?.link.is).toBe("none");
  });
});

const AT = { now: 5_000, wall: 1_700_000_000_000, entropy: 1 };
const PLAN = genesisPlan({ monitors: 3, nodes: 3, readers: 0, settings: {} }, "mon1:7400");
const DISK = { storageId: "d", term: 0, votedFor: null, slot: null, acknowledged: {} };

describe("a status", () => {
  const known = (checks: GroupLocal["checks"]): MonitorState => {
    const durable = { name: "mon1", ...DISK };
    const state = createMonitor({ name: "mon1", durable, plan: PLAN }, AT);
    return { ...state, groups: { main: { ...EMPTY_LOCAL, checks } } };
  };
  const [node] = PART.nodes;

  it("says how long each result has been there", () => {
    if (node === undefined) throw new Error("it has nodes");
    const db1 = resultsAfter(
      resultsAfter(undefined, unlinked(), PART, 1_000),
      seesReplica(),
      PART,
      4_000,
    );
    expect(nodeStatus(known({ db1 }), PART, node, AT).checked).toEqual({
      guard_ms: 4_000,
      link_ms: 1_000,
      lag_ms: 1_000,
    });
    expect(nodeStatus(known({}), PART, node, AT).checked).toBeNull();
  });
});
