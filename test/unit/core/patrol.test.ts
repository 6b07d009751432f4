import { expect, test } from "vitest";
import { masterInfo, replicaInfo } from "./health/build.ts";
import type { ProbeResult } from "../../../src/core/health/types.ts";
import type { Effect, Input } from "../../../src/core/io.ts";
import { createMonitor, decide, nextWakeAt } from "../../../src/core/monitor.ts";
import { genesisPlan } from "../../simulation/world/plan.ts";

const DISK = { storageId: "d", term: 0, votedFor: null, slot: null, acknowledged: {} };
const REFUSED = { kind: "refused", text: "connection refused" } as const;
const UNREACHABLE = { kind: "unreachable", text: "no way" } as const;

type Probe = Extract<Effect, { kind: "probe" }>;

test("many nodes are asked for the first time a few at once, and each of them is", () => {
  const nodes = 100;
  const plan = genesisPlan({ monitors: 1, nodes, readers: 0, settings: {} }, "mon1:7400");
  let at = { now: 5000, wall: 1_700_000_000_000, entropy: 1 };
  let state = createMonitor({ name: "mon1", durable: { name: "mon1", ...DISK }, plan }, at);
  const asked = new Set<string>();
  let turns = 0;
  const turn = (input: Input): readonly Probe[] => {
    const { state: next, effects } = decide(state, input, at);
    state = next;
    turns += 1;
    return effects.filter((effect) => effect.kind === "probe");
  };
  const answer = (id: number): readonly Probe[] =>
    turn({ kind: "finished", id, result: { kind: "probe", result: UNREACHABLE } });

  const underWay: Probe[] = [];
  const note = (probes: readonly Probe[]): void => {
    underWay.push(...probes);
    for (const { target } of probes) asked.add(target.node);
  };
  while (at.now < 6000 && underWay.length === 0) {
    note(turn({ kind: "tick" }));
    at = { ...at, now: Math.max(nextWakeAt(state, at.now), at.now + 1) };
  }
  expect(underWay).toHaveLength(32);
  // Without any answer it neither asks more of them, nor keeps a core busy.
  turns = 0;
  const until = at.now + 200;
  while (at.now < until) {
    note(turn({ kind: "tick" }));
    at = { ...at, now: Math.max(nextWakeAt(state, at.now), at.now + 1) };
  }
  expect(asked.size).toBe(32);
  expect(turns).toBeLessThan(40);
  while (asked.size < nodes) {
    const probe = underWay.shift();
    if (probe === undefined) break;
    note(answer(probe.id));
  }
  expect(asked.size).toBe(nodes);
});

test("a node that refused twice has the others looked at in the same turn, whenever their next probes are due", () => {
  const plan = genesisPlan({ monitors: 1, nodes: 3, readers: 0, settings: {} }, "mon1:7400");
  let at = { now: 5000, wall: 1_700_000_000_000, entropy: 1 };
  let state = createMonitor({ name: "mon1", durable: { name: "mon1", ...DISK }, plan }, at);
  let isDead = false;
  const resultOf = (node: string): ProbeResult => {
    if (node === "db1" && isDead) return REFUSED;
    return { kind: "info", latencyMs: 1, info: node === "db1" ? masterInfo() : replicaInfo() };
  };
  const probes: Probe[] = [];
  const turn = (input: Input): void => {
    const { state: next, effects } = decide(state, input, at);
    state = next;
    probes.push(...effects.filter((effect) => effect.kind === "probe"));
  };
  /** The nodes that are asked in the turn that takes an answer in. */
  const answer = (): readonly string[] => {
    const probe = probes.shift();
    if (probe === undefined) throw new Error("nobody was asked");
    const before = new Set(probes);
    const result = resultOf(probe.target.node);
    turn({ kind: "finished", id: probe.id, result: { kind: "probe", result } });
    return probes.filter((one) => !before.has(one)).map(({ target }) => target.node);
  };
  const passes = (ms: number): void => {
    const until = at.now + ms;
    while (at.now < until) {
      turn({ kind: "tick" });
      while (probes.length > 0 && probes[0]?.target.node !== "db1") answer();
      if (probes.length > 0) return;
      at = { ...at, now: Math.min(until, Math.max(nextWakeAt(state, at.now), at.now + 1)) };
    }
  };
  passes(300);
  isDead = true;
  expect(answer()).toEqual([]);
  passes(100);
  expect(answer()).toEqual(["db2", "db3"]);
});
