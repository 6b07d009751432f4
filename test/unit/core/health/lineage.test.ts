import { describe, expect, it } from "vitest";
import { extendLineage, nextHighWater, positionOf } from "../../../../src/core/health/lineage.ts";
import { rebirthOf } from "../../../../src/core/health/reborn.ts";
import { ALIEN, group, HIGH_WATER, L, masterInfo, OLD, replicaInfo, ZEROS } from "./build.ts";

const { lineage } = group();

describe("a node's position in the stream", () => {
  it.each([
    [
      "what a replica of the stream applied",
      replicaInfo({ appliedOffset: 70, readOffset: 80 }),
      70,
    ],
    ["what the master wrote", masterInfo({ offset: 90 }), 90],
    [
      "the fork of a promoted node without own writes",
      masterInfo({ replId: ALIEN, replId2: L, secondOffset: 71, offset: 70 }),
      70,
    ],
    [
      "none after own writes",
      masterInfo({ replId: ALIEN, replId2: L, secondOffset: 71, offset: 75 }),
      null,
    ],
    ["none in another stream", replicaInfo({ replId: ALIEN }), null],
    ["none in an older generation", replicaInfo({ replId: OLD }), null],
    ["none while it loads", masterInfo({ loading: true }), null],
  ])("is %s", (_, info, expected) => {
    expect(positionOf(info, lineage)).toBe(expected);
  });

  it("is the fork of the successor that we promoted, whatever it wrote since", () => {
    const info = masterInfo({ replId: ALIEN, replId2: L, secondOffset: 71, offset: 75 });
    expect(positionOf(info, lineage, true)).toBe(70);
  });

  it("is none before a first master was adopted", () => {
    expect(positionOf(masterInfo(), { chain: [], highWater: 0 })).toBeNull();
  });
});

describe("a replica that did not hear of the newest masters", () => {
  const chain = [
    { replId: OLD, forkOffset: 10 },
    { replId: L, forkOffset: 80 },
    { replId: ALIEN, forkOffset: 70 },
  ];
  const from = (replId: string, appliedOffset: number) =>
    positionOf(replicaInfo({ replId, appliedOffset }), { chain, highWater: 90 });

  it("holds a beginning of the stream up to the lowest of the later forks", () => {
    expect(from(L, 70)).toBe(70);
    expect(from(OLD, 70)).toBe(70);
  });

  it("holds something else beyond that", () => {
    expect(from(L, 71)).toBeNull();
    expect(from(OLD, 75)).toBeNull();
  });
});

describe("the high water", () => {
  it("rises with what is seen of the stream and never falls", () => {
    expect(nextHighWater(lineage, [masterInfo({ offset: HIGH_WATER + 5 })])).toBe(HIGH_WATER + 5);
    expect(nextHighWater(lineage, [replicaInfo({ appliedOffset: 0 })])).toBe(HIGH_WATER);
  });

  it("does not rise with another stream", () => {
    expect(nextHighWater(lineage, [masterInfo({ replId: ALIEN, offset: 1e9 })])).toBe(HIGH_WATER);
  });
});

describe("extending the lineage", () => {
  it("begins a stream at its fork", () => {
    const next = extendLineage(lineage, ALIEN, 4200);
    expect(next.chain.at(-1)).toEqual({ replId: ALIEN, forkOffset: 4200 });
    expect(next.highWater).toBe(4200);
  });

  it("is done only once", () => {
    expect(extendLineage(lineage, L, 1)).toBe(lineage);
  });

  it("keeps the last eight", () => {
    let long = lineage;
    for (let i = 0; i < 20; i += 1) long = extendLineage(long, `id${i}`, i);
    expect(long.chain.map(({ replId }) => replId)).toEqual([
      "id12",
      "id13",
      "id14",
      "id15",
      "id16",
      "id17",
      "id18",
      "id19",
    ]);
  });
});

describe("what a restart did to a master", () => {
  const restarted = { replId: ALIEN, uptimeS: 1, offset: HIGH_WATER };
  const none = { ...restarted, replId2: ZEROS, secondOffset: -1, offset: 0 };
  it.each([
    ["the same life", masterInfo(), null],
    [
      "RDB, SIGTERM: intact",
      masterInfo({ ...restarted, replId2: L, secondOffset: HIGH_WATER + 1 }),
      "intact",
    ],
    [
      "RDB, kill -9: back to the RDB",
      masterInfo({ ...restarted, replId2: L, secondOffset: HIGH_WATER }),
      "gone-back",
    ],
    ["AOF: Redis does not say", masterInfo({ ...none, aof: true }), "unknown"],
    [
      "AOF without a second id at all",
      masterInfo({ ...none, replId2: null, aof: true }),
      "unknown",
    ],
    ["no persistence: empty", masterInfo(none), "gone-back"],
    [
      "a stale full-sync file: back to that sync",
      masterInfo({ ...restarted, replId2: L, secondOffset: 101 }),
      "gone-back",
    ],
    [
      "data of a stranger",
      masterInfo({ ...restarted, replId2: "b".repeat(40), secondOffset: 9e9 }),
      "gone-back",
    ],
    ["not judged while it loads", masterInfo({ ...none, loading: true }), "loading"],
    ["a replica is not judged", replicaInfo({ replId: ALIEN }), null],
    [
      "a new id without a restart",
      masterInfo({ ...none, offset: HIGH_WATER, uptimeS: 86_400 }),
      "renamed",
    ],
    [
      "no persistence, and a clock that was set forward since",
      masterInfo({ ...none, offset: HIGH_WATER - 1, uptimeS: 86_400 }),
      "gone-back",
    ],
  ])("%s", (_, info, expected) => {
    expect(rebirthOf(info, lineage, HIGH_WATER)).toBe(expected);
  });

  it("is not judged before a first master was adopted", () => {
    expect(rebirthOf(masterInfo(none), { chain: [], highWater: 0 }, 0)).toBeNull();
  });
});
