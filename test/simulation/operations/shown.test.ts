/**
 * Where a status says that a VIP is, while a host is unplugged, dies, or hands over: everywhere the same, at
 * each moment and of each monitor; and the leader says of none that is served that nobody serves it.
 */
import { describe, expect, test } from "vitest";
import { findings } from "../../../src/core/status-findings.ts";
import { statusOf } from "../../../src/core/status.ts";
import type { Status } from "../../../src/core/status-types.ts";
import type { MonitorProcess } from "../world/monitor-process.ts";
import { GROUP } from "../world/plan.ts";
import type { World } from "../world/world.ts";
import { settled } from "./at-rest.ts";

const LOOK_EVERY_MS = 20;

interface Trouble {
  readonly name: string;
  readonly befalls: (world: World) => void;
}

const TROUBLES: readonly Trouble[] = [
  { name: "the master's host is unplugged", befalls: (world) => world.unplug("db1", true) },
  { name: "the master dies", befalls: (world) => world.killRedis("db1") },
  {
    name: "the role is moved",
    befalls: (world) => world.command({ kind: "switchover", group: GROUP, to: "db2" }),
  },
  {
    name: "nobody may fail over",
    befalls: (world) => {
      world.command({ kind: "set-mode", group: GROUP, mode: "manual" });
      world.after(200, () => world.unplug("db1", true));
    },
  },
];

describe.each(TROUBLES)("where a VIP is, while $name", ({ befalls }) => {
  // The lease ends long before anybody finds the master down.
  const world = settled(1, { readers: 1, settings: { leaseMs: 1_000, permitMs: 400 } });
  befalls(world);
  const seen = looksFor(world, 6_000);

  test("is told in one way", () => {
    expect([...new Set(seen.flatMap(({ status }) => contradictions(status)))]).toEqual([]);
  });

  test("is not told to be nowhere while it is served", () => {
    const wrong = seen.filter(({ leads, served, status }) =>
      findings(status).some(
        ({ text }) => leads && served.some((ip) => text === `nobody serves ${ip}`),
      ),
    );
    expect(wrong.map(({ at }) => at)).toEqual([]);
  });
});

interface Look {
  readonly at: number;
  readonly leads: boolean;
  readonly served: readonly string[];
  readonly status: Status;
}

function looksFor(world: World, ms: number): readonly Look[] {
  const looks: Look[] = [];
  const from = world.now;
  while (world.now < from + ms) {
    world.runUntil(world.now + LOOK_EVERY_MS);
    const served = world.vips.filter((ip) => world.servingHost(ip) !== undefined);
    const leader = world.leader();
    for (const monitor of world.monitors) {
      const status = shownBy(monitor, world.now);
      const at = world.now - from;
      if (status !== null) looks.push({ at, leads: monitor === leader, served, status });
    }
  }
  return looks;
}

function shownBy({ state, clock }: MonitorProcess, at: number): Status | null {
  if (state === null) return null;
  const now = clock.local(at);
  return statusOf(state, { now, wall: now, entropy: 0 });
}

function contradictions({ groups, answered_by }: Status): readonly string[] {
  return groups.flatMap(({ writer, readers, nodes }) =>
    [...(writer === null ? [] : [writer]), ...readers].flatMap(({ ip, holder }) => {
      const on = nodes.filter(({ vips }) => vips.includes(ip)).map(({ name }) => name);
      const told = holder === null ? [] : [holder];
      const both = `${told.join()} and ${on.join()}`;
      return on.join() === told.join() ? [] : [`${answered_by.name}: ${ip}: ${both}`];
    }),
  );
}
