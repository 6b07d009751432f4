/**
 * What the directed scripts of the register's rules share: a cluster that has come to rest, who can
 * reach whom, and how many hosts serve a VIP. `Safety` throws when two do, so a script only has to
 * bring about the moment; hosts without a register it leaves to the script.
 */
import { expect } from "vitest";
import { realCore } from "../real-core.ts";
import { CLIENT } from "../world/client.ts";
import type { Host } from "../world/host.ts";
import { GROUP, WRITER } from "../world/plan.ts";
import { whatIsMissing } from "../world/wholeness.ts";
import { World, type WorldOptions } from "../world/world.ts";

export const SEEDS = [1, 2];

/** At rest, with db1 as its master. */
export function atRest(seed: number, options: Partial<WorldOptions> = {}): World {
  const world = new World({ seed, core: realCore, writeEveryMs: 0, ...options });
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

/** Cuts a place off from all others but these. */
export function leaveOnly(world: World, place: string, kept: readonly string[]): void {
  for (const other of places(world))
    if (other !== place) world.network.cut(place, other, !kept.includes(other));
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

export function hostOf(world: World, name: string | null): Host {
  return world.host(name ?? "");
}
