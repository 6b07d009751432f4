/** One random run: faults for a while, then none, and the cluster must become whole. */
import { GROUP, proposalOf } from "./plan.ts";
import type { GroupPart } from "../../../src/core/state.ts";
import type { Core } from "./core.ts";
import { type Fault, heal, planFaults, schedule, setHabits, supervise } from "./nemesis.ts";
import { describe } from "./describe.ts";
import { Prng } from "./prng.ts";
import { type Profile, PROFILES } from "./profiles.ts";
import { type Shape, shapeOf, SPARES, type Timing, timersOf } from "./shapes.ts";
import { Violation } from "./violation.ts";
import { whatIsMissing } from "./wholeness.ts";
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
const HEAL_WITHIN_MS = 90_000;
const HUMAN_WITHIN_MS = 150_000;
const STEADY_MS = 2_000;
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

/** No more faults: first by itself, then with the help of a person. */
function recover(world: World): { wholeAfterMs: number; human: boolean } {
  heal(world);
  const from = world.now;
  world.runUntil(from + 500);
  isActive(world);
  for (const host of world.hosts)
    world.command({ kind: "set-online", group: GROUP, node: host.name });
  allBack(world);
  allDisksKnown(world);
  if (becomesWhole(world, HEAL_WITHIN_MS))
    return { wholeAfterMs: world.now - from - STEADY_MS, human: false };
  // What was fenced is switched on again.
  for (const host of world.hosts) world.powerOn(host.name);
  oneMasterIsLeft(world);
  world.command({ kind: "failover", group: GROUP, to: null, acceptDataLoss: true });
  if (becomesWhole(world, HUMAN_WITHIN_MS))
    return { wholeAfterMs: world.now - from - STEADY_MS, human: true };
  // Before the failover there may have been no master to follow.
  oneMasterIsLeft(world);
  // What old masters may hold is given up.
  for (const node of Object.keys(world.group?.rejoining ?? {}))
    world.command({ kind: "set-offline", group: GROUP, node });
  if (becomesWhole(world, HUMAN_WITHIN_MS))
    return { wholeAfterMs: world.now - from - STEADY_MS, human: true };
  throw new Violation(
    "when faults stop, the cluster becomes whole",
    whatIsMissing(world) ?? "it is not steady",
  );
}

/** A pause that nobody ended is ended, and the mode is `active` again. */
function isActive(world: World): void {
  const { group } = world;
  if (group?.pause !== undefined) world.command({ kind: "resume", group: GROUP });
  if (group?.mode !== "active") world.command({ kind: "set-mode", group: GROUP, mode: "active" });
  if (group === null || group.pause !== undefined || group.mode !== "active")
    world.after(1_000, () => isActive(world));
}

/**
 * Nodes and reader VIPs that a reload left out are added again, as soon as no operation is in the way;
 * nodes as replicas, for what a master that nobody managed has written is a person's to judge.
 */
function allBack(world: World): void {
  const { group } = world;
  if (group === null || isAsTheFile(world, group)) return;
  const master = group.nodes.find(({ name }) => name === group.master);
  for (const host of world.hosts) {
    if (master === undefined || group.nodes.some(({ name }) => name === host.name)) continue;
    world.redisOf(host).follow(master.address, master.port);
  }
  const proposal = proposalOf(world.shape, {});
  world.command({ kind: "reload", group: GROUP, proposal, dryRun: false });
  world.after(1_000, () => allBack(world));
}

function isAsTheFile({ hosts, vips }: World, group: GroupPart): boolean {
  const staying = group.vips.filter(({ leaving }) => leaving !== true);
  return group.nodes.length === hosts.length && staying.length === vips.length;
}

/**
 * A master that a reload left out while it was off, and that another added again, has writes of its own
 * for all that the monitors know: they leave it to a person which of the two masters is to follow.
 */
function oneMasterIsLeft(world: World): void {
  const { group } = world;
  const master = group?.nodes.find(({ name }) => name === group.master);
  if (group === null || master === undefined || !world.redis(master.name).isMaster) return;
  for (const { name } of group.nodes) {
    const redis = world.redis(name);
    if (name === master.name || name in group.rejoining || !redis.isMaster) continue;
    redis.follow(master.address, master.port);
  }
}

/** A monitor whose disk was wiped is replaced, as often as that is refused. */
function allDisksKnown(world: World): void {
  const wiped = world.members.find(
    ({ name, storageId }) => world.monitor(name).disk.storageId !== storageId,
  );
  const name = wiped?.name ?? world.crew.find(({ disk }) => disk.slot === null)?.name;
  if (name === undefined) return;
  const { address } = world.monitor(name);
  world.command({ kind: "monitor-replace", name, address });
  world.after(2_000, () => allDisksKnown(world));
}

function becomesWhole(world: World, withinMs: number): boolean {
  const end = world.now + withinMs;
  while (world.now < end) {
    if (!world.runUntilTrue(() => whatIsMissing(world) === null, end - world.now)) return false;
    const lasts = !world.runUntilTrue(() => whatIsMissing(world) !== null, STEADY_MS);
    if (lasts) return true;
  }
  return false;
}
