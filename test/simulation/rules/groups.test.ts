/**
 * Several groups in one cluster of monitors: what befalls one leaves the others alone, and groups come
 * and go while the monitors run. The promises are checked for each of them.
 */
import { expect, test } from "vitest";
import type { CommandOutcome } from "../../../src/core/messages.ts";
import type { GroupPart } from "../../../src/core/state.ts";
import { GROUP, groupName, proposalOf, WRITER, writerOf } from "../world/plan.ts";
import { whatIsMissing } from "../world/wholeness.ts";
import type { World } from "../world/world.ts";
import { atRest, servers, timesOf, until } from "./script.ts";

const SECOND = groupName(1);
const SECOND_VIP = writerOf(1);

function part(world: World, name = SECOND): GroupPart | null {
  return world.safety.of(name).group;
}

function isSettled(world: World, index = 1): boolean {
  const group = part(world, groupName(index));
  if (group === null || group.operation !== null || group.master === null) return false;
  return servers(world, writerOf(index)).includes(group.master);
}

/** What the monitors were told to do, and what they said. */
function asked(world: World, command: Parameters<World["command"]>[0]) {
  const told: { outcome: CommandOutcome | null } = { outcome: null };
  world.command(command, undefined, (outcome) => (told.outcome = outcome));
  return told;
}

function add(world: World) {
  const proposal = proposalOf(world.shape, {}, [], 1);
  return asked(world, { kind: "reload", group: SECOND, proposal, dryRun: false });
}

/** Two groups at rest. */
function two(seed: number): World {
  const world = atRest(seed, { groups: 2, writeEveryMs: 20 });
  until(world, () => isSettled(world), "the second group is served");
  return world;
}

test.each([1, 2])(
  "masters of three groups that die at once are all replaced at once, seed %i",
  (seed) => {
    const world = atRest(seed, { groups: 3 });
    until(world, () => isSettled(world, 1) && isSettled(world, 2), "all groups are served");
    for (const name of ["db1", "db4", "db7"]) world.killRedis(name);
    const moved = (index: number) =>
      isSettled(world, index) && part(world, groupName(index))?.past.length === 1;
    const from = world.now;
    until(world, () => [0, 1, 2].every(moved), "all have new masters", 3_000);
    expect(world.now - from).toBeLessThan(1_500);
    for (const index of [0, 1, 2])
      expect(world.safety.of(groupName(index)).finished).toEqual({ "failover ok": 1 });
  },
);

test.each([1, 2])("a claim is not lingered over while another group waits, seed %i", (seed) => {
  const world = atRest(seed, { groups: 2, writeEveryMs: 20 });
  until(world, () => isSettled(world), "the second group is served");
  world.unplug("db4");
  until(world, () => part(world)?.operation != null, "the second group fails over");
  const times = timesOf(world);
  world.command({ kind: "switchover", group: GROUP, to: "db2" });
  until(world, () => part(world, GROUP)?.past.length === 1, "the first is switched over");
  expect(part(world)?.operation).not.toBeNull();
  expect(world.now - (times.get("claiming") ?? -Infinity)).toBeLessThan(15);
});

const TEN = Array.from({ length: 10 }, (_, index) => index);

/** The leader dies right after it asked for its first promotion, one in the middle, the last. */
test.each([1, 5, 10])(
  "masters of ten groups die at once, and the leader at promotion %i: each fails over, none twice",
  (moment) => {
    const world = atRest(1, { groups: TEN.length, nodes: 2 });
    until(world, () => TEN.every((index) => isSettled(world, index)), "all groups are served");
    const masters = TEN.map((index) => part(world, groupName(index))?.master ?? "");
    let promotions = 0;
    world.onEffect = (monitor, effect) => {
      if (effect.kind !== "redis" || effect.action.kind !== "promote") return;
      promotions += 1;
      if (promotions === moment) world.after(0, () => monitor.crash());
    };
    for (const name of masters) world.killRedis(name);
    const moved = (index: number) =>
      isSettled(world, index) && part(world, groupName(index))?.master !== masters[index];
    until(world, () => TEN.every(moved), "all have new masters", 8_000);
    world.runUntil(world.now + 3_000);
    expect(world.monitors.filter(({ running }) => running)).toHaveLength(2);
    for (const index of TEN) {
      expect(world.safety.of(groupName(index)).finished).toEqual({ "failover ok": 1 });
      expect(servers(world, writerOf(index))).toEqual([part(world, groupName(index))?.master]);
    }
  },
);

test("a failover that waits for a proof holds up no other group", () => {
  const world = two(1);
  world.unplug("db1");
  until(world, () => (world.group?.operation ?? null) !== null, "a failover waits for the lease");
  world.killRedis("db4");
  until(
    world,
    () => part(world)?.past.length === 1 && isSettled(world),
    "the other is done",
    1_500,
  );
  expect(part(world)?.master).not.toBe("db4");
  until(world, () => world.group?.master !== "db1" && world.group?.operation === null, "both are");
});

test("a group at rest pays nothing for another one that fails over", () => {
  const world = two(1);
  const looksUntil = (holds: () => boolean): number => {
    const planned = new Set<number>();
    const look = () => planned.add(world.leader()?.state?.groups[GROUP]?.reviewAt ?? 0);
    until(world, () => (look(), holds()), "it has been watched");
    return planned.size;
  };
  const from = world.now;
  world.killRedis("db4");
  const looks = looksUntil(() => part(world)?.past.length === 1 && isSettled(world));
  const [to, tookMs] = [world.now, world.now - from];
  // As many as in as long a time in which nothing happens, but for where the times begin, and for the
  // proposal that a look may have met under way.
  expect(looks).toBeLessThanOrEqual(looksUntil(() => world.now - to >= tookMs) + 2);
});

