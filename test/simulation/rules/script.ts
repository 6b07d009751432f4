/**
 * What the directed scripts share: a cluster that has come to rest, who can reach whom, requests that
 * come late, and who serves a VIP. `Safety` throws a `Violation` when a promise is broken, so a script
 * only has to bring about the moment. It waits for what it needs, never for a time to pass, and says
 * so with another error if that does not come about: such a run proves nothing.
 *
 * Scripts know no test runner: they are also run inside of mutants, and by `scripts/simulate`.
 */
import type { Effect, Input } from "../../../src/core/io.ts";
import type { Verdict } from "../../../src/core/health/verdict.ts";
import type { Stamp } from "../../../src/core/stamp.ts";
import { type GroupPart, groupPartName, type Vip, writerVip } from "../../../src/core/state.ts";
import type { GuardRequest, GuardResult } from "../../../src/core/vip/types.ts";
import { realCore } from "../real-core.ts";
import { CLIENT } from "../world/client.ts";
import type { Host } from "../world/host.ts";
import type { MonitorProcess } from "../world/monitor-process.ts";
import { GROUP, WRITER } from "../world/plan.ts";
import { Violation } from "../world/violation.ts";
import { whatIsMissing } from "../world/wholeness.ts";
import { World, type WorldOptions } from "../world/world.ts";

export interface Script {
  /** What happens in it. */
  readonly name: string;
  /** @throws Violation if a promise is broken; Error if what it tells of does not come about. */
  readonly run: (seed: number) => void;
}

/** Failures are found sooner than leases end, and clocks do not help. */
export const SHARP = {
  drift: 0,
  settings: { leaseMs: 3000, downAfterMs: 1000, permitMs: 1200, clockDrift: 0.001 },
};

export const HOSTS = ["db1", "db2", "db3"];

/** A person vouches for a host: it serves nothing. */
export function speakFor(world: World, empty: string): void {
  world.command({ kind: "adopt", group: GROUP, cluster: null, empty, acceptDataLoss: false });
}

/** What must come about for the script to say anything. */
export function need(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(`it does not come about: ${what}`);
}

/** Goes on until it is so. */
export function until(
  world: World,
  condition: () => boolean,
  what: string,
  withinMs = 6_000,
): void {
  need(world.runUntilTrue(condition, withinMs), what);
}

/** What must come about by itself; that it does not is what a mutant is found by. */
export function must(
  world: World,
  condition: () => boolean,
  promise: string,
  withinMs: number,
): void {
  if (!world.runUntilTrue(condition, withinMs)) throw new Violation(promise, "it does not");
}

/** Where the scripts' worlds tell what happens; null: nowhere. */
export const telling: { print: ((line: string) => void) | null } = { print: null };

/** A world in which a script can strike at an exact moment. */
export class ScriptedWorld extends World {
  /** After a turn, before anything that it asks for is begun. */
  onTurn: ((monitor: MonitorProcess, effects: readonly Effect[]) => void) | null = null;
  /** Before an effect is carried out. */
  onEffect: ((monitor: MonitorProcess, effect: Effect) => void) | null = null;
  /** When a newer slot is accepted, before it is written or anybody hears of it. */
  onAccepted: ((monitor: MonitorProcess, vip: Vip) => void) | null = null;
  /** After a guard carried out a request, before its answer leaves. */
  onGuard: ((host: Host, request: GuardRequest, result: GuardResult) => void) | null = null;

  constructor(options: WorldOptions) {
    super(options);
    this.transcript.onLine = telling.print;
  }

  override started(monitor: MonitorProcess, effect: Effect): void {
    super.started(monitor, effect);
    this.onEffect?.(monitor, effect);
  }

  override turned(monitor: MonitorProcess, input: Input, effects: readonly Effect[]): void {
    super.turned(monitor, input, effects);
    this.onTurn?.(monitor, effects);
    const persist = effects.findLast((effect) => effect.kind === "persist");
    const slot = persist?.durable.slot;
    const part = slot?.parts[groupPartName(GROUP)] as unknown as GroupPart | undefined;
    const vip = part && writerVip(part);
    if (vip !== undefined && slot !== monitor.disk.slot) this.onAccepted?.(monitor, vip);
  }

  override guarded(host: Host, request: GuardRequest, result: GuardResult, routine: boolean): void {
    super.guarded(host, request, result, routine);
    this.onGuard?.(host, request, result);
  }

