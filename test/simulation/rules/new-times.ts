/** Scripts about rule 12: N and T0 change, and somebody is lost, or does not know. */
import { type GroupSettings, permitMsFor } from "../../../src/core/settings.ts";
import type { CommandOutcome } from "../../../src/core/messages.ts";
import { GROUP, proposalOf } from "../world/plan.ts";
import type { World } from "../world/world.ts";
import { atRest, HOSTS, movesTo, peersOf, type Script, split, until } from "./script.ts";

export function leaseOf(leaseMs: number): Partial<GroupSettings> {
  return { leaseMs, permitMs: permitMsFor(leaseMs) };
}

export function withLease(leaseMs: number) {
  return { drift: 0, settings: { ...leaseOf(leaseMs), downAfterMs: 1000, clockDrift: 0.001 } };
}

export function reload(
  world: World,
  change: Partial<GroupSettings>,
  done?: (outcome: CommandOutcome) => void,
): void {
  const proposal = proposalOf(world.shape, change);
  world.command({ kind: "reload", group: GROUP, proposal, dryRun: false }, undefined, done);
}

/** A shorter lease is agreed on while the holder, who has a long one, is lost. */
function lostWhileShortened(seed: number): void {
  const world = atRest(seed, withLease(4000));
  world.onAccepted = (_monitor, vip) => {
    if (vip.leaseMs !== 500) return;
    world.onAccepted = null;
    world.unplug("db1");
  };
  reload(world, leaseOf(500));
  until(world, () => world.onAccepted === null, "the lease is shortened");
  movesTo(world, ["db2", "db3"]);
}

/** A leader accepts a longer lease alone; it reaches every host, the others all but the holder. */
function lengthenedAlone(seed: number): void {
  const world = atRest(seed, withLease(500));
  const leader = world.theLeader.name;
  world.onAccepted = (monitor, vip) => {
    if (monitor.name !== leader || vip.leaseMs !== 5000) return;
    world.onAccepted = null;
    split(world, [leader, ...HOSTS], [...peersOf(world, leader), "db2", "db3"], HOSTS);
  };
  reload(world, leaseOf(5000));
  until(world, () => world.onAccepted === null, "the lease is lengthened by one monitor");
  movesTo(world, ["db2", "db3"]);
  world.runUntil(world.now + 6_000);
}

export const NEW_TIMES: readonly Script[] = [
  { name: "the holder is lost while its lease is shortened", run: lostWhileShortened },
  { name: "a longer lease is accepted by one monitor", run: lengthenedAlone },
];
