/** Hosts without the register: who held the address must be seen to have lost it, each time anew. */
import { expect, test } from "vitest";
import { atRest, SEEDS, servers, switchOver } from "./script.ts";

test.each(SEEDS)(
  "an old release proves nothing of a host that was given the address again (seed %i)",
  (seed) => {
    const world = atRest(seed, { nft: false });
    switchOver(world, "db2");
    switchOver(world, "db1");
    world.unplug("db1");
    world.runUntil(world.now + 15_000);
    expect(servers(world)).toEqual(["db1"]);
    expect(world.redis("db2").isMaster || world.redis("db3").isMaster).toBe(false);
  },
);
