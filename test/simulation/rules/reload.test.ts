/**
 * Rule 12: a change of N or T0 is a new epoch of each VIP, and the larger waiting time counts until
 * nobody can serve by the longer times. Each script finds two holders when its half is left out.
 */
import { expect, test, vi } from "vitest";
import type { CommandOutcome } from "../../../src/core/messages.ts";
import type { GroupSettings } from "../../../src/core/settings.ts";
import { permitMsFor } from "../../../src/core/settings.ts";
import type * as Epochs from "../../../src/core/vip/epochs.ts";
import { GROUP, proposalOf, WRITER } from "../world/plan.ts";
import { whatIsMissing } from "../world/wholeness.ts";
import type { World } from "../world/world.ts";
import { isOn, type Mutant, withMutant } from "./mutants.ts";
import { atRest, peersOf, SEEDS, servers, split, vipOf } from "./script.ts";

vi.mock("../../../src/core/vip/epochs.ts", async (load) => {
  const real = await load<typeof Epochs>();
  const timed: typeof real.timed = (vip, epoch, times) => {
    const next = real.timed(vip, epoch, times);
    if (isOn("the new W counts at once")) return real.settledTimes(next);
    return isOn("other times inside an epoch") ? { ...next, epoch: vip.epoch } : next;
  };
  return { ...real, timed };
});

const HOSTS = ["db1", "db2", "db3"];

function leaseOf(leaseMs: number): Partial<GroupSettings> {
  return { leaseMs, permitMs: permitMsFor(leaseMs) };
}

function options(leaseMs: number) {
  return { drift: 0, settings: { ...leaseOf(leaseMs), downAfterMs: 1000, clockDrift: 0.001 } };
}

function reload(
  world: World,
  change: Partial<GroupSettings>,
  done?: (outcome: CommandOutcome) => void,
): void {
  const proposal = proposalOf(world.shape, change);
  world.command({ kind: "reload", group: GROUP, proposal, dryRun: false }, undefined, done);
}

/** A shorter lease is agreed on while the holder, who has a long one, is lost. */
function lostWhileShortened(seed: number): void {
  const world = atRest(seed, options(4000));
  world.onWritten = (_monitor, vip) => {
    if (vip.leaseMs !== 500) return;
    world.onWritten = null;
    world.unplug("db1");
  };
  reload(world, leaseOf(500));
  const moved = () => ["db2", "db3"].includes(world.servingHost(WRITER)?.name ?? "");
  world.runUntilTrue(moved, 10_000);
  expect(world.onWritten).toBeNull();
  expect(moved()).toBe(true);
  world.runUntil(world.now + 3_000);
}

/** A leader accepts a longer lease alone; it reaches every host, the others all but the holder. */
function lengthenedAlone(seed: number): void {
  const world = atRest(seed, options(500));
  const leader = world.theLeader.name;
  world.onWritten = (monitor, vip) => {
    if (monitor.name !== leader || vip.leaseMs !== 5000) return;
    world.onWritten = null;
    split(world, [leader, ...HOSTS], [...peersOf(world, leader), "db2", "db3"], HOSTS);
  };
  reload(world, leaseOf(5000));
  const moved = () => ["db2", "db3"].includes(world.servingHost(WRITER)?.name ?? "");
  world.runUntilTrue(moved, 10_000);
  expect(world.onWritten).toBeNull();
  expect(moved()).toBe(true);
  world.runUntil(world.now + 6_000);
}

interface Script {
  readonly row: string;
  readonly mutant: Mutant;
  readonly run: (seed: number) => void;
}

const SCRIPTS: readonly Script[] = [
  {
    row: "a holder that is lost while its lease is shortened",
    mutant: "the new W counts at once",
    run: lostWhileShortened,
  },
  {
    row: "a longer lease that one monitor alone accepted",
    mutant: "other times inside an epoch",
    run: lengthenedAlone,
  },
];

test.each(SCRIPTS)("$row: one holder", ({ run }) => {
  for (const seed of SEEDS) run(seed);
});

test.each(SCRIPTS)("$row: found with “$mutant”", ({ run, mutant }) => {
  expect(withMutant(mutant, () => run(1))).toMatch(/serve 10\.0\.0\.100/);
});

test.each([
  [3000, 500],
  [500, 3000],
])(
  "a lease of %i ms becomes one of %i ms without a gap, and the old one is forgotten",
  (from, to) => {
    for (const seed of SEEDS) {
      const world = atRest(seed, { ...options(from), writeEveryMs: 10 });
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

test("the old waiting time counts for a holder that is lost as soon as it was marked anew", () => {
  const world = atRest(1, options(3000));
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
