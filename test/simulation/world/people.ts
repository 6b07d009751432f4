/** What people do, and commands of theirs: some of it holds the monitors back for a while. */
import type { Command } from "../../../src/core/messages.ts";
import { CONSENT } from "./hook.ts";
import { GROUP } from "./plan.ts";
import type { Strike } from "./victims.ts";

export const PEOPLE = {
  /** For a while, or until somebody ends it; that is now and then forgotten. */
  pause: (world, random) => {
    const forMs = random.chance(0.3) ? null : random.logUniform(1_000, 40_000);
    world.command({ kind: "pause", group: GROUP, forMs, reason: null });
    if (random.chance(0.4)) return;
    world.after(random.logUniform(100, 30_000), () =>
      world.command({ kind: "resume", group: GROUP }),
    );
  },
  /** Nothing fails over until all are there, or the master has been for a while. */
  wait: (world) => world.command({ kind: "set-mode", group: GROUP, mode: "wait" }),
  acknowledge: (world, random) => {
    const node = random.chance(0.5) ? null : random.pick(world.hosts).name;
    world.command({ kind: "acknowledge", group: GROUP, node });
  },
  /** Plans change nothing, and moves of reader VIPs no more than that. */
  ask: (world, random) => {
    const node = random.pick(world.hosts).name;
    const [, reader] = world.vips;
    const commands: readonly Command[] = [
      { kind: "plan-switchover", group: GROUP, to: null },
      { kind: "plan-switchover", group: GROUP, to: node },
      ...(reader === undefined
        ? []
        : [{ kind: "move-reader", group: GROUP, ip: reader, node } as const]),
    ];
    world.command(random.pick(commands));
  },
  /** The operator's command forbids a failover, fails, is slow, or never answers; where one is asked. */
  "hook-is-moody": (world, random) => {
    const exitCode = random.pick([10, 10, 1, null, 0]);
    world.hook.mood = { exitCode, afterMs: random.logUniform(20, 2_000) };
    world.log("fate", `lets the hook answer ${JSON.stringify(world.hook.mood)}`);
    world.after(random.logUniform(1_000, 20_000), () => (world.hook.mood = CONSENT));
  },
} satisfies Record<string, Strike>;
