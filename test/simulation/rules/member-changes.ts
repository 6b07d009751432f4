/** Scripts about who counts: monitors come and go in the moment in which something is decided. */
import type { MonitorName } from "../../../src/core/ids.ts";
import type { MonitorCommand } from "../../../src/core/messages.ts";
import { loses } from "../operations/reach.ts";
import type { World } from "../world/world.ts";
import { atRest, need, peersOf, type Script, SHARP, until } from "./script.ts";

function isMember(world: World, name: MonitorName): boolean {
  const { storageId } = world.monitor(name).disk;
  return world.members.some((member) => member.name === name && member.storageId === storageId);
}

function ask(world: World, command: MonitorCommand): void {
  world.command(command);
  until(world, () => isMember(world, command.name), `${command.name} is a member`);
}

/**
 * Of four monitors two do not hear the master, which is no majority; of the three that are left while the fourth
 * is replaced it is one. What is decided then is agreed on by four again.
 */
function replacedInDoubt(seed: number): void {
  const world = atRest(seed, { ...SHARP, spares: 1 });
  world.startMonitor("mon4");
  world.runUntil(world.now + 1_000);
  ask(world, { kind: "monitor-add", name: "mon4", address: world.monitor("mon4").address });
  const leader = world.theLeader.name;
  const [deaf = "", replaced = ""] = peersOf(world, leader);
  // Nor do the replicas, whose word would count as well. The leader hears the guard there, and so has no reason to hand over.
  loses(world, leader, "probe", ["db1"]);
  for (const name of [deaf, "db2", "db3"]) world.network.cut(name, "db1");
  world.monitor(replaced).crash();
  world.runUntil(world.now + 4_000);
  need(world.theLeader.name === leader, "the leader stays");
  world.monitor(replaced).wipe();
  world.startMonitor(replaced);
  ask(world, { kind: "monitor-replace", name: replaced, address: null });
  need(world.theLeader.name === leader, "the leader stays");
  world.runUntil(world.now + 3_000);
}

export const MEMBER_CHANGES: readonly Script[] = [
  { name: "a monitor is replaced while half of them do not hear the master", run: replacedInDoubt },
];
