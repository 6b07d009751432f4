/** What status says a failover would meet, by the rules by which one begins. */
import { describe, expect, it } from "vitest";
import { createMonitor } from "../../../src/core/monitor.ts";
import { coolingDown, turnedBackFor } from "../../../src/core/operation/cooldown.ts";
import type { GroupPart, PastOperation, Vip } from "../../../src/core/state.ts";
import { outlookOf, settingsStatus } from "../../../src/core/status-outlook.ts";
import { genesisPlan } from "../../simulation/world/plan.ts";
import { group } from "./health/build.ts";

const AT = { now: 5_000, wall: 1_700_000_000_000, entropy: 1 };
const PLAN = genesisPlan({ monitors: 3, nodes: 3, readers: 0, settings: {} }, "mon1:7400");
const DISK = { storageId: "d", term: 0, votedFor: null, slot: null, acknowledged: {} };
const MONITOR = createMonitor({ name: "mon1", durable: { name: "mon1", ...DISK }, plan: PLAN }, AT);

function outlook(change: Partial<GroupPart>) {
  return outlookOf(MONITOR, group(change), AT);
}

function aFailover(change: Partial<PastOperation>): PastOperation {
  const base = { epoch: { term: 1, version: 2 }, kind: "failover", from: "db1", to: "db2" };
  return {
    ...base,
    result: "ok",
    startedAt: AT.wall - 10_000,
    durationMs: 1_000,
    ...change,
  } as PastOperation;
}

describe("the outlook of a failover", () => {
  it("without any evidence has no successor, and nothing in its way", () => {
    expect(outlook({})).toMatchObject({
      successor: null,
      best_with_loss: null,
      cooldown_left_ms: null,
      turned_back_left_ms: null,
    });
  });

  it("has what is left of a cooldown", () => {
    const { settings, master, nodes: before } = group({});
    const failedOverAt = AT.wall - 9_000;
    const nodes = before.map((node) => (node.name === master ? { ...node, failedOverAt } : node));
    expect(outlook({ nodes }).cooldown_left_ms).toBe(settings.cooldownMs - 9_000);
    expect(coolingDown(group({ nodes }), "db3", AT.wall)).toBeNull();
  });

  it("has how long ago one turned back", () => {
    const { master } = group({});
    const undone = { from: master, result: "undone", startedAt: AT.wall - 2_000 } as const;
    expect(outlook({ past: [aFailover(undone)] }).turned_back_left_ms).toBe(2_000);
    expect(turnedBackFor(group({ past: [aFailover(undone)] }), "db3", AT.wall)).toBeNull();
    expect(turnedBackFor(group({ past: [aFailover({})] }), "db1", AT.wall)).toBeNull();
  });

  it("tells how the host of the old master is fenced", () => {
    const { settings } = group({});
    const vips = [{ role: "writer", ip: "10.0.0.70", readSet: {} } as Vip];
    const by = (backend: "nft" | "off", fenceCommand: string | null) =>
      outlook({ vips, backend, settings: { ...settings, fenceCommand } }).fencing;
    expect(outlook({ vips: [] }).fencing).toBe("none");
    expect(by("nft", null)).toBe("lease");
    expect(by("off", null)).toBe("release");
    expect(by("off", "power-off")).toBe("command");
  });

  it("never shows the command itself", () => {
    const { settings } = group({});
    const part = group({ settings: { ...settings, fenceCommand: "power-off --password x" } });
    expect(JSON.stringify(settingsStatus(part))).not.toContain("password");
    expect(settingsStatus(part).has_fence_command).toBe(true);
  });
});
