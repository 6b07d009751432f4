/** What clusters there are: how many of what, and how fast they live. */
import type { ConsensusTimers } from "../../../src/core/consensus/types.ts";
import { DEFAULT_TIMERS } from "../../../src/core/consensus/types.ts";
import { type GroupSettings, permitMsFor } from "../../../src/core/settings.ts";
import { MOODY } from "./hook.ts";
import type { ClusterShape } from "./plan.ts";
import type { Prng } from "./prng.ts";

/** `any`: as the seed gives. `small`: what is simulated fastest, 3 monitors, 2 nodes, the writer's VIP. */
export const SHAPES = ["any", "small"] as const;
export type Shape = (typeof SHAPES)[number];

/** `slow`: valid, but with few heartbeats and probes, so that an hour has few events. */
export const TIMINGS = ["default", "slow"] as const;
export type Timing = (typeof TIMINGS)[number];

/** Monitors that can be added. */
export const SPARES = 2;

const SLOW_LEASE_MS = 8000;
const SLOW_PROBES_MS = 1000;
/** Twice the default. Longer, and followers would take a leader for silent between two heartbeats. */
const SLOW_TIMERS: ConsensusTimers = { heartbeatMs: 200, electionMs: 1600, jitterMs: 1200 };

export function timersOf(timing: Timing): ConsensusTimers {
  return timing === "slow" ? SLOW_TIMERS : DEFAULT_TIMERS;
}

export function shapeOf(random: Prng, shape: Shape, timing: Timing): ClusterShape {
  const monitors = random.pick([3, 3, 4, 5]);
  const nodes = random.pick([2, 3, 3, 4]);
  const readers = random.pick([0, 0, 1, 2]);
  const settings = settingsOf(random, timing);
  if (shape === "small") return { monitors: 3, nodes: 2, readers: 0, settings };
  return { monitors, nodes, readers, settings };
}

function settingsOf(random: Prng, timing: Timing): Partial<GroupSettings> {
  const drawn = random.pick([1000, 2000, 2000, 3000]);
  const leaseMs = timing === "slow" ? SLOW_LEASE_MS : drawn;
  return {
    ...(timing === "slow" ? { probeIntervalMs: SLOW_PROBES_MS } : {}),
    leaseMs,
    downAfterMs: leaseMs,
    permitMs: permitMsFor(leaseMs),
    onQuorumLoss: random.chance(0.8) ? "failsafe" : "drop",
    fenceCommand: random.chance(0.2) ? "fence" : null,
    writeGuard: random.chance(0.2),
    cooldownMs: 10_000,
    flapCount: 20,
    ...wishesOf(random),
  };
}

/** What not everybody has. */
function wishesOf(random: Prng): Partial<GroupSettings> {
  const parallelSyncs = random.pick([undefined, 1, 2]);
  const onFailure = random.pick(["go-on", "stop"] as const);
  const isAsked = random.chance(0.3);
  const node = random.pick([null, null, "db1", "db2"]);
  const afterMs = random.pick([1_000, 3_000, 10_000]);
  const waitForOtherMasterMs = random.pick([0, 2_000, 8_000]);
  return {
    waitForOtherMasterMs,
    ...(parallelSyncs === undefined ? {} : { parallelSyncs }),
    ...(node === null ? {} : { prefer: { node, afterMs } }),
    ...(isAsked ? { preFailover: { command: MOODY, timeoutMs: 1_000, onFailure } } : {}),
  };
}
