/** What an earlier cluster left only ever makes the first choice of a master stricter. */
import { describe, expect, it } from "vitest";
import {
  bequeathed,
  inherited,
  lackOf,
  lineageOf,
  waived,
} from "../../../../src/core/groups/bequest.ts";
import type { Bequest } from "../../../../src/core/state.ts";
import { ALIEN, group, L, masterInfo, OLD, replicaInfo } from "../health/build.ts";

const STAMP = { term: 12, version: 90 };
const LINEAGE = { chain: [{ replId: L, forkOffset: 0 }], highWater: 5000 };
const BEQUEST: Bequest = { cluster: "feedbeef", stamp: STAMP, lineage: LINEAGE };
const heir = (bequest: Bequest = BEQUEST) => group({ master: null, bequest });
const master = masterInfo;
const lack = (seen = master(), others = {}) => lackOf(heir(), "db1", seen, others);

describe("a master that was found", () => {
  it("is taken if it has all that was known of the data", () => {
    expect(lack()).toBeNull();
    expect(lack(master({ offset: 9000 }))).toBeNull();
  });

  it("is taken if its history goes on from there: it was promoted since", () => {
    expect(lack(master({ replId: ALIEN, replId2: L, secondOffset: 6001 }))).toBeNull();
  });

  it("is not taken if it has less, is another history, or left it too early", () => {
    const advice = /mmm adopt feedbeef --accept-data-loss$/;
    expect(lack(master({ offset: 4999 }))).toMatch(advice);
    expect(lack(master({ replId: ALIEN }))).toMatch(advice);
    expect(lack(master({ replId: ALIEN, replId2: L, secondOffset: 4000 }))).toMatch(advice);
  });

  it("is told of with the nodes that do have it", () => {
    const replica = replicaInfo({ appliedOffset: 5200 });
    expect(lack(master({ replId: ALIEN }), { db1: master(), db2: replica, db3: null })).toMatch(
      /; db2 does: make it the master;/,
    );
  });

  it("is taken once a person gave up what it lacks, or if nothing was known", () => {
    const given = group({ master: null, bequest: waived(BEQUEST) });
    expect(lackOf(given, "db1", master({ replId: ALIEN }), {})).toBeNull();
    expect(lackOf(group({ master: null }), "db1", master(), {})).toBeNull();
  });
});

describe("the history of a group", () => {
  it("goes on with what was left, so that old masters are known by it", () => {
    const chain = [
      { replId: OLD, forkOffset: 0 },
      { replId: L, forkOffset: 700 },
    ];
    const part = heir({ ...BEQUEST, lineage: { chain, highWater: 5000 } });
    expect(lineageOf(part, master({ offset: 5600 }))).toEqual({ chain, highWater: 5600 });
    const promoted = master({ replId: ALIEN, replId2: L, secondOffset: 6001, offset: 6100 });
    expect(lineageOf(part, promoted)).toEqual({
      chain: [...chain, { replId: ALIEN, forkOffset: 6000 }],
      highWater: 6100,
    });
  });

  it("begins anew with another one", () => {
    expect(lineageOf(heir(), master({ replId: ALIEN, offset: 7 }))).toEqual({
      chain: [{ replId: ALIEN, forkOffset: 0 }],
      highWater: 7,
    });
  });

  it("tells where it came from, once", () => {
    const known = { by: "mon1", stamp: { term: 2, version: 4 }, wall: 5 };
    const part = inherited({ ...heir(), master: "db1" }, known);
    expect(part.bequest).toBeUndefined();
    expect(part.past.at(-1)).toMatchObject({ kind: "adopt", to: "db1", by: "mon1" });
    expect(part.past.at(-1)?.reason).toMatch(/cluster feedbeef ended \(epoch 90/);
    expect(inherited(part, known)).toBe(part);
  });
});

describe("what people had decided", () => {
  it("is kept; who serves is not", () => {
    const fresh = group({ master: null });
    const left = {
      mode: "manual" as const,
      pause: { by: "ann", reason: null, since: 3, forMs: 60_000, leftMs: 40_000 },
      lineage: LINEAGE,
      nodes: [{ name: "db2", admin: "offline" as const, outages: [1, 2], failedOverAt: 9 }],
    };
    const part = bequeathed(
      fresh,
      left,
      { cluster: "feedbeef", stamp: STAMP },
      { term: 1, version: 1 },
    );
    expect(part).toMatchObject({ mode: "manual", master: null, bequest: BEQUEST });
    expect(part.pause).toMatchObject({ leftMs: 40_000, counted: { term: 1, version: 1 } });
    expect(part.nodes.map(({ admin }) => admin)).toEqual(["online", "offline", "online"]);
    expect(part.nodes[1]).toMatchObject({ address: "10.0.0.2", outages: [1, 2], failedOverAt: 9 });
    expect(part.vips).toBe(fresh.vips);
  });
});
