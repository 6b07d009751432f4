/**
 * A command of the operator's is asked before a switchover that a person orders, while nothing is touched
 * yet. What it says counts for that order alone.
 */
import { expect, test } from "vitest";
import type { CommandOutcome } from "../../../src/core/messages.ts";
import type { AskedHook } from "../../../src/core/settings.ts";
import { MOODY } from "../world/hook.ts";
import { GROUP } from "../world/plan.ts";
import type { World } from "../world/world.ts";
import { atRest } from "../rules/script.ts";
import { lostWrites, settled } from "./at-rest.ts";

function asking(command: string, onFailure: AskedHook["onFailure"] = "go-on"): World {
  const preSwitchover = { command, timeoutMs: 1_000, onFailure };
  return settled(1, { settings: { preSwitchover } });
}

function ordered(world: World): CommandOutcome | undefined {
  const told: CommandOutcome[] = [];
  const command = { kind: "switchover", group: GROUP, to: "db2" } as const;
  world.command(command, undefined, (outcome) => told.push(outcome));
  world.runUntil(world.now + 4_000);
  return told[0];
}

test("it allows one, which then is like any other", () => {
  const world = asking("exit 0");
  expect(ordered(world)).toMatchObject({ kind: "ok" });
  expect(world.group?.master).toBe("db2");
  expect(lostWrites(world)).toBe(0);
});

test("it forbids one: it is refused with its words, and nothing happened", () => {
  const world = asking("exit 10");
  const message = expect.stringMatching(/^pre_switchover forbids it/) as string;
  expect(ordered(world)).toEqual({ kind: "refused", message });
  expect(world.group).toMatchObject({ master: "db1", operation: null, past: [] });
  expect(world.leader()?.state?.groups[GROUP]?.errands).not.toHaveProperty(["pre-switchover"]);
  expect(ordered(world)).toMatchObject({ kind: "refused" });
});

test("it fails or hangs: what was agreed on for that", () => {
  expect(ordered(asking("exit 3", "stop"))?.kind).toBe("refused");
  expect(ordered(asking("hangs"))?.kind).toBe("ok");
});

test("it is asked once, though the order cannot be followed for a moment while it thinks", () => {
  const preSwitchover = { command: MOODY, timeoutMs: 3_000, onFailure: "stop" } as const;
  const world = atRest(1, { settings: { preSwitchover } });
  world.hook.mood = { exitCode: 0, afterMs: 1_500 };
  let asked = 0;
  world.onEffect = (_, { kind }) => (asked += Number(kind === "hook"));
  const leader = world.theLeader.name;
  world.after(100, () => world.network.cut(leader, "db1"));
  world.after(1_000, () => world.network.cut(leader, "db1", false));
  expect(ordered(world)).toMatchObject({ kind: "ok" });
  expect(asked).toBe(1);
});

test("it is not asked when the order cannot be followed, nor about a failover", () => {
  const world = asking("exit 10");
  world.killRedis("db2");
  world.runUntil(world.now + 4_000);
  expect(ordered(world)).toMatchObject({
    kind: "refused",
    message: expect.stringMatching(/db2/) as string,
  });
  world.killRedis("db1");
  world.runUntil(world.now + 4_000);
  expect(world.group?.master).toBe("db3");
});
