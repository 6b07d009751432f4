import { describe, expect, it } from "vitest";
import { flightsWithout, goneParts, memoryWithout } from "../../../../src/core/forget.ts";
import type { GroupLocal, MonitorState } from "../../../../src/core/local.ts";
import { differences } from "../../../../src/core/reload/differences.ts";
import { withNodes } from "../../../../src/core/reload/nodes.ts";
import type { ProposedNode } from "../../../../src/core/reload/proposal.ts";
import type { Committed, GroupPart } from "../../../../src/core/state.ts";
import { settings } from "../health/build.ts";
import { group, proposed, STAMP, WRITER } from "./build.ts";

const db4: ProposedNode = { ...(proposed()[0] as ProposedNode), name: "db4", address: "10.0.0.4" };

describe("nodes of another file", () => {
  it("are told one by one", () => {
    const nodes = [...proposed().slice(0, 2), db4];
    const change = { settings: settings(), nodes, writer: WRITER.ip, readers: [], mode: null };
    expect(differences(group(), change)).toEqual([
      "[db4] added: 10.0.0.4:6379",
      "[db3] removed: 10.0.0.3:6379",
    ]);
  });

  it("start out when they are added, which is no new epoch", () => {
    const after = withNodes(group(), STAMP, [...proposed(), db4]);
    expect(after.nodes.at(-1)).toEqual({ ...db4, admin: "online", outages: [] });
    expect(after.vips).toEqual([WRITER]);
  });

  it("leave the read set under a new epoch", () => {
    const after = withNodes(group(), STAMP, proposed().slice(0, 2));
    expect(after.vips).toEqual([
      { ...WRITER, epoch: STAMP, readSet: { db1: "in", db2: "in" }, gated: ["db1", "db2"] },
    ]);
  });

  it("are another host when their address is another: out, and known for nothing", () => {
    const worn = group().nodes.map((node) => ({ ...node, outages: [1] }));
    const moved = proposed().map((node) =>
      node.name === "db3" ? { ...node, address: "10.0.0.9" } : node,
    );
    const after = withNodes(group({ nodes: worn }), STAMP, moved);
    expect(after.nodes.map(({ outages }) => outages.length)).toEqual([1, 1, 0]);
    expect(after.vips[0]?.readSet).toEqual({ db1: "in", db2: "in" });
  });

  it("may serve the WRITER until their register was read, as long as nothing was adopted", () => {
    const before = {
      ...WRITER,
      kind: "unclaimed",
      node: null,
      holders: ["db1", "db2", "db3"],
    } as const;
    const [vip] = withNodes(group({ vips: [before] }), STAMP, [...proposed(), db4]).vips;
    expect(vip?.holders).toEqual(["db1", "db2", "db3", "db4"]);
    expect(vip?.readSet["db4"]).toBe("in");
    expect(vip?.epoch).toEqual(WRITER.epoch);
  });

  it("count at once where there is no register", () => {
    const [vip] = withNodes(group({ backend: "off" }), STAMP, [...proposed(), db4]).vips;
    expect(vip?.readSet["db4"]).toBe("in");
    expect(vip?.epoch).toEqual(WRITER.epoch);
  });

  it("are no longer expected back", () => {
    const rejoining = { db3: { since: STAMP, minReplicas: "0" } };
    expect(withNodes(group({ rejoining }), STAMP, proposed().slice(0, 2)).rejoining).toEqual({});
  });
});

describe("the memory of a node that left", () => {
  const committed = (part: GroupPart) => ({ groups: [part] }) as unknown as Committed;
  const gone = (after: readonly ProposedNode[]) =>
    goneParts(committed(group()), committed(withNodes(group(), STAMP, after)));

  it("goes", () => {
    const desks = { [WRITER.ip]: { db1: {}, db3: {} } };
    const evidence = { mon1: { db1: {}, db3: {} } };
    const campaigns = { [WRITER.ip]: {} };
    const watches = { db1: {}, db3: {} };
    const checks = { db1: {}, db3: {} };
    const local = { watches, evidence, checks, desks, campaigns } as unknown as GroupLocal;
    const [left] = gone(proposed().slice(0, 2));
    expect(left && memoryWithout(local, left)).toEqual({
      watches: { db1: {} },
      evidence: { mon1: { db1: {} } },
      checks: { db1: {} },
      desks: { [WRITER.ip]: { db1: {} } },
      campaigns,
    });
  });

  it("is not renewed by answers that are still on their way", () => {
    const flights: MonitorState["flights"] = [
      { id: 1, flight: { kind: "probe", group: "main", node: "db3" } },
      { id: 2, flight: { kind: "guard", group: "main", vip: WRITER.ip, node: "db1" } },
      { id: 3, flight: { kind: "task", group: "main", errand: "e", key: "k" } },
    ];
    const kept = flightsWithout(flights, { group: "main", nodes: ["db3"], vips: [] });
    expect(kept.map(({ id }) => id)).toEqual([2, 3]);
  });

  it("goes when its name is given to another Redis", () => {
    const other = proposed().map((node) => (node.name === "db3" ? { ...node, port: 6380 } : node));
    expect(gone(other)).toEqual([{ group: "main", nodes: ["db3"], vips: [] }]);
  });

  it("goes with a VIP that is dropped, of every node", () => {
    const before = committed(group());
    const [left] = goneParts(before, committed(group({ vips: [] })));
    expect(left).toEqual({ group: "main", nodes: [], vips: [WRITER.ip] });
    const known = { desks: { [WRITER.ip]: { db1: {} } }, campaigns: { [WRITER.ip]: {} } };
    const checks = { db1: {} };
    const local = { watches: { db1: {} }, evidence: {}, checks, ...known } as unknown as GroupLocal;
    expect(left && memoryWithout(local, left)).toEqual({
      watches: { db1: {} },
      evidence: {},
      checks,
      desks: {},
      campaigns: {},
    });
    const flights: MonitorState["flights"] = [
      { id: 1, flight: { kind: "probe", group: "main", node: "db1" } },
      { id: 2, flight: { kind: "guard", group: "main", vip: WRITER.ip, node: "db1" } },
    ];
    expect(left && flightsWithout(flights, left)).toEqual(flights.slice(0, 1));
  });

  it("stays when nothing changed", () => {
    expect(gone(proposed())).toEqual([]);
  });
});
