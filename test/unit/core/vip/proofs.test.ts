/** What a leader keeps of the epochs that prove hosts empty, however long it leads. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Campaign, EMPTY_CAMPAIGN } from "../../../../src/core/local.ts";
import { waitingTimeMs } from "../../../../src/core/settings.ts";
import type { Vip } from "../../../../src/core/state.ts";
import {
  leaseEndsAt,
  withAuthorized,
  withEpoch,
  withWitness,
} from "../../../../src/core/vip/proofs.ts";
import { groupPart } from "../../../simulation/world/plan.ts";

const NODES = ["db1", "db2", "db3"];
const DRIFT = 0.01;

function vip(): Vip {
  const [first] = groupPart({ monitors: 3, nodes: 3, readers: 0, settings: {} }).vips;
  if (first === undefined) throw new Error("no VIP");
  return { ...first, kind: "fence", holders: NODES, gated: [...NODES, "db4"] };
}

const VIP = vip();
const WAIT_MS = waitingTimeMs(VIP.leaseMs, VIP.permitMs, DRIFT);

function stamp(version: number) {
  return { term: 7, version };
}

function endsAt(campaign: Campaign, node: string): number {
  return leaseEndsAt({ vip: VIP, campaign, drift: DRIFT, now: 0, ungated: () => false }, node);
}

/** As `withEpoch` would be if it kept everything. */
function withEpochForEver(campaign: Campaign, version: number): Campaign {
  const entry = { epoch: stamp(version), committedId: version, witnesses: {} };
  return { ...campaign, epochs: [...campaign.epochs, entry] };
}

test("a guard that comes and goes for as long as a leadership lasts fills no memory", () => {
  let campaign = EMPTY_CAMPAIGN;
  for (let version = 1; version <= 1_000; version += 1) {
    campaign = withEpoch(campaign, stamp(version), version);
    campaign = withAuthorized(campaign, stamp(version), "db1");
    for (const node of NODES) campaign = withWitness(campaign, stamp(version), node, version * 10);
  }
  expect(campaign.epochs.length).toBeLessThanOrEqual(NODES.length + 1 + 4);
  expect(campaign.epochs.at(-1)?.epoch).toEqual(stamp(1_000));
});

test("W runs on from its first witness, however many epochs follow", () => {
  let campaign = withAuthorized(EMPTY_CAMPAIGN, stamp(1), "db1");
  for (let version = 2; version <= 100; version += 1) {
    campaign = withEpoch(campaign, stamp(version), version);
    campaign = withWitness(campaign, stamp(version), "db2", version * 10);
  }
  expect(endsAt(campaign, "db1")).toBe(20 + WAIT_MS);
});

const deed = fc.oneof(
  fc.record({ kind: fc.constant("epoch" as const) }),
  fc.record({ kind: fc.constant("authorized" as const), node: fc.constantFrom(...NODES) }),
  fc.record({
    kind: fc.constant("witness" as const),
    node: fc.constantFrom(...NODES),
    /** How many epochs ago it was marked with what it answers. */
    late: fc.integer({ min: 0, max: 7 }),
  }),
);

function play(deeds: readonly (typeof deed extends fc.Arbitrary<infer D> ? D : never)[]) {
  let kept = withEpoch(EMPTY_CAMPAIGN, stamp(1), 1);
  let all = kept;
  let newest = 1;
  let lateness = 0;
  for (const [at, one] of deeds.entries()) {
    if (one.kind === "epoch") {
      newest += 1;
      kept = withEpoch(kept, stamp(newest), newest);
      all = withEpochForEver(all, newest);
    } else if (one.kind === "authorized") {
      kept = withAuthorized(kept, stamp(newest), one.node);
      all = withAuthorized(all, stamp(newest), one.node);
    } else {
      const epoch = stamp(newest - one.late);
      lateness = Math.max(lateness, one.late);
      kept = withWitness(kept, epoch, one.node, at);
      all = withWitness(all, epoch, one.node, at);
    }
  }
  return { kept, all, lateness };
}

test("what is not kept never makes a proof, and delays none whose answers came in time", () => {
  fc.assert(
    fc.property(fc.array(deed, { maxLength: 60 }), (deeds) => {
      const { kept, all, lateness } = play(deeds);
      for (const node of [...NODES, "db4"]) {
        expect(endsAt(kept, node)).toBeGreaterThanOrEqual(endsAt(all, node));
        if (lateness < 4) expect(endsAt(kept, node)).toBe(endsAt(all, node));
      }
    }),
    { numRuns: 500 },
  );
});
