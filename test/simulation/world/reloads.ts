/**
 * `mmm reload` at any time: each setting that is replicated may be another one, nodes and reader VIPs are
 * left out, or come back. Now and then the file asks for what must be refused: another writer VIP, or
 * another backend.
 */
import { type GroupSettings, permitMsFor } from "../../../src/core/settings.ts";
import { MOODY } from "./hook.ts";
import { GROUP, proposalOf } from "./plan.ts";
import type { Prng } from "./prng.ts";
import type { Strike } from "./victims.ts";

const ANOTHER_WRITER = "10.0.0.250";

export const reload: Strike = (world, random) => {
  const wishes = wishesOf(random);
  // Before the adoption that is taken, and what a group without registers promises is less.
  const isSettled = world.group?.master != null;
  const change = {
    ...timesOf(random),
    ...wishes,
    ...(isSettled ? {} : { leaseBackend: "auto" as const }),
  };
  const leftOut = random.chance(0.3) ? [random.pick(world.hosts).name] : [];
  const file = proposalOf(world.shape, change, leftOut);
  const readers = file.readers.filter(() => random.chance(0.7));
  const writer = random.chance(0.05) ? ANOTHER_WRITER : file.writer;
  const proposal = { ...file, readers, writer };
  world.command({ kind: "reload", group: GROUP, proposal, dryRun: false });
};

function timesOf(random: Prng): Partial<GroupSettings> {
  const leaseMs = random.pick([500, 1000, 2000, 3000, 5000]);
  return {
    leaseMs,
    permitMs: permitMsFor(leaseMs),
    downAfterMs: random.pick([1000, 2000]),
    probeIntervalMs: random.pick([50, 100, 100, 200]),
    onQuorumLoss: random.pick(["failsafe", "failsafe", "drop"] as const),
    // Never less than what the clocks of a world do.
    clockDrift: random.pick([0.02, 0.1, 0.1]),
  };
}

function wishesOf(random: Prng): Partial<GroupSettings> {
  const isAsked = random.chance(0.2);
  return {
    leaseBackend: random.pick(["auto", "auto", "nft", "off"] as const),
    onReboot: random.pick(["auto", "auto", "failover"] as const),
    restartGraceMs: random.pick([0, 0, 1_000]),
    busyGraceMs: random.pick([5_000, 1_000]),
    maxLagBytes: random.pick([1_000_000, 10_000]),
    cooldownMs: random.pick([10_000, 10_000, 0, 20_000]),
    flapWindowMs: random.pick([3_600_000, 60_000]),
    fenceCommand: random.chance(0.2) ? "fence" : null,
    writeGuard: random.chance(0.2),
    parallelSyncs: random.pick([1, 1, 2]),
    ...(isAsked ? { preFailover: { command: MOODY, timeoutMs: 1_000, onFailure: "go-on" } } : {}),
  };
}
