/** Scripts about what happens to the new master between the order to promote it and its claim. */
import type { Effect } from "../../../src/core/io.ts";
import type { CommandOutcome } from "../../../src/core/messages.ts";
import {
  atRest,
  must,
  need,
  type Script,
  type ScriptedWorld,
  servers,
  until,
} from "../rules/script.ts";
import { GROUP } from "../world/plan.ts";
import { Violation } from "../world/violation.ts";
import { whatIsMissing } from "../world/wholeness.ts";

/** Strikes once, right before the first such effect on the node that is to become master. */
function beforeFirst(
  world: ScriptedWorld,
  matches: (effect: Effect) => boolean,
  strike: () => void,
): void {
  world.onEffect = (_, effect) => {
    if (!matches(effect)) return;
    world.onEffect = null;
    strike();
  };
}

function becomesWhole(world: ScriptedWorld): void {
  must(
    world,
    () => whatIsMissing(world) === null,
    "when faults stop, the cluster becomes whole",
    40_000,
  );
}

/** What it held was read just before; when the order comes it is another process, with nothing or less. */
function restartsAtPromotion(seed: number): void {
  const world = atRest(seed, { writeEveryMs: 10 });
  const target = world.redis("db2");
  target.persistence = seed % 2 === 0 ? "none" : "aof";
  target.loadingMs = 50;
  const isPromotion = (effect: Effect) =>
    effect.kind === "redis" && effect.action.kind === "promote" && effect.target.node === "db2";
  beforeFirst(world, isPromotion, () => {
    world.killRedis("db2");
    world.after(5, () => target.start());
  });
  world.command({ kind: "switchover", group: GROUP, to: "db2" });
  until(world, () => world.onEffect === null, "db2 is to be promoted");
  until(world, () => world.group?.operation === null, "the switchover has ended");
  need(world.group?.past.at(-1)?.result === "undone", "it is turned back");
  becomesWhole(world);
}

/** Past the point of no return the new master is lost, with its host, and only the old one is left. */
function diesBeforeItsClaim(seed: number): void {
  const world = atRest(seed, { writeEveryMs: 10, nodes: 2 });
  const isClaim = (effect: Effect) =>
    effect.kind === "guard" && effect.request.op === "claim" && effect.target.node === "db2";
  beforeFirst(world, isClaim, () => world.powerOff("db2"));
  world.command({ kind: "switchover", group: GROUP, to: "db2" });
  until(world, () => world.onEffect === null, "db2 is to claim the VIP");
  must(world, () => world.group?.operation === null, "every operation ends", 15_000);
  world.runUntil(world.now + 2_000);
  world.command({ kind: "failover", group: GROUP, to: "db1", acceptDataLoss: true });
  must(
    world,
    () => servers(world).join() === "db1",
    "a person may give up what has no successor",
    10_000,
  );
  world.powerOn("db2");
  becomesWhole(world);
}

/** It is master already when its register cannot be marked; later it can, and the old one is back with nothing. */
function isTriedAgainAsMaster(seed: number): void {
  const world = atRest(seed, { writeEveryMs: 10, nodes: 2 });
  const host = world.host("db2");
  const isChoice = (effect: Effect) =>
    effect.kind === "guard" && effect.request.op === "mark" && effect.request.permit !== null;
  beforeFirst(world, isChoice, () => {
    host.guard = () => {};
    world.after(6_000, () => Reflect.deleteProperty(host, "guard"));
  });
  world.redis("db1").persistence = "none";
  world.killRedis("db1");
  until(world, () => world.onEffect === null && world.redis("db2").isMaster, "db2 is promoted");
  until(world, () => world.group?.operation?.phase === "fence", "it could not be made the holder");
  world.redis("db1").start();
  must(world, () => servers(world).join() === "db2", "whoever has the data becomes master", 15_000);
  becomesWhole(world);
}

/** Whoever is told that a node is offline does not see it become master. */
function setOfflineMeanwhile(seed: number): void {
  const world = atRest(seed, { writeEveryMs: 10 });
  world.command({ kind: "switchover", group: GROUP, to: "db2" });
  until(world, () => world.group?.operation !== null, "the switchover has begun");
  let told: CommandOutcome | undefined;
  world.command({ kind: "set-offline", group: GROUP, node: "db2" }, undefined, (outcome) => {
    told = outcome;
  });
  until(world, () => told !== undefined && world.group?.operation === null, "both have ended");
  const { master, nodes = [] } = world.group ?? {};
  const admin = nodes.find(({ name }) => name === master)?.admin;
  if (admin !== "online")
    throw new Violation("who was set offline is not promoted", `${master} is ${admin}`);
}

/** A person moves the master by hand; what the VIP follows for stands in the decision. */
function movedByHand(seed: number): void {
  const world = atRest(seed, { writeEveryMs: 10 });
  world.redis("db2").promote();
  world.redis("db1").follow(world.host("db2").address, 6379);
  world.redis("db3").follow(world.host("db2").address, 6379);
  must(world, () => servers(world).join() === "db2", "the VIP follows a move by hand", 8_000);
  becomesWhole(world);
}

export const HALF_WAY: readonly Script[] = [
  { name: "a target restarts on the order to become master", run: restartsAtPromotion },
  {
    name: "the new master is lost before its claim, and nobody qualifies",
    run: diesBeforeItsClaim,
  },
  { name: "the target of a switchover is set offline meanwhile", run: setOfflineMeanwhile },
  { name: "a successor that is master already is tried again", run: isTriedAgainAsMaster },
  { name: "the master is moved by hand", run: movedByHand },
];
