/** Scripts about a master that is lost when it has just been promoted: what is known of it may be older than that. */
import type { Effect } from "../../../src/core/io.ts";
import {
  atRest,
  must,
  peersOf,
  type Script,
  type ScriptedWorld,
  SHARP,
  until,
} from "../rules/script.ts";
import { GROUP } from "../world/plan.ts";
import { Violation } from "../world/violation.ts";
import { acknowledged, keptBy, WRITING } from "./data.ts";

const IN_VAIN = "nobody fails over where nobody could take over";

function isClaim(effect: Effect): boolean {
  if (effect.kind !== "report" || effect.event.kind !== "operation.phase") return false;
  return effect.event.phase === "claim";
}

/** By a switchover; it dies before anybody has read of it that it is master, and one monitor does not notice yet. */
function diesOncePromoted(world: ScriptedWorld, name: string): void {
  const [sleeper = ""] = peersOf(world, world.theLeader.name);
  world.onTurn = (_, effects) => {
    if (!effects.some(isClaim)) return;
    world.onTurn = null;
    world.monitor(sleeper).stop(600);
    world.killRedis(name);
  };
  world.command({ kind: "switchover", group: GROUP, to: name });
  until(world, () => world.onTurn === null, `${name} is promoted, and dies`);
}

/** The only other one is the old master, which is not back yet: so a failover could only wait for a person. */
function nobodyIsLeft(seed: number): void {
  const world = atRest(seed, { ...WRITING, nodes: 2 });
  const before = acknowledged(world);
  diesOncePromoted(world, "db2");
  const alarm = () => world.theLeader.state?.alarms[`${GROUP}: failover`] ?? "";
  const isBegun = () => world.group?.operation?.kind === "failover";
  until(world, () => isBegun() || alarm() !== "", "it counts as down");
  if (isBegun()) throw new Violation(IN_VAIN, "a failover begins");
  world.redis("db2").persistence = "none";
  world.redis("db2").start();
  const isTold = () => alarm().includes("--accept-data-loss --to db1");
  must(world, isTold, "a person is told who has the last copy", 8_000);
  world.runUntil(world.now + 3_000);
  if (isBegun()) throw new Violation(IN_VAIN, "a failover begins when it is back");
  keptBy(world, "db1", before, "the last copy is not destroyed");
}

/** Its links to all other nodes are gone, so it never hears who was promoted; at last it alone is left. */
function heardOfNone(seed: number): void {
  const world = atRest(seed, { ...SHARP, nodes: 4 });
  const masters = ["db1", "db2", "db3"];
  world.runUntil(world.now + 500);
  for (const name of masters) world.network.cut(name, "db4");
  for (const [at, name] of masters.entries()) {
    world.redis(masters[at + 1] ?? "db4").priority = at + 1;
    world.killRedis(name);
    const isReplaced = () => world.group?.master !== name && world.group?.operation === null;
    const promise =
      "who holds a beginning of the stream may take over, whomever it did not hear of";
    must(world, isReplaced, promise, 20_000);
  }
}

/** Within so long, and not again for so long. */
function failedOverOnce(world: ScriptedWorld, withinMs: number, forMs: number): void {
  const failovers = () => world.group?.past.filter(({ kind }) => kind === "failover").length ?? 0;
  until(world, () => failovers() > 0, "it is failed over", withinMs);
  world.runUntil(world.now + forMs);
  if (failovers() !== 1) throw new Violation("one failover is enough", `there were ${failovers()}`);
}

/** What this monitor asks of a Redis is answered so much later from now on. */
function hearsLate(world: ScriptedWorld, monitor: string, node: string, lateMs: number): void {
  const { executor } = world.monitor(monitor);
  const run = executor.run.bind(executor);
  executor.run = (effect, done) =>
    effect.kind === "probe" && effect.target.node === node
      ? run(effect, (outcome) => world.after(lateMs, () => done(outcome)))
      : run(effect, done);
}

/** A hand made the master a replica; the others hear late that who takes its place is master now. */
function heardLateOf(seed: number): void {
  const world = atRest(seed, WRITING);
  for (const name of peersOf(world, world.theLeader.name)) hearsLate(world, name, "db2", 100);
  world.redis("db1").follow("10.9.9.9", 6379);
  failedOverOnce(world, 6_000, 3_000);
}

/** The others have long lost their way to the replicas; the leader has not, and fails over. */
function unheardBefore(seed: number): void {
  const world = atRest(seed, WRITING);
  const peers = peersOf(world, world.theLeader.name);
  for (const name of peers) for (const replica of ["db2", "db3"]) world.network.cut(name, replica);
  world.runUntil(world.now + 3_000);
  world.powerOff("db1");
  failedOverOnce(world, 12_000, 6_000);
}

export const JUST_PROMOTED: readonly Script[] = [
  { name: "a master dies when it has just been promoted", run: nobodyIsLeft },
  { name: "a demoted master is replaced by one that is heard late", run: heardLateOf },
  { name: "a new master is one that a majority has long not heard", run: unheardBefore },
  { name: "three masters die, and the last replica heard of none of them", run: heardOfNone },
];
