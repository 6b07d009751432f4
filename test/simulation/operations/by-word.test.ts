/** What a person changes with a word stands in the history: what, when, and who said so. */
import { expect, test } from "vitest";
import type { GroupCommand } from "../../../src/core/messages.ts";
import { GROUP, OPERATOR, readerVip } from "../world/plan.ts";
import type { World } from "../world/world.ts";
import { settled } from "./at-rest.ts";

const READER = readerVip(0);

function tell(world: World, command: GroupCommand): void {
  const told: string[] = [];
  world.command(command, undefined, ({ kind }) => told.push(kind));
  world.runUntilTrue(() => told.length > 0, 5_000);
  expect(told).toEqual(["ok"]);
}

function said({ group }: World): readonly string[] {
  return (group?.past ?? []).map(
    ({ kind, from, to, by, reason }) => `${by}: ${kind} ${from} ${to}: ${reason}`,
  );
}

test("a mode that is set", () => {
  const world = settled(1);
  const before = world.now;
  tell(world, { kind: "set-mode", group: GROUP, mode: "manual" });
  expect(said(world)).toEqual(["operator: mode null null: mode active → manual"]);
  const [entry] = world.group?.past ?? [];
  expect(entry).toMatchObject({ result: "ok", durationMs: 0 });
  expect(entry?.startedAt).toBeGreaterThan(before);
});

test("a node that is set offline and online again", () => {
  const world = settled(1);
  tell(world, { kind: "set-offline", group: GROUP, node: "db3" });
  tell(world, { kind: "set-online", group: GROUP, node: "db3" });
  expect(said(world)).toEqual([
    "operator: offline db3 null: db3 online → offline",
    "operator: online db3 null: db3 offline → online",
  ]);
});

test("a node whose outages are forgotten", () => {
  const world = settled(1, { settings: { flapCount: 5 } });
  world.killRedis("db3");
  world.runUntil(world.now + 4_000);
  world.redis("db3").start();
  const outages = () => world.group?.nodes.find(({ name }) => name === "db3")?.outages;
  world.runUntilTrue(() => outages()?.length === 1, 20_000);
  expect(outages()).toHaveLength(1);
  world.runUntil(world.now + 2_000);
  tell(world, { kind: "set-online", group: GROUP, node: "db3" });
  expect(said(world)).toEqual(["operator: online db3 null: db3 is online; 1 outage forgotten"]);
});

test("a reader VIP that is moved", () => {
  const world = settled(1, { readers: 1 });
  const vip = () => world.group?.vips.find(({ ip }) => ip === READER);
  const old = vip()?.node ?? "";
  const node = ["db2", "db3"].find((name) => name !== old) ?? "";
  tell(world, { kind: "move-reader", group: GROUP, ip: READER, node });
  expect(said(world)).toEqual([`operator: moved ${old} ${node}: reader VIP ${READER}`]);
  world.runUntilTrue(() => vip()?.kind === "hold", 5_000);
  expect(vip()?.node).toBe(node);
});

test("not what changed nothing", () => {
  const world = settled(1);
  tell(world, { kind: "set-mode", group: GROUP, mode: "active" });
  tell(world, { kind: "set-online", group: GROUP, node: "db3" });
  tell(world, { kind: "set-offline", group: GROUP, node: "db3" });
  tell(world, { kind: "set-offline", group: GROUP, node: "db3" });
  expect(said(world)).toEqual(["operator: offline db3 null: db3 online → offline"]);
});

test("once, however often its client asks", () => {
  const world = settled(1);
  const command = { kind: "set-mode", group: GROUP, mode: "manual" } as const;
  for (let times = 0; times < 3; times++) {
    world.leader()?.deliver({ kind: "command", requestId: "the same", by: OPERATOR, command });
    world.runUntil(world.now + 500);
  }
  expect(said(world)).toEqual(["operator: mode null null: mode active → manual"]);
});
