import { describe, expect, it } from "vitest";
import type { Phase } from "../../../src/core/state.ts";
import type { GroupStatus, Status } from "../../../src/core/status-types.ts";
import { masterOf, whyNotPrimary, whyNotReplica } from "../../../src/core/whereabouts.ts";
import { aGroup, aNode, anOperation, aStatus, DOWN_NODE } from "../cli/fixtures.ts";

function group(status: Status): GroupStatus {
  const [only] = status.groups;
  if (only === undefined) throw new Error("no group");
  return only;
}

const WELL = aStatus();
const IGNORANT: readonly (readonly [string, Status])[] = [
  ["in a minority", aStatus({ cluster: { has_quorum: false } })],
  ["without a leader", aStatus({ cluster: { leader: null } })],
  ["before the founding", aStatus({ cluster: { id: null } })],
  ["that was removed", aStatus({ status: { answered_by: { name: "mon9", age_ms: 0 } } })],
  [
    "that has not heard the leader of late",
    aStatus({ status: { answered_by: { name: "mon1", age_ms: 1_500 } } }),
  ],
];

describe.each(IGNORANT)("a monitor %s", (_, status) => {
  it("says of no node that it is master or replica", () => {
    expect(masterOf(status, group(status)).kind).toBe("unknown");
    expect(whyNotPrimary(status, group(status), "db1")).toBeTypeOf("string");
    expect(whyNotReplica(status, group(status), "db2", null)).toBeTypeOf("string");
  });
});

describe("the master", () => {
  it("is the agreed one, with its lease", () => {
    expect(whyNotPrimary(WELL, group(WELL), "db1")).toBeNull();
    expect(whyNotPrimary(WELL, group(WELL), "db2")).toBe("the master is db1");
  });

  const between: readonly Phase[] = ["handover", "fence", "promote", "undo"];
  it.each(between)("is nobody while an operation is in %s", (phase) => {
    const status = aStatus({ group: { operation: anOperation({ phase }) } });
    expect(masterOf(status, group(status))).toMatchObject({ kind: "unknown" });
  });

  it("is the old one while a switchover is prepared", () => {
    const operation = anOperation({ kind: "switchover", phase: "prepare" });
    const status = aStatus({ group: { operation } });
    expect(whyNotPrimary(status, group(status), "db1")).toBeNull();
  });

  it("is known, but not to be written to, while it does not answer", () => {
    const status = aStatus({ group: { nodes: [aNode("db1", DOWN_NODE), aNode("db2")] } });
    expect(masterOf(status, group(status)).kind).toBe("known");
    expect(whyNotPrimary(status, group(status), "db1")).toBe("db1 does not answer");
  });

  it("needs a live lease where virtual IPs are leases", () => {
    const { writer } = aGroup();
    const lapsed = writer === null ? null : { ...writer, holder: null };
    const status = aStatus({ group: { writer: lapsed } });
    expect(whyNotPrimary(status, group(status), "db1")).toContain("no live lease");
    const without = aStatus({ group: { writer: lapsed, lease_backend: "off" } });
    expect(whyNotPrimary(without, group(without), "db1")).toBeNull();
  });
});

describe("a replica", () => {
  it("may be read while it lags by no more than asked", () => {
    expect(whyNotReplica(WELL, group(WELL), "db2", null)).toBeNull();
    expect(whyNotReplica(WELL, group(WELL), "db2", 14)).toBeNull();
    expect(whyNotReplica(WELL, group(WELL), "db2", 13)).toBe("db2 lags by 14 bytes");
  });

  it("is neither the master, nor one that is offline or cut off", () => {
    expect(whyNotReplica(WELL, group(WELL), "db1", null)).toBe("db1 is the master");
    const nodes = [aNode("db1"), aNode("db2", { link: "down" }), aNode("db3", DOWN_NODE)];
    const status = aStatus({ group: { nodes } });
    expect(whyNotReplica(status, group(status), "db2", null)).toContain("does not follow");
    expect(whyNotReplica(status, group(status), "db3", null)).toBe("db3 is HARD_OFFLINE");
  });
});
