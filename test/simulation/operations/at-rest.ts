/** What the scripts of operations share: a cluster that has come to rest, and what is asked of it. */
import { expect } from "vitest";
import { realCore } from "../real-core.ts";
import { WRITER } from "../world/plan.ts";
import { whatIsMissing } from "../world/wholeness.ts";
import { World, type WorldOptions } from "../world/world.ts";

export const SEEDS = [1, 2, 3];

/** At rest, with db1 as its master. */
export function settled(seed: number, options: Partial<WorldOptions> = {}): World {
  const world = new World({ seed, core: realCore, writeEveryMs: 10, ...options });
  world.runUntil(4_000);
  expect(whatIsMissing(world)).toBeNull();
  return world;
}

export function becomesWhole(world: World, withinMs: number): void {
  world.runUntilTrue(() => whatIsMissing(world) === null, withinMs);
  expect(whatIsMissing(world)).toBeNull();
}

/** Acknowledged writes that the present master does not have. */
export function lostWrites(world: World): number {
  const has = new Set(world.redis(world.group?.master ?? "").data.ids);
  return world.client.acknowledged.filter(({ id }) => !has.has(id)).length;
}

/** Runs until the operation is in this phase. */
export function reaches(world: World, phase: string): void {
  for (let i = 0; i < 20_000 && world.group?.operation?.phase !== phase; i++)
    world.runUntil(world.now + 0.2);
  expect(world.group?.operation?.phase).toBe(phase);
}

/** Runs until a switchover's old master has released the VIP. */
export function isLetGo(world: World): void {
  reaches(world, "handover");
  for (let i = 0; i < 20_000 && world.servingHost(WRITER) !== undefined; i++)
    world.runUntil(world.now + 0.2);
  expect(world.servingHost(WRITER)).toBeUndefined();
  expect(world.group?.operation?.phase).toBe("handover");
}

/** Nobody reaches the guard on this host; Redis there is well. Yields what mends it. */
export function loseGuard(world: World, name: string): () => void {
  const host = world.host(name);
  host.guard = () => {};
  return () => void Reflect.deleteProperty(host, "guard");
}
