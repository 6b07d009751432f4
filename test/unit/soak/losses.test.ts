/** A soak may excuse a lost write only if Redis' replication could not have had it. */
import { describe, expect, it } from "vitest";
import { type Disturbance, explain, type Move } from "../../soak/losses.ts";

const NODES = ["db1", "db2", "db3"];
const FAILOVER: Move = { kind: "failover", epoch: 7, from: "db1", to: "db2", fromS: 101, toS: 102 };
const KILLED: Disturbance = { node: "db1", fromS: 100, toS: 110, isSilent: true };

function isExplained(
  atS: number,
  disturbances: readonly Disturbance[],
  moves: readonly Move[] = [FAILOVER],
): boolean {
  const [found] = explain([{ from_s: atS, to_s: atS, count: 1 }], moves, disturbances, NODES);
  return found?.window !== null;
}

const cut = (node: string, fromS: number, toS: number, isSilent = false): Disturbance => ({
  node,
  fromS,
  toS,
  isSilent,
});

describe("a lost write is explained by a failover", () => {
  it("if it was acknowledged when the old master was in trouble already, or just before", () => {
    expect(isExplained(100.9, [KILLED])).toBe(true);
    expect(isExplained(99.9, [KILLED])).toBe(true);
    expect(isExplained(99, [KILLED])).toBe(false);
  });

  it("but not after the failover", () => {
    expect(isExplained(102.5, [KILLED])).toBe(false);
  });

  it("if every replica that could take over was cut off when it was acknowledged", () => {
    expect(isExplained(95, [KILLED, cut("db2", 94, 120), cut("db3", 90, 120)])).toBe(true);
    expect(isExplained(93, [KILLED, cut("db2", 94, 120), cut("db3", 90, 120)])).toBe(false);
  });

  it("not if another replica was well and could be asked", () => {
    expect(isExplained(95, [KILLED, cut("db2", 94, 120)])).toBe(false);
  });

  it("if the replica that was well did not answer any more", () => {
    expect(isExplained(95, [KILLED, cut("db2", 94, 120), cut("db3", 101, 120, true)])).toBe(true);
  });

  it("if the replica's link was still coming back", () => {
    const late = [KILLED, cut("db2", 90, 96), cut("db3", 90, 120, true)];
    expect(isExplained(95, late)).toBe(true);
    expect(isExplained(89, late)).toBe(false);
  });

  it("if whoever had it was the master before, on its way back", () => {
    const before: Move = { ...FAILOVER, epoch: 5, from: "db3", to: "db1", fromS: 91, toS: 92 };
    const hung = cut("db3", 89, 94, true);
    const away = cut("db2", 85, 110);
    expect(isExplained(87, [KILLED, hung, away], [before, FAILOVER])).toBe(true);
    expect(isExplained(84, [KILLED, hung, away], [before, FAILOVER])).toBe(false);
    const longAgo = { ...before, fromS: 81, toS: 82 };
    const wasHung = cut("db3", 79, 82, true);
    expect(isExplained(87, [KILLED, wasHung, away], [longAgo, FAILOVER])).toBe(false);
  });

  it("if nobody followed the old master yet, because it was new", () => {
    const before: Move = { ...FAILOVER, epoch: 5, from: "db3", to: "db1", fromS: 95, toS: 96 };
    expect(isExplained(97, [KILLED], [before, FAILOVER])).toBe(true);
    expect(isExplained(94, [KILLED], [before, FAILOVER])).toBe(false);
  });
});

describe("a lost write is a bug", () => {
  it("without a failover", () => {
    expect(isExplained(100.5, [KILLED], [])).toBe(false);
  });

  it("in a switchover", () => {
    expect(isExplained(101.5, [KILLED], [{ ...FAILOVER, kind: "switchover" }])).toBe(false);
  });

  it("in a failover from a master that nothing had happened to", () => {
    expect(isExplained(101, [])).toBe(false);
  });
});
