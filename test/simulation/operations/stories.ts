/** The operations as stories with a beginning and an end that is known, whoever is interrupted when. */
import { GROUP } from "../world/plan.ts";
import { whatIsMissing } from "../world/wholeness.ts";
import { type Interruption, InterruptedWorld } from "./interruption.ts";

const SEED = 11;
const SETTLED_MS = 3_000;
const RECOVERS_WITHIN_MS = 30_000;
/** A file may be written a moment after what it says came about. */
const TIDY_WITHIN_MS = 500;

export interface Story {
  readonly name: string;
  /** Up to where the leader's deeds begin to count. */
  readonly before?: (world: InterruptedWorld) => void;
  readonly begin: (world: InterruptedWorld) => void;
  /** How long the undisturbed run takes at most. */
  readonly lastsMs: number;
  /** null, or what is not as it must be in the end. */
  readonly wrong: (world: InterruptedWorld) => string | null;
}

export const STORIES: readonly Story[] = [
  {
    name: "a switchover",
    begin: (world) => world.command({ kind: "switchover", group: GROUP, to: "db2" }),
    lastsMs: 500,
    wrong: switchedOverOrNot,
  },
  {
    name: "a failover",
    begin: (world) => world.killRedis("db1"),
    lastsMs: 1_500,
    wrong: failedOverOnce,
  },
  {
    name: "a move away from a lost guard",
    before: (world) => {
      world.host("db1").guard = () => {};
      world.runUntilTrue(() => world.group?.operation !== null, 3_000);
    },
    begin: () => {},
    lastsMs: 4_500,
    wrong: leftWithEverything,
  },
  {
    name: "a rejoin",
    before: (world) => {
      world.killRedis("db1");
      world.runUntil(world.now + 2_500);
    },
    begin: (world) => world.redis("db1").start(),
    lastsMs: 2_500,
    wrong: (world) => {
      const rejoins = world.group?.past.filter(({ kind }) => kind === "rejoin").length ?? 0;
      return failedOverOnce(world) ?? (rejoins === 1 ? null : `it rejoined ${rejoins} times`);
    },
  },
];

function switchedOverOrNot(world: InterruptedWorld): string | null {
  const past = world.group?.past.filter(({ kind }) => kind === "switchover") ?? [];
  const result = past[0]?.result ?? "never begun";
  if (past.length > 1 || !["ok", "undone", "never begun"].includes(result))
    return `it ended ${past.map((entry) => entry.result).join(", ")}`;
  const master = world.group?.master;
  if (master !== (result === "ok" ? "db2" : "db1")) return `${master} is master (${result})`;
  const others = Object.keys(world.safety.finished).filter((end) => !end.startsWith("switch"));
  if (others.length > 0) return `there was a ${others.join(", ")}`;
  const lost = lostWrites(world);
  return lost > 0 ? `${lost} acknowledged writes are lost` : null;
}

/** Turned back and tried again, perhaps; but nothing that was acknowledged is left behind. */
function leftWithEverything(world: InterruptedWorld): string | null {
  if (world.group?.master === "db1") return "db1 is still master";
  const ends = Object.keys(world.safety.finished).filter((end) => !end.startsWith("failover"));
  if (ends.length > 0) return `there was a ${ends.join(", ")}`;
  const lost = lostWrites(world);
  return lost > 0 ? `${lost} acknowledged writes are lost` : null;
}

function failedOverOnce(world: InterruptedWorld): string | null {
  if (world.group?.master === "db1") return "db1 is still master";
  const ends = JSON.stringify(world.safety.finished);
  return ends === '{"failover ok":1}' ? null : `the operations ended so: ${ends}`;
}

/** Acknowledged writes that the present master does not have. */
export function lostWrites(world: InterruptedWorld): number {
  const has = new Set(world.redis(world.group?.master ?? "").data.ids);
  return world.client.acknowledged.filter(({ id }) => !has.has(id)).length;
}

/** Tells the story up to where it would be over if nobody was interrupted. */
export function told(story: Story, after: string | null, how: Interruption): InterruptedWorld {
  const world = new InterruptedWorld(SEED);
  world.runUntil(SETTLED_MS);
  if (whatIsMissing(world) !== null) throw new Error(`not settled: ${whatIsMissing(world)}`);
  story.before?.(world);
  world.watch(after, how);
  story.begin(world);
  world.runUntil(world.now + story.lastsMs);
  return world;
}

/** Everybody who died is started again; null, or what is not as it must be then. */
export function wrongInTheEnd(world: InterruptedWorld, story: Story): string | null {
  world.runUntil(world.now + 3_000);
  world.redis("db1").start();
  for (const monitor of world.monitors) world.startMonitor(monitor.name);
  world.runUntilTrue(() => whatIsMissing(world) === null, RECOVERS_WITHIN_MS);
  world.runUntilTrue(() => leftover(world) === null, TIDY_WITHIN_MS);
  return whatIsMissing(world) ?? leftover(world) ?? story.wrong(world);
}

/** Of what an operation does in passing nothing stays, neither at work nor in a configuration file. */
function leftover(world: InterruptedWorld): string | null {
  for (const { name, minReplicas, isPaused, master, configured } of world.servers.values()) {
    if (minReplicas !== "0") return `${name} has min-replicas-to-write ${minReplicas}`;
    if (isPaused) return `${name} is paused`;
    const written = configured.master?.host ?? "nobody";
    if (written !== (master?.host ?? "nobody"))
      return `${name} follows ${master?.host ?? "nobody"}, but its file says ${written}`;
    if (configured.minReplicas !== "0") return `${name} has min-replicas-to-write in its file`;
  }
  return null;
}
