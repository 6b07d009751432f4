/**
 * Rule 12, undisturbed: a change of N or T0 is a new epoch of each VIP, and the larger waiting time
 * counts until nobody can serve by the longer times. The scripts about it are in `new-times.ts`.
 */
import { expect, test } from "vitest";
import type { CommandOutcome } from "../../../src/core/messages.ts";
import type { GroupSettings } from "../../../src/core/settings.ts";
import { GROUP, proposalOf, WRITER } from "../world/plan.ts";
import { whatIsMissing } from "../world/wholeness.ts";
import { leaseOf, reload, withLease } from "./new-times.ts";
import { atRest, holdBack, servers, vipOf } from "./script.ts";

const SEEDS = [1, 2];

test.each([
  [3000, 500],
  [500, 3000],
])(
  "a lease of %i ms becomes one of %i ms without a gap, and the old one is forgotten",
  (from, to) => {
    for (const seed of SEEDS) {
      const world = atRest(seed, { ...withLease(from), writeEveryMs: 10 });
      world.client.resetGap();
      let outcome: CommandOutcome | undefined;
      reload(world, leaseOf(to), (told) => (outcome = told));
      world.runUntil(world.now + 300);
      expect(outcome).toMatchObject({ kind: "ok" });
      expect(vipOf(world)).toMatchObject({ leaseMs: to, former: { leaseMs: from } });
      world.runUntil(world.now + 8_000);
      expect(vipOf(world)).toMatchObject({ leaseMs: to, kind: "hold", holders: ["db1"] });
      expect(vipOf(world).former).toBeUndefined();
      expect(servers(world)).toEqual(["db1"]);
      expect(world.client.longestGap.ms).toBeLessThan(60);
      expect(whatIsMissing(world)).toBeNull();
    }
  },
);

/** Its permits live for less than a calm leader takes between two looks at a group. */
test.each(SEEDS)("a short lease outlives a guard that is late once (seed %i)", (seed) => {
  const { settings } = withLease(500);
  const world = atRest(seed, {
    settings: { ...settings, onQuorumLoss: "drop", downAfterMs: 2000 },
    writeEveryMs: 10,
  });
  world.client.resetGap();
  const held = holdBack(world, "db1", ({ op }) => op === "claim");
  world.runUntilTrue(() => held.count > 0, 1_000);
  world.runUntil(world.now + 300);
  held.release();
  world.runUntil(world.now + 5_000);
  expect(world.group?.past).toEqual([]);
  expect(servers(world)).toEqual(["db1"]);
  expect(world.client.longestGap.ms).toBeLessThan(500);
});

test("the old waiting time counts for a holder that is lost as soon as it was marked anew", () => {
  const world = atRest(1, withLease(3000));
  const ownEpoch = () => {
    const token = world.host("db1").table?.get(WRITER)?.token;
    return token?.kind === "epoch" && token.epoch.version === vipOf(world).epoch.version;
  };
  reload(world, leaseOf(500));
  world.runUntilTrue(() => vipOf(world).leaseMs === 500 && ownEpoch(), 2_000);
  world.unplug("db1");
  world.runUntilTrue(() => servers(world).some((name) => name !== "db1"), 10_000);
  expect(vipOf(world).former).toMatchObject({ leaseMs: 3000 });
});

test("times are not changed while an operation runs", () => {
  const world = atRest(1);
  let outcome: CommandOutcome | undefined;
  world.command({ kind: "switchover", group: GROUP, to: "db2" });
  world.runUntilTrue(() => (world.group?.operation ?? null) !== null, 1_000);
  reload(world, leaseOf(500), (told) => (outcome = told));
  world.runUntil(world.now + 200);
  expect(outcome?.kind).toBe("refused");
  expect(vipOf(world).leaseMs).toBe(2000);
});

/** What a file can say of a group, each by itself. Times have tests of their own. */
const CHANGES: readonly Partial<GroupSettings>[] = [
  { probeIntervalMs: 200 },
  { downAfterMs: 3000 },
  { clockDrift: 0.05 },
  { leaseBackend: "nft" },
  { onQuorumLoss: "drop" },
  { onReboot: "failover" },
  { restartGraceMs: 1000 },
  { busyGraceMs: 1000 },
  { maxLagBytes: 10_000 },
  { cooldownMs: 1000 },
  { flapCount: 5 },
  { flapWindowMs: 60_000 },
  { fenceCommand: "fence" },
  { preFailover: { command: "exit 0", timeoutMs: 1000, onFailure: "stop" } },
  { preSwitchover: { command: "exit 0", timeoutMs: 1000, onFailure: "stop" } },
  { writeGuard: true },
  { parallelSyncs: 2 },
  { prefer: { node: "db1", afterMs: 60_000 } },
];

test("every setting is changed under load, one after the other, and no client notices", () => {
  const world = atRest(1, { writeEveryMs: 5 });
  world.client.resetGap();
  const first = world.group?.settings;
  let change: Partial<GroupSettings> = {};
  const reloadAs = (next: Partial<GroupSettings>): void => {
    let outcome: CommandOutcome | undefined;
    reload(world, next, (told) => (outcome = told));
    world.runUntilTrue(() => outcome !== undefined, 2_000);
    expect(outcome, JSON.stringify(next)).toMatchObject({ kind: "ok" });
    world.runUntil(world.now + 300);
  };
  for (const next of CHANGES) {
    change = { ...change, ...next };
    reloadAs(change);
    expect(world.group?.settings).toMatchObject(change);
  }
  reloadAs({});
  expect(world.group?.settings).toEqual(first);
  expect(whatIsMissing(world)).toBeNull();
  expect(world.group?.past).toEqual([]);
  expect(world.client.longestGap.ms).toBeLessThan(60);
});

test.each([
  ["under load", false],
  ["while an operation runs", true],
])("another writer VIP is refused %s, and nothing moves", (_, isMoving) => {
  const world = atRest(1, { writeEveryMs: 5 });
  if (isMoving) world.command({ kind: "switchover", group: GROUP, to: "db2" });
  if (isMoving) world.runUntilTrue(() => (world.group?.operation ?? null) !== null, 1_000);
  let outcome: CommandOutcome | undefined;
  const proposal = { ...proposalOf(world.shape, {}), writer: "10.0.0.250" };
  const command = { kind: "reload", group: GROUP, proposal, dryRun: false } as const;
  world.command(command, undefined, (told) => (outcome = told));
  world.runUntil(world.now + 3_000);
  expect(outcome?.kind).toBe("refused");
  expect(servers(world)).toEqual([isMoving ? "db2" : "db1"]);
  expect(servers(world, "10.0.0.250")).toEqual([]);
  expect(whatIsMissing(world)).toBeNull();
});
