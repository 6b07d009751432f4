/** At the founding every host may serve the VIP until its register was read, and read lately. */
import { expect, test } from "vitest";
import { realCore } from "../real-core.ts";
import { GROUP, WRITER } from "../world/plan.ts";
import { World } from "../world/world.ts";
import { SEEDS, servers } from "./script.ts";

test.each(SEEDS)(
  "what a host showed before it was lost does not speak for it (seed %i)",
  (seed) => {
    const world = new World({ seed, core: realCore, writeEveryMs: 0 });
    // Nothing can be adopted yet: there are two masters.
    world.redis("db3").promote();
    world.runUntil(5_000);
    expect(world.group?.master ?? null).toBeNull();
    world.unplug("db2");
    world.runUntil(9_000);
    // Meanwhile somebody gave the address to the host that nobody reaches.
    world.host("db1").pruneAddresses();
    world.host("db2").addPermanentAddress(WRITER);
    world.redis("db3").follow(world.host("db1").address, 6379);
    world.runUntil(20_000);
    expect(servers(world)).toEqual(["db2"]);
    world.command({ kind: "adopt", group: GROUP, cluster: null, empty: "db2" });
    world.host("db2").pruneAddresses();
    world.runUntil(25_000);
    expect(world.group?.master).toBe("db1");
  },
);
