import { expect, test } from "vitest";
import { createMonitor } from "../../../src/core/monitor.ts";
import { nodeStatus } from "../../../src/core/status-node.ts";
import { genesisPlan } from "../../simulation/world/plan.ts";
import { group } from "./health/build.ts";

const AT = { now: 5000, wall: 1_700_000_000_000, entropy: 1 };
const PLAN = genesisPlan({ monitors: 3, nodes: 3, readers: 0, settings: {} }, "mon1:7400");
const DISK = { storageId: "d", term: 0, votedFor: null, slot: null, acknowledged: {} };

test("a node of a group without a VIP lacks no register", () => {
  const durable = { name: "mon1", ...DISK };
  const state = createMonitor({ name: "mon1", durable, plan: PLAN }, AT);
  const part = group({ vips: [] });
  for (const node of part.nodes) expect(nodeStatus(state, part, node, AT).membership).toBe("in");
});
