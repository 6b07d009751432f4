import { describe, expect, it } from "vitest";
import {
  depthOf,
  isCalm,
  probeDeadlineMs,
  probeEveryMs,
} from "../../../../src/core/health/scrutiny.ts";
import { FRESH_MS } from "../../../../src/core/health/votes.ts";
import type { ProbeResult } from "../../../../src/core/health/types.ts";
import {
  createWatch,
  type NodeWatch,
  observed,
  probeStarted,
  suspectConnection,
} from "../../../../src/core/health/watch.ts";
import type { GroupPart, Phase, Vip } from "../../../../src/core/state.ts";
import { group, masterInfo, NOW, operation, probed, replicaInfo, settings, vip } from "./build.ts";

function seen(result: ProbeResult, watch = createWatch(NOW - 1)): NodeWatch {
  return observed(probeStarted(watch, NOW - 1), result, { now: NOW }, settings());
}

const calm = {
  db1: seen(probed(masterInfo())),
  db2: seen(probed(replicaInfo())),
  db3: seen(probed(replicaInfo())),
};

function depthAfter(
  ms: number,
  watches: Record<string, NodeWatch> = calm,
  part: GroupPart = group(),
  isDenied = false,
) {
  return depthOf(part, { watches, isDenied }, "db2", NOW + ms);
}

describe("how much a probe asks", () => {
  it("is a mere pulse while all is well, and INFO twice a second", () => {
    expect(depthAfter(100)).toBe("pulse");
    expect(depthAfter(400)).toBe("pulse");
    expect(depthAfter(500)).toBe("full");
  });

  it.each<[string, Record<string, NodeWatch>]>([
    ["has not been seen", { db1: calm.db1, db3: calm.db3 }],
    ["refused once", { ...calm, db1: seen({ kind: "refused", text: "" }, calm.db1) }],
    ["is silent", { ...calm, db3: seen({ kind: "timeout", stage: "reply" }, calm.db3) }],
    ["lost its link", { ...calm, db3: seen(probed(replicaInfo({ link: "down" }))) }],
    ["lost its connection", { ...calm, db1: suspectConnection(calm.db1, NOW) }],
    ["is a second master", { ...calm, db3: seen(probed(masterInfo())) }],
  ])("is everything when a node of the group %s", (_, watches) => {
    expect(depthAfter(100, watches)).toBe("full");
  });

  it("is a pulse in a switchover, for clients wait for the nodes then", () => {
    expect(depthAfter(100, calm, group({ operation: operation("switchover") }))).toBe("pulse");
    expect(depthAfter(100, calm, group({ operation: operation("failover") }))).toBe("full");
  });

  it("is a pulse in a switchover also when the roles have changed, but not when one is silent", () => {
    const switching = group({ operation: operation("switchover") });
    const changed = { ...calm, db2: seen(probed(masterInfo())) };
    expect(depthAfter(100, changed, switching)).toBe("pulse");
    const silent = { ...changed, db1: seen({ kind: "timeout", stage: "reply" }, calm.db1) };
    expect(depthAfter(100, silent, switching)).toBe("full");
  });

  it("is everything while a majority gets no answer from the master: replicas may have to testify", () => {
    expect(depthAfter(100, calm, group(), true)).toBe("full");
  });

  it("is everything before the group has a master", () => {
    expect(depthAfter(100, calm, group({ master: null }))).toBe("full");
  });
});

describe("how often a node is probed", () => {
  const every = (node: string, part: GroupPart = group(), watches = calm, isDenied = false) =>
    probeEveryMs(part, node, isCalm(part, { watches, isDenied }), 3);

  it("is the interval for the master, and less often for replicas that serve nobody", () => {
    expect(["db1", "db2", "db3"].map((node) => every(node))).toEqual([100, 230, 230]);
  });

  it("is seldom while a switchover hands over, for clients wait, and who conducts it reads the nodes itself", () => {
    const everyIn = (phase: Phase) =>
      every("db1", group({ operation: { ...operation("switchover"), phase } }));
    expect((["prepare", "handover", "claim", "undo"] as const).map(everyIn)).toEqual([
      100, 230, 230, 100,
    ]);
  });

  it("is the interval for all as soon as one of them is not well", () => {
    const odd = { ...calm, db3: seen({ kind: "refused", text: "" }, calm.db3) };
    expect(["db1", "db2", "db3"].map((node) => every(node, group(), odd))).toEqual([100, 100, 100]);
  });

  it("is the interval for all while a majority gets no answer from the master", () => {
    const paces = ["db1", "db2", "db3"].map((node) => every(node, group(), calm, true));
    expect(paces).toEqual([100, 100, 100]);
  });

  it("is the interval for a replica that may serve a virtual IP, or comes back", () => {
    const writer = vip("10.0.0.8", "db1");
    const reader: Vip = { ...vip("10.0.0.9", "db2"), role: "reader" };
    expect(every("db2", group({ vips: [writer, reader] }))).toBe(100);
    expect(every("db3", group({ vips: [writer, reader] }))).toBe(230);
    expect(every("db3", group({ vips: [{ ...writer, holders: ["db1", "db3"] }] }))).toBe(100);
    const rejoining = { db3: { since: { term: 1, version: 1 }, minReplicas: null } };
    expect(every("db3", group({ rejoining }))).toBe(100);
  });

  it("is never more often than was configured", () => {
    const slow = group({ settings: settings({ probeIntervalMs: 500 }) });
    expect(every("db2", slow)).toBe(500);
  });

  it("is the less often the more nodes there are in groups that are not calm, but twice in the life of an INFO", () => {
    const pace = (nodes: number, probeIntervalMs = 100): number =>
      probeEveryMs(group({ settings: settings({ probeIntervalMs }) }), "db1", false, nodes);
    expect([3, 50, 300, 900].map((nodes) => pace(nodes))).toEqual([100, 100, 600, 700]);
    expect(probeEveryMs(group(), "db1", true, 900)).toBe(100);
    expect(pace(900)).toBeLessThanOrEqual(FRESH_MS / 2);
    expect(pace(3, 1000)).toBe(1000);
  });

  it("is not so seldom that a replica's growth lapses before its next probe can tell of more", () => {
    for (const downAfterMs of [300, 500, 1000, 2000, 8000]) {
      const part = group({ settings: settings({ downAfterMs, probeIntervalMs: 50 }) });
      const pace = probeEveryMs(part, "db2", false, 900);
      // From the start of the earlier probe to the answer of the one after the later: `health/witness.ts`.
      expect(2 * pace + probeDeadlineMs(part.settings)).toBeLessThan(downAfterMs + 50);
    }
  });
});