  get theLeader(): MonitorProcess {
    const leader = this.leader();
    if (leader === undefined) throw new Error("there is no leader");
    return leader;
  }
}

/** At rest, with db1 as its master. */
export function atRest(seed: number, options: Partial<WorldOptions> = {}): ScriptedWorld {
  const world = new ScriptedWorld({ seed, core: realCore, writeEveryMs: 0, ...options });
  world.runUntilTrue(() => whatIsMissing(world) === null, 10_000);
  need(whatIsMissing(world) === null, `at rest: ${whatIsMissing(world)}`);
  need(world.group?.master === "db1", "db1 is master");
  world.runUntil(world.now + 3_000);
  return world;
}

/** The names of the steps that monitors report, and what befalls the world with one of them. */
export function stepsOf(
  world: ScriptedWorld,
  befalls: (step: string) => void = () => {},
): string[] {
  const steps: string[] = [];
  world.onTurn = (_, effects) => {
    for (const effect of effects)
      if (effect.kind === "report" && effect.event.kind === "operation.step") {
        steps.push(effect.event.step);
        befalls(effect.event.step);
      }
  };
  return steps;
}

/** When each step was reported. */
export function timesOf(world: ScriptedWorld): Map<string, number> {
  const times = new Map<string, number>();
  stepsOf(world, (step) => times.set(step, world.now));
  return times;
}

/** What the leader makes of the votes on the master. */
export function verdictOf(world: World): Verdict["kind"] | undefined {
  return world.leader()?.state?.groups[GROUP]?.verdict.kind;
}

export function switchOver(world: World, to: string): void {
  world.command({ kind: "switchover", group: GROUP, to });
  const arrived = () => world.group?.master === to && whatIsMissing(world) === null;
  world.runUntilTrue(arrived, 10_000);
  need(arrived(), `switched over to ${to}: ${whatIsMissing(world)}`);
  world.runUntil(world.now + 1_000);
}

export function servers(world: World, vip: string = WRITER): readonly string[] {
  return world.hosts.filter((host) => host.serves(vip)).map(({ name }) => name);
}

/** Splits everybody into groups that reach only their own; whoever is in none reaches nobody. */
export function split(world: World, ...islands: readonly (readonly string[])[]): void {
  for (const a of places(world)) {
    for (const b of places(world)) {
      const together = islands.some((island) => island.includes(a) && island.includes(b));
      if (a !== b) world.network.link(a, b).cut = !together;
    }
  }
}

/** The monitors beside this one. */
export function peersOf(world: World, name: string): readonly string[] {
  return world.monitors.map((monitor) => monitor.name).filter((other) => other !== name);
}

export function mend(world: World): void {
  for (const a of places(world))
    for (const b of places(world)) if (a !== b) world.network.cut(a, b, false);
}

function places(world: World): readonly string[] {
  return [...world.hosts, ...world.monitors].map(({ name }) => name).concat(CLIENT);
}

export function vipOf(world: World, ip: string = WRITER) {
  const vip = world.group?.vips.find((each) => each.ip === ip);
  if (vip === undefined) throw new Error(`no VIP ${ip}`);
  return vip;
}

export function marked(world: World, name: string): Stamp | null {
  const token = world.host(name).table?.get(WRITER)?.token;
  return token?.kind === "epoch" ? token.epoch : null;
}

/** The writer VIP is served by one of these, and nothing is under way any more. */
export function movesTo(world: World, names: readonly string[], withinMs = 14_000): void {
  const served = () => names.includes(world.servingHost(WRITER)?.name ?? "");
  const arrived = () => served() && world.group?.operation === null;
  until(world, arrived, `it moves to ${names.join(" or ")}`, withinMs);
}

interface HeldBack {
  readonly count: number;
  /** They run now, and no more are held back. */
  readonly release: () => void;
}

/** The guard on this host falls asleep before each request that matches. */
export function holdBack(
  world: World,
  name: string,
  matches: (request: GuardRequest) => boolean,
): HeldBack {
  const host = world.host(name);
  const guard = host.guard.bind(host);
  const held: (() => void)[] = [];
  let released = false;
  host.guard = (request, done) => {
    if (released || !matches(request)) return guard(request, done);
    held.push(() => guard(request, done));
  };
  return {
    get count() {
      return held.length;
    },
    release: () => {
      released = true;
      for (const run of held.splice(0)) run();
    },
  };
}
