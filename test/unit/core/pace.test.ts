import { expect, test } from "vitest";
import { createMonitor, decide, nextWakeAt } from "../../../src/core/monitor.ts";
import { genesisPlan } from "../../simulation/world/plan.ts";

const PLAN = genesisPlan({ monitors: 3, nodes: 3, readers: 0, settings: {} }, "mon9:7400");
const DISK = { storageId: "d", term: 0, votedFor: null, slot: null, acknowledged: {} };

test("a monitor that waits to be added does not keep a core busy", () => {
  let at = { now: 5000, wall: 1_700_000_000_000, entropy: 1 };
  let state = createMonitor({ name: "mon9", durable: { name: "mon9", ...DISK }, plan: PLAN }, at);
  let turns = 0;
  while (at.now < 15_000) {
    ({ state } = decide(state, { kind: "tick" }, at));
    turns += 1;
    at = { ...at, now: Math.max(nextWakeAt(state, at.now), at.now + 1) };
  }
  expect(turns).toBeLessThan(100);
});
