/** A failover that waits for a replica to be reached: for hours, perhaps, and that must not keep a processor busy. */
import { expect, test } from "vitest";
import { atRest, type ScriptedWorld } from "../rules/script.ts";
import { SEEDS } from "./at-rest.ts";

/** The master dies; and as soon as its failover has begun, nobody reaches the replicas. */
function waits(seed: number): ScriptedWorld {
  const world = atRest(seed);
  world.killRedis("db1");
  world.runUntilTrue(() => world.group?.operation?.kind === "failover", 10_000);
  reached(world, false);
  world.runUntil(world.now + 15_000);
  expect(world.group?.operation?.kind).toBe("failover");
  return world;
}

function reached(world: ScriptedWorld, yes: boolean): void {
  for (const name of ["db2", "db3"])
    for (const other of ["db1", "mon1", "mon2", "mon3"]) world.network.cut(name, other, !yes);
}

function turnsOfLeader(world: ScriptedWorld, ms: number): number {
  const { theLeader } = world;
  let turns = 0;
  world.onTurn = (monitor) => void (turns += monitor === theLeader ? 1 : 0);
  world.runUntil(world.now + ms);
  world.onTurn = null;
  return turns;
}

test.each(SEEDS)("it turns no more often than a leader that only watches (seed %i)", (seed) => {
  expect(turnsOfLeader(waits(seed), 10_000) / 10).toBeLessThan(150);
});

test.each(SEEDS)("it goes on at once when one is reached (seed %i)", (seed) => {
  const world = waits(seed);
  reached(world, true);
  const from = world.now;
  world.runUntilTrue(() => world.group?.operation === null, 10_000);
  expect(world.group?.master).not.toBe("db1");
  expect(world.now - from).toBeLessThan(3_000);
});
