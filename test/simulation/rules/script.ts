/**
 * What the directed scripts of the register's rules share: a cluster that has come to rest, who can
 * reach whom, and how many hosts serve a VIP. `Safety` throws when two do, so a script only has to
 * bring about the moment; hosts without a register it leaves to the script.
 */
import { expect } from "vitest";
import type { Durable } from "../../../src/core/consensus/types.ts";
import type { Effect } from "../../../src/core/io.ts";
import { type GroupPart, groupPartName, type Vip, writerVip } from "../../../src/core/state.ts";
import type { GuardRequest, GuardResult } from "../../../src/core/vip/types.ts";
import { realCore } from "../real-core.ts";
import { CLIENT } from "../world/client.ts";
import type { Host } from "../world/host.ts";
import type { MonitorProcess } from "../world/monitor-process.ts";
import { GROUP, WRITER } from "../world/plan.ts";
import { whatIsMissing } from "../world/wholeness.ts";
import { World, type WorldOptions } from "../world/world.ts";

export const SEEDS = [1, 2];

/** A world in which a script can strike at an exact moment. */
export class ScriptedWorld extends World {
  /** Before an effect is carried out. */
  onEffect: ((monitor: MonitorProcess, effect: Effect) => void) | null = null;
  /** After the slot was written, before anybody hears of it. */
  onWritten: ((monitor: MonitorProcess, vip: Vip) => void) | null = null;
  /** After a guard carried out a request, before its answer leaves. */
  onGuard: ((host: Host, request: GuardRequest, result: GuardResult) => void) | null = null;

  override started(monitor: MonitorProcess, effect: Effect): void {
    super.started(monitor, effect);
    this.onEffect?.(monitor, effect);
  }

  override persisted(monitor: MonitorProcess, before: Durable, after: Durable): void {
    super.persisted(monitor, before, after);
    const part = after.slot?.parts[groupPartName(GROUP)] as unknown as GroupPart | undefined;
    const vip = part && writerVip(part);
    if (vip !== undefined && after.slot !== before.slot) this.onWritten?.(monitor, vip);
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
  expect(whatIsMissing(world)).toBeNull();
  expect(world.group?.master).toBe("db1");
  world.runUntil(world.now + 3_000);
  return world;
}

export function switchOver(world: World, to: string): void {
  world.command({ kind: "switchover", group: GROUP, to });
  const arrived = () => world.group?.master === to && whatIsMissing(world) === null;
  world.runUntilTrue(arrived, 10_000);
  expect(world.group?.master).toBe(to);
  expect(whatIsMissing(world)).toBeNull();
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
