/** Whom a fault hits, by role where possible, and how links are cut. */
import { wasRemoved } from "../../../src/core/consensus/consensus.ts";
import type { Host } from "./host.ts";
import type { MonitorProcess } from "./monitor-process.ts";
import { WRITER } from "./plan.ts";
import type { Prng } from "./prng.ts";
import type { World } from "./world.ts";

export type Strike = (world: World, random: Prng) => void;

export function lasting(random: Prng, most: number): number {
  return random.logUniform(50, most);
}

export function somePlaces(world: World): readonly string[] {
  return [
    ...world.hosts.map((host) => host.name),
    ...world.monitors.map((monitor) => monitor.name),
  ];
}

export function holderOf(world: World): string | undefined {
  return world.servingHost(WRITER)?.name;
}

/** The leader in half of the cases. */
export function someMonitor(world: World, random: Prng): MonitorProcess {
  const leader = world.leader();
  return leader !== undefined && random.chance(0.5) ? leader : random.pick(world.crew);
}

/** The master's node in half of the cases. */
export function someNode(world: World, random: Prng): string {
  const master = world.group?.master ?? holderOf(world);
  return master !== undefined && master !== null && random.chance(0.5)
    ? master
    : random.pick(world.hosts).name;
}

export function cutFor(
  world: World,
  pairs: readonly (readonly [string, string])[],
  ms: number,
): void {
  world.log(
    "fate",
    `cuts ${pairs.map((pair) => pair.join("→")).join(" ")} for ${Math.round(ms)} ms`,
  );
  for (const [from, to] of pairs) world.network.link(from, to).cut = true;
  world.after(ms, () => {
    world.log("fate", `mends ${pairs.map((pair) => pair.join("→")).join(" ")}`);
    for (const [from, to] of pairs) world.network.link(from, to).cut = false;
  });
}

export function bothWays(a: string, b: string): readonly (readonly [string, string])[] {
  return [
    [a, b],
    [b, a],
  ];
}

/** Whether the guard there could answer, at this instant, some monitor that asks it: who is no member asks nobody. */
export function isReached(world: World, host: Host): boolean {
  const isGuardLost = Object.hasOwn(host, "guard");
  return (
    !isGuardLost &&
    world.crew.some(({ name, state, isStopped }) => {
      const { network } = world;
      const isConnected = network.passes(name, host.name) && network.passes(host.name, name);
      const asks = state !== null && state.newest !== null && !wasRemoved(state.consensus);
      return asks && !isStopped && isConnected;
    })
  );
}

/**
 * It would serve without anybody's leave, for its packet filter was flushed and no monitor has seen that
 * yet. Such a host is not lost as well: that it serves on then is a limit that is stated.
 */
export function isBare(world: World, host: Host): boolean {
  return world.vips.some((vip) => host.serves(vip) && host.table?.get(vip)?.gated !== true);
}
