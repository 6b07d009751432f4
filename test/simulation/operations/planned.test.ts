/** What a switchover tells of beforehand is what it then does, step by step; telling changes nothing. */
import { expect, test } from "vitest";
import type { CommandOutcome } from "../../../src/core/messages.ts";
import { SWITCHOVER_STEPS } from "../../../src/core/operation/switchover-steps.ts";
import { GROUP } from "../world/plan.ts";
import { atRest, type ScriptedWorld } from "../rules/script.ts";
import { becomesWhole } from "./at-rest.ts";

const SEEDS = [1, 2];

function planned(world: ScriptedWorld, to: string | null): CommandOutcome | undefined {
  let told: CommandOutcome | undefined;
  world.command({ kind: "plan-switchover", group: GROUP, to }, undefined, (now) => (told = now));
  world.runUntilTrue(() => told !== undefined, 3_000);
  return told;
}

/** The names of the steps that monitors report, and what befalls the world with one of them. */
function stepsOf(world: ScriptedWorld, befalls: (step: string) => void = () => {}): string[] {
  const steps: string[] = [];
  world.onTurn = (_, effects) => {
    for (const effect of effects)
      if (effect.kind === "report" && effect.event.kind === "operation.step") {
        steps.push(effect.event.step);
        befalls(effect.event.step);
      }
  };
  return steps;
}

test.each(SEEDS)("each step passes once, in the order of the plan (seed %i)", (seed) => {
  const world = atRest(seed, { writeEveryMs: 10 });
  const steps = stepsOf(world);
  const before = world.group;
  const told = planned(world, "db2");
  expect(told).toMatchObject({ kind: "ok" });
  for (const [at] of SWITCHOVER_STEPS.entries())
    expect(JSON.stringify(told)).toContain(`\\n${String(at + 1).padStart(2)}  `);
  world.runUntil(world.now + 1_000);
  expect(world.group).toEqual(before);
  world.command({ kind: "switchover", group: GROUP, to: "db2" });
  world.runUntilTrue(() => world.group?.past.length === 1, 5_000);
  expect(steps).toEqual(SWITCHOVER_STEPS.map(({ key }) => key));
  becomesWhole(world, 10_000);
});

test.each(SEEDS)("one that is turned back tells of no step that did not pass (seed %i)", (seed) => {
  const world = atRest(seed, { writeEveryMs: 10 });
  const steps = stepsOf(world, (step) => step === "handover" && world.redis("db2").stop());
  world.command({ kind: "switchover", group: GROUP, to: "db2" });
  world.runUntilTrue(() => world.group?.past.length === 1, 12_000);
  expect(world.group?.past[0]?.result).toBe("undone");
  expect(steps).not.toContain("promoting");
  expect(world.group?.master).toBe("db1");
});

test("what cannot be is refused with the reason, by the plan as by the deed", () => {
  const world = atRest(1);
  world.killRedis("db3");
  world.runUntil(world.now + 3_000);
  const asked = planned(world, "db3");
  let done: CommandOutcome | undefined;
  const command = { kind: "switchover", group: GROUP, to: "db3" } as const;
  world.command(command, undefined, (told) => (done = told));
  world.runUntilTrue(() => done !== undefined, 3_000);
  expect(asked).toMatchObject({ kind: "refused" });
  expect(done).toEqual(asked);
});
