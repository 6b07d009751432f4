/** One random run: faults for a while, then none, and the cluster must become whole. */
import type { Core } from "./core.ts";
import { type Fault, planFaults, schedule, setHabits, supervise } from "./nemesis.ts";
import { describe } from "./describe.ts";
import { Prng } from "./prng.ts";
import { type Profile, PROFILES } from "./profiles.ts";
import { recover } from "./recovery.ts";
import { type Shape, shapeOf, SPARES, type Timing, timersOf } from "./shapes.ts";
import { Violation } from "./violation.ts";
import { World } from "./world.ts";

export interface RunOptions {
  readonly seed: number;
  readonly core: Core;
  readonly minutes: number;
  readonly profile: Profile;
  readonly shape?: Shape;
  readonly timing?: Timing;
  /** Instead of those that the seed would give. */
  readonly faults?: readonly Fault[];
  readonly trace?: (line: string) => void;
  /** Ends with the last fault: whether the cluster becomes whole again is not asked. */
  readonly unhealed?: boolean;
}

export interface RunReport {
  readonly seed: number;
  readonly options: string;
  readonly simulatedMs: number;
  readonly events: number;
  readonly turns: number;
  readonly claims: number;
  /** Faults that struck, by kind. */
  readonly faults: Readonly<Record<string, number>>;
  readonly operations: Readonly<Record<string, number>>;
  readonly checkedSwitchovers: number;
  readonly acknowledged: number;
  /** How long after the last fault the cluster was whole. */
  readonly wholeAfterMs: number;
  /** What a person had to do for it. */
  readonly human: boolean;
  readonly failure: {
    readonly rule: string;
    readonly text: string;
    readonly transcript: readonly string[];
  } | null;
}

const FAULTS_FROM_MS = 10_000;

export function run(options: RunOptions): RunReport {
  const random = new Prng(options.seed ^ 0x0d06);
  const timing = options.timing ?? "default";
  const shape = shapeOf(random, options.shape ?? "any", timing);
  const world = new World({
    ...shape,
    seed: options.seed,
    core: options.core,
    writeEveryMs: random.pick([20, 100, 400]),
    spares: SPARES,
    timers: timersOf(timing),
  });
  world.transcript.onLine = options.trace ?? null;
  const calm = options.profile === "calm";
  const habits = calm ? "none" : setHabits(world, options.seed);
  const untilMs = options.minutes * 60_000;
  const faults = options.faults ?? faultsOf(options);
  const progress = { wholeAfterMs: 0, human: false };
  let failure: RunReport["failure"] = null;
  try {
    schedule(world, faults);
    supervise(world);
    world.runUntil(untilMs);
    if (options.unhealed !== true) Object.assign(progress, recover(world));
  } catch (error) {
    const rule = error instanceof Violation ? error.rule : "the core does not throw";
    const text =
      error instanceof Error
        ? error instanceof Violation
          ? error.message
          : (error.stack ?? error.message)
        : String(error);
    failure = { rule, text, transcript: [...world.transcript.lines(), "", ...describe(world)] };
  }
  return {
    seed: options.seed,
    options: `${shape.monitors} monitors, ${shape.nodes} nodes, ${shape.readers} readers, ${JSON.stringify(shape.settings)}; habits: ${habits}; ${faults.length} faults`,
    simulatedMs: world.now,
    events: world.events,
    turns: world.monitors.reduce((sum, monitor) => sum + monitor.turns, 0),
    claims: world.safety.claims,
    faults: struck(faults, world.now),
    operations: world.safety.finished,
    checkedSwitchovers: world.safety.checkedSwitchovers,
    acknowledged: world.client.acknowledged.length,
    ...progress,
    failure,
  };
}

function struck(faults: readonly Fault[], until: number): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { at, kind } of faults) if (at <= until) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

export function faultsOf({ seed, minutes, profile }: RunOptions): readonly Fault[] {
  return planFaults(seed, FAULTS_FROM_MS, minutes * 60_000, PROFILES[profile]);
}
