/** Scripts about how a cluster begins: what the files say, what the hosts showed, hosts without a register. */
import { realCore } from "../real-core.ts";
import { readerVip, WRITER } from "../world/plan.ts";
import { Violation } from "../world/violation.ts";
import { World } from "../world/world.ts";
import {
  atRest,
  movesTo,
  must,
  need,
  type Script,
  SHARP,
  servers,
  speakFor,
  switchOver,
  until,
} from "./script.ts";

/** Nothing can be adopted yet: db3 is master, too. */
function withTwoMasters(seed: number): World {
  const world = new World({ seed, core: realCore, writeEveryMs: 0 });
  world.redis("db3").promote();
  world.runUntil(5_000);
  need(world.group !== null && world.group.master === null, "nothing is adopted");
  return world;
}

/** What a host showed before it was lost does not speak for it. */
function shownLongAgo(seed: number): void {
  const world = withTwoMasters(seed);
  world.unplug("db2");
  world.runUntil(9_000);
  // Meanwhile somebody gave the address to the host that nobody reaches.
  world.host("db1").pruneAddresses();
  world.host("db2").addPermanentAddress(WRITER);
  world.redis("db3").follow(world.host("db1").address, 6379);
  world.runUntil(20_000);
  need(servers(world).join() === "db2", "db2 alone serves the address");
  speakFor(world, "db2");
  world.host("db2").pruneAddresses();
  until(world, () => world.group?.master === "db1", "db1 is adopted");
}

/** Hosts without a register: a release proves nothing of a host that was given the address again. */
function addressComesBack(seed: number): void {
  const world = atRest(seed, { nft: false });
  switchOver(world, "db2");
  switchOver(world, "db1");
  world.unplug("db1");
  world.runUntil(world.now + 15_000);
  const also = servers(world).filter((name) => name !== "db1");
  if (also.length > 0)
    throw new Violation("one host serves a VIP", `db1 and ${also.join()} serve ${WRITER}`);
  const promoted = ["db2", "db3"].filter((name) => world.redis(name).isMaster);
  if (promoted.length > 0)
    throw new Violation(
      "one host serves a VIP",
      `${promoted.join()} was promoted while db1 serves`,
    );
}

/** The file of the monitor that founded the cluster gives a lease of 3 s; the others give 8 s. */
function differentFiles(seed: number): void {
  const fileOf = (monitor: number) => (monitor === 0 ? {} : { leaseMs: 8000 });
  const world = atRest(seed, { ...SHARP, fileOf });
  const founder = world.monitor("mon1");
  if (world.leader() === founder) {
    founder.crash();
    until(world, () => ![founder, undefined].includes(world.leader()), "another monitor leads");
    world.startMonitor("mon1");
    world.runUntil(world.now + 3_000);
  }
  need(world.leader() !== founder, "another monitor leads");
  world.unplug("db1");
  movesTo(world, ["db2", "db3"]);
}

/** A host is off at the founding. What only a host that answers can do is not given to it. */
function foundedWithout(seed: number): void {
  const world = new World({ seed, core: realCore, writeEveryMs: 0, readers: 1 });
  world.powerOff("db2");
  world.runUntil(8_000);
  speakFor(world, "db2");
  until(world, () => world.group?.master === "db1", "db1 is adopted");
  const reader = readerVip(0);
  must(world, () => servers(world, reader).length === 1, "a reader VIP begins where it can", 3_000);
}

/** There are two masters, and a person switches the wrong one off instead of making it a replica. */
function wrongMasterIsOff(seed: number): void {
  const world = withTwoMasters(seed);
  world.killRedis("db3");
  const isAdopted = () => world.group?.master === "db1";
  must(world, isAdopted, "what a node was while it ran says nothing of who is master now", 30_000);
}

export const BEGINNINGS: readonly Script[] = [
  { name: "a host was read long ago", run: shownLongAgo },
  { name: "an address comes back without a register", run: addressComesBack },
  { name: "two monitors have different files", run: differentFiles },
  { name: "a host is off at the founding", run: foundedWithout },
  { name: "one of two masters is switched off at the founding", run: wrongMasterIsOff },
];
