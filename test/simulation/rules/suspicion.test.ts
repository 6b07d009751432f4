/**
 * When a holder is suspected (rule 10): soon, for the waiting time begins with it, but not because of
 * Redis alone. The scripts about what a suspicion is worth are in `renewals.ts`.
 */
import { expect, test } from "vitest";
import { permitMsFor } from "../../../src/core/settings.ts";
import { sameStamp } from "../../../src/core/stamp.ts";
import { WRITER } from "../world/plan.ts";
import type { World } from "../world/world.ts";
import { loses } from "../operations/reach.ts";
import { atRest, vipOf } from "./script.ts";

const SEEDS = [1, 2, 3, 4, 5, 6];
const LEASE_MS = 1_000;
const SETTINGS = { downAfterMs: 1_000, leaseMs: LEASE_MS, permitMs: permitMsFor(LEASE_MS) };

function epochWatch(world: World): () => boolean {
  const before = vipOf(world).epoch;
  return () => !sameStamp(vipOf(world).epoch, before);
}

/** Its Redis answers nobody for so long. */
function hangs(world: World, name: string, forMs: number): void {
  world.redis(name).stop();
  world.runUntil(world.now + forMs);
  world.redis(name).proceed();
}

/** Every other answer of its guard takes so long. */
function slowDown(world: World, name: string, byMs: number): void {
  const host = world.host(name);
  const guard = host.guard.bind(host);
  let isSlow = false;
  host.guard = (request, done) => {
    isSlow = !isSlow;
    world.after(isSlow ? byMs : 0, () => guard(request, done));
  };
}

test.each(SEEDS)("a host that is unplugged is suspected within 0.31 s (seed %i)", (seed) => {
  const world = atRest(seed, { settings: SETTINGS });
  const isSuspected = epochWatch(world);
  const unpluggedAt = world.now;
  world.unplug("db1");
  world.runUntilTrue(isSuspected, 2_000);
  expect(world.now - unpluggedAt).toBeLessThan(310);
});

test.each(SEEDS)(
  "a host whose Redis hangs for 0.8 s, and whose guard is a little slow, is not (seed %i)",
  (seed) => {
    const world = atRest(seed, { settings: SETTINGS });
    const isSuspected = epochWatch(world);
    slowDown(world, "db1", 40);
    hangs(world, "db1", 800);
    world.runUntil(world.now + 1_000);
    expect(isSuspected()).toBe(false);
    expect(world.servingHost(WRITER)?.name).toBe("db1");
  },
);

test.each(SEEDS)("a host is not whose guard answers only who keeps its lease (seed %i)", (seed) => {
  const world = atRest(seed, { settings: SETTINGS });
  const isSuspected = epochWatch(world);
  loses(world, world.theLeader.name, "guard", ["db1"]);
  world.runUntil(world.now + 1_000 + 40 * seed);
  hangs(world, "db1", 320);
  world.runUntil(world.now + 100);
  expect(isSuspected()).toBe(false);
  expect(world.servingHost(WRITER)?.name).toBe("db1");
});

test.each(SEEDS)("a host far away is not whose Redis is slow once (seed %i)", (seed) => {
  const world = atRest(seed);
  world.network.setAll({ leastMs: 165 / 2 });
  world.runUntil(world.now + 3_000 + 40 * seed);
  const isSuspected = epochWatch(world);
  for (let time = 0; time < 10; time += 1) {
    hangs(world, "db1", 300);
    world.runUntil(world.now + 700);
  }
  expect(isSuspected()).toBe(false);
  expect(world.servingHost(WRITER)?.name).toBe("db1");
});
