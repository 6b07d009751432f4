/**
 * What must hold after every fault in the lab, whatever it was: nobody saw two hosts serve, Redis
 * knows one master, and no acknowledged write is missing that the fault does not explain.
 */
import { expect } from "vitest";
import type { Lab, Measurement, ObserverReport, WaitersReport, WriterReport } from "./lab.ts";
import { eventually } from "./eventually.ts";

/** Longer stalls of the observer would make "no overlap" say little. */
const OBSERVER_STALL_MS = 250;
/** What a healthy master may have acknowledged and not yet handed to a replica. */
const REPLICATION_LAG_S = 0.1;

export function expectOneServer(observer: ObserverReport): void {
  expect(observer.overlaps).toEqual([]);
  expect(observer.longest_stall_ms).toBeLessThan(OBSERVER_STALL_MS);
}

/** The hosts that served the VIP, in the order in which they began. */
export function servers(observer: ObserverReport): readonly string[] {
  return observer.hosts
    .filter(({ served }) => served.length > 0)
    .toSorted((a, b) => (a.served[0]?.[0] ?? 0) - (b.served[0]?.[0] ?? 0))
    .map(({ host }) => host);
}

/** Nothing acknowledged before the fault is lost, but for what was on its way to the replicas. */
export function expectNothingLostBefore(writer: WriterReport, atS: number): void {
  expect(writer.acknowledged).toBeGreaterThan(100);
  if (writer.lost_from_s !== null) {
    expect(writer.lost_from_s).toBeGreaterThan(atS - REPLICATION_LAG_S);
  }
}

export function expectNothingLost(writer: WriterReport): void {
  expect(writer.acknowledged).toBeGreaterThan(100);
  expect(writer.lost).toBe(0);
}

export function expectAllTold(waiters: WaitersReport): void {
  expect(waiters.ready).toBe(true);
  expect(waiters.told.blpop).not.toBeNull();
  expect(waiters.told.subscribe).not.toBeNull();
}

export function expectNobodyDisturbed(waiters: WaitersReport): void {
  expect(waiters).toEqual({ ready: true, told: { blpop: null, subscribe: null } });
}

/** The master never moved: one host served all the time, and clients saw nothing of it. */
export function expectUnmoved(measured: Measurement, master: string, longestGapMs: number): void {
  expectOneServer(measured.observer);
  expect(servers(measured.observer)).toEqual([master]);
  expectNothingLost(measured.writer);
  expect(measured.writer.gap_ms).toBeLessThan(longestGapMs);
  expect(measured.writer.open_gap_ms ?? Infinity).toBeLessThan(longestGapMs);
}

/** Redis itself knows `master` as the only one. */
export async function expectOnlyMaster(lab: Lab, master: string): Promise<void> {
  const masters = await eventually(
    () => lab.masters(),
    (found) => found.length === 1,
    { withinMs: 15_000, everyMs: 200, what: "exactly one master" },
  );
  expect(masters).toEqual([master]);
}
