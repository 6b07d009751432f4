/** Scripts about the nodes of a group: one is removed, and not everybody knows. */
import type { CommandOutcome } from "../../../src/core/messages.ts";
import { GROUP, proposalOf } from "../world/plan.ts";
import type { World } from "../world/world.ts";
import { atRest, movesTo, peersOf, type Script, SHARP, split, until } from "./script.ts";

export function reloadWithout(
  world: World,
  leftOut: readonly string[],
  done?: (outcome: CommandOutcome) => void,
): void {
  const proposal = proposalOf(world.shape, {}, leftOut);
  world.command({ kind: "reload", group: GROUP, proposal, dryRun: false }, undefined, done);
}

/** A leader accepts alone that db3 is no node any more; the others reach nobody but db3. */
function removedAlone(seed: number): void {
  const world = atRest(seed, SHARP);
  const leader = world.theLeader.name;
  world.onAccepted = (monitor, vip) => {
    if (monitor.name !== leader || "db3" in vip.readSet) return;
    world.onAccepted = null;
    split(world, [leader, "db1", "db2"], [...peersOf(world, leader), "db3"]);
  };
  const proposal = proposalOf(world.shape, SHARP.settings, ["db3"]);
  world.command({ kind: "reload", group: GROUP, proposal, dryRun: false });
  until(world, () => world.onAccepted === null, "one monitor removes db3");
  movesTo(world, ["db3"]);
  world.runUntil(world.now + 5_000);
}

export const NODE_CHANGES: readonly Script[] = [
  { name: "a node is removed by one monitor alone", run: removedAlone },
];