test("a group that is added is adopted as it stands, and fails over like the first", () => {
  const world = atRest(1, { moreGroups: 1 });
  expect(part(world)).toBeNull();
  const told = add(world);
  until(world, () => isSettled(world), "the new group is served");
  expect(told.outcome).toMatchObject({ kind: "ok" });
  expect(part(world)?.master).toBe("db4");
  world.killRedis("db4");
  until(world, () => part(world)?.past.length === 1 && isSettled(world), "it fails over");
  expect(servers(world)).toEqual(["db1"]);
});

test("what another group has already is not added", () => {
  const world = atRest(1, { moreGroups: 1 });
  const mine = proposalOf(world.shape, {}, [], 1);
  const propose = (change: Partial<typeof mine>) => {
    const proposal = { ...mine, ...change };
    const told = asked(world, { kind: "reload", group: SECOND, proposal, dryRun: false });
    world.runUntil(world.now + 200);
    return told.outcome;
  };
  const taken = proposalOf(world.shape, {}).nodes;
  expect(propose({ writer: WRITER })).toMatchObject({ kind: "refused" });
  expect(propose({ readers: ["10.0.0.2"] })).toMatchObject({ kind: "refused" });
  expect(propose({ nodes: taken })).toMatchObject({
    kind: "refused",
    message: expect.stringContaining("10.0.0.1:6379 is db1 of group main already") as string,
  });
  expect(part(world)).toBeNull();
});

test("a group that is dropped is served by nobody, the other goes on, and it can come again", () => {
  const world = two(1);
  world.client.resetGap();
  const told = asked(world, { kind: "drop-group", group: SECOND });
  until(world, () => told.outcome !== null, "it is dropped", 2_000);
  expect(told.outcome).toMatchObject({ kind: "ok" });
  expect(part(world)).toBeNull();
  expect(servers(world, SECOND_VIP)).toEqual([]);
  expect(world.host("db4").hasAddress(SECOND_VIP)).toBe(false);
  world.runUntil(world.now + 5_000);
  expect(servers(world, SECOND_VIP)).toEqual([]);
  expect(world.client.longestGap.ms).toBeLessThan(60);
  expect(whatIsMissing(world)).toBeNull();
  for (const { state } of world.monitors) {
    expect(Object.keys(state?.groups ?? {})).toEqual([GROUP]);
    expect(Object.keys(state?.alarms ?? {})).toEqual([]);
  }
  add(world);
  until(world, () => isSettled(world), "it is served again");
  expect(part(world)?.master).toBe("db4");
});

test("a dropped group whose holder cannot be reached leaves when the lease has ended", () => {
  const world = two(1);
  world.unplug("db4");
  const told = asked(world, { kind: "drop-group", group: SECOND });
  until(world, () => part(world)?.leaving === true, "it is leaving", 1_000);
  expect(servers(world, SECOND_VIP)).toEqual(["db4"]);
  until(world, () => told.outcome !== null, "it is dropped");
  expect(part(world)).toBeNull();
  expect(servers(world, SECOND_VIP)).toEqual([]);
  world.unplug("db4", false);
  world.runUntil(world.now + 3_000);
  expect(servers(world, SECOND_VIP)).toEqual([]);
});

test.each([1, 2, 3])("a leader that dies while a group leaves is succeeded, seed %i", (seed) => {
  const world = two(seed);
  world.unplug("db4");
  asked(world, { kind: "drop-group", group: SECOND });
  until(world, () => part(world)?.leaving === true, "it is leaving", 1_000);
  world.leader()?.crash();
  until(world, () => part(world) === null, "it is dropped");
  expect(servers(world, SECOND_VIP)).toEqual([]);
  expect(servers(world)).toEqual(["db1"]);
});

test("of a group that is leaving nothing else is asked, and none leaves in an operation", () => {
  const world = two(1);
  asked(world, { kind: "switchover", group: SECOND, to: "db5" });
  until(world, () => (part(world)?.operation ?? null) !== null, "a switchover runs", 1_000);
  const early = asked(world, { kind: "drop-group", group: SECOND });
  world.runUntil(world.now + 1_000);
  expect(early.outcome).toMatchObject({ kind: "refused" });
  world.unplug("db5");
  asked(world, { kind: "drop-group", group: SECOND });
  until(world, () => part(world)?.leaving === true, "it is leaving", 1_000);
  const late = asked(world, { kind: "switchover", group: SECOND, to: "db4" });
  world.runUntil(world.now + 200);
  expect(late.outcome).toMatchObject({ kind: "refused", message: "group group2 is being dropped" });
});

test("a cluster that was founded without groups gets its first one", () => {
  const world = atRest(1, { moreGroups: 1 });
  const told = asked(world, { kind: "drop-group", group: GROUP });
  until(world, () => told.outcome !== null, "the only group is dropped");
  world.runUntil(world.now + 3_000);
  for (const { state } of world.monitors) expect(Object.keys(state?.peers ?? {})).toHaveLength(2);
  add(world);
  until(world, () => isSettled(world), "the new group is served");
  expect(world.servingHost(SECOND_VIP)?.name).toBe("db4");
});
