import { expect, test } from "vitest";
import type { Effect, Input } from "../../../src/core/io.ts";
import { createMonitor, decide, nextWakeAt } from "../../../src/core/monitor.ts";
import { genesisPlan } from "../../simulation/world/plan.ts";

const DISK = { storageId: "d", term: 0, votedFor: null, slot: null, acknowledged: {} };
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
