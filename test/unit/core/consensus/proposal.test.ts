import { describe, expect, test } from "vitest";
import { members, propose } from "../../../../src/core/consensus/consensus.ts";
import { nextSlot, slotSince } from "../../../../src/core/consensus/slot.ts";
import type { ConsensusState, Part, Parts } from "../../../../src/core/consensus/types.ts";
import type { ClusterPart, Member } from "../../../../src/core/state.ts";
import { aCluster, aLeader, aSlot, at, from, hear, stamp } from "./a-monitor.ts";

function change(
  state: ConsensusState,
  edit: (cluster: ClusterPart) => ClusterPart | undefined,
): ConsensusState {
  return propose(state, at(2_010), (parts) => {
    const cluster = edit(parts["cluster"] as unknown as ClusterPart);
    return { ...parts, cluster: cluster as unknown as Part };
  }).state;
}

function member(name: string, storageId = `disk-${name}`): Member {
  return { name, storageId, address: `${name}:7400` };
}

const [MON1, MON2, MON3] = [member("mon1"), member("mon2"), member("mon3")];

describe("members change one at a time", () => {
  test.each<readonly [string, readonly Member[]]>([
    ["one added", [MON1, MON2, MON3, member("mon4")]],
    ["one removed", [MON1, MON2]],
    ["an address changed", [MON1, MON2, { ...MON3, address: "elsewhere:1" }]],
    ["the order changed", [MON3, MON2, MON1]],
  ])("%s is taken", (_, list) => {
    expect(members(change(aLeader(), (cluster) => ({ ...cluster, members: list })))).toEqual(list);
  });

  test.each<readonly [string, readonly Member[], string]>([
    ["two added", [MON1, MON2, MON3, member("mon4"), member("mon5")], "2 members at once"],
    ["two removed", [MON1], "2 members at once"],
    ["one replaced by another", [MON1, MON2, member("mon4")], "2 members at once"],
    ["a disk replaced in one go", [MON1, MON2, member("mon3", "new")], "2 members at once"],
    ["none left", [], "no members"],
    ["a name twice", [MON1, MON2, MON3, member("mon3", "new")], "named a member twice"],
    ["a disk twice", [MON1, MON2, MON3, member("mon4", "disk-mon3")], "one storage id"],
  ])("%s is a fault", (_, list, message) => {
    expect(() => change(aLeader(), (cluster) => ({ ...cluster, members: list }))).toThrow(message);
  });

  test("the next change waits until the last one is committed; other changes need not wait", () => {
    const add = (name: string) => (cluster: ClusterPart) => ({
      ...cluster,
      members: [...cluster.members, member(name)],
    });
    const added = change(aLeader(), add("mon4"));
    expect(() => change(added, add("mon5"))).toThrow("before the last change was committed");
    const noted = change(added, (cluster) => ({ ...cluster, adopted: ["0000ffff"] }));
    let decided = noted;
    for (const peer of ["mon2", "mon3"]) {
      const reply = { kind: "append-reply", round: 3, version: 13 } as const;
      decided = hear(decided, from(peer, reply, { term: 6, slot: stamp(6, 13) }), 2_020).state;
    }
    expect(members(change(decided, add("mon5")))).toHaveLength(5);
  });

  test("what was known of a member's old disk is forgotten with it", () => {
    const removed = change(aLeader(), (cluster) => ({ ...cluster, members: [MON1, MON3] }));
    expect(removed.leadership?.ackVersion["mon2"]).toBeUndefined();
    expect(removed.durable.acknowledged["mon2"]).toBeUndefined();
  });
});

describe("what a proposal must not touch", () => {
  test.each<readonly [string, (cluster: ClusterPart) => ClusterPart | undefined, string]>([
    [
      "the cluster id",
      (cluster) => ({ ...cluster, clusterId: "ffffffff" }),
      "changed the cluster id",
    ],
    ["the cluster part itself", () => undefined, "removed the cluster part"],
    ["the schema, downwards", (cluster) => ({ ...cluster, schema: 0 }), "never lowered"],
    [
      "the schema, before every member knows it",
      (cluster) => ({ ...cluster, schema: 2 }),
      "does not know",
    ],
  ])("%s", (_, edit, message) => {
    expect(() => change(aLeader(), edit)).toThrow(message);
  });
});

describe("parts", () => {
  const slot = aSlot(stamp(5, 10));

  test("that are the same object are unchanged, whatever is beside them", () => {
    const parts: Parts = { ...slot.parts, "group:b": { value: 1 } };
    const next = nextSlot(slot, parts, stamp(5, 11));
    expect(next.changed).toEqual({
      cluster: stamp(5, 10),
      "group:a": stamp(5, 10),
      "group:b": stamp(5, 11),
    });
    expect(Object.keys(slotSince(next, stamp(5, 10)).parts)).toEqual(["group:b"]);
  });

  test("fields that this version does not know are kept", () => {
    const cluster = { ...aCluster(), invented: { later: [1, 2] } } as ClusterPart;
    const state = change(aLeader({ slot: aSlot(stamp(5, 10), cluster) }), (old) => ({
      ...old,
      adopted: ["1"],
    }));
    expect(state.durable.slot?.parts["cluster"]).toMatchObject({ invented: { later: [1, 2] } });
  });

  test("a part that is gone is a change, and is gone from what changed", () => {
    const { "group:a": _, ...rest } = slot.parts;
    expect(nextSlot(slot, rest, stamp(5, 11)).changed).toEqual({ cluster: stamp(5, 10) });
  });
});
