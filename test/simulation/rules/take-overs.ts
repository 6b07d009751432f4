/** Scripts about hosts that carry the id of another cluster, whose monitors may still renew its lease. */
import { realCore } from "../real-core.ts";
import { GROUP, WRITER } from "../world/plan.ts";
import { Register } from "../world/register.ts";
import { Violation } from "../world/violation.ts";
import { World } from "../world/world.ts";
import { need, type Script, servers, until } from "./script.ts";

export const OTHER = "feedbeef";
const LEASE_MS = 2000;

/** The hosts as another cluster has left them: db1 serves, under a lease that `renew` keeps alive. */
export function foundedTwice(seed: number): { readonly world: World; readonly renew: () => void } {
  const world = new World({ seed, core: realCore, writeEveryMs: 0 });
  for (const host of world.hosts) {
    const register = new Register();
    register.token = { kind: "epoch", cluster: OTHER, epoch: { term: 9, version: 90 } };
    register.gated = true;
    host.table = new Map([[WRITER, register]]);
  }
  const renew = () => {
    const host = world.host("db1");
    const register = host.table?.get(WRITER);
    const isTheirs = register?.token?.cluster === OTHER;
    if (register !== undefined && isTheirs)
      register.leaseUntil = host.clock.local(world.now) + LEASE_MS;
    world.safety.served(WRITER);
  };
  renew();
  return { world, renew };
}

export function adopt(world: World): void {
  world.command({
    kind: "adopt",
    group: GROUP,
    cluster: OTHER,
    empty: null,
    acceptDataLoss: false,
  });
}

/** Two clusters, one set of hosts: the other goes on renewing its lease while this one is told to take over. */
function takenWhileServed(seed: number): void {
  const { world, renew } = foundedTwice(seed);
  for (let at = 0; at < 30_000; at += 250) world.at(at, renew);
  world.runUntil(4_000);
  untouched(world, "before it was adopted");
  adopt(world);
  world.runUntil(12_000);
  untouched(world, "although its lease is renewed");
}

function untouched(world: World, when: string): void {
  need(world.group !== null, "a cluster was founded");
  const isTheirs = world.hosts.every((host) => host.table?.get(WRITER)?.token?.cluster === OTHER);
  if (!isTheirs || world.group?.master !== null)
    throw new Violation("one cluster acts", `a host of another cluster was taken over ${when}`);
}

/** The other cluster is gone: its hosts are taken over where they are. */
function takenWhenGone(seed: number): void {
  const { world } = foundedTwice(seed);
  world.runUntil(5_000);
  untouched(world, "before it was adopted");
  need(servers(world).length === 0, "the lease has ended");
  adopt(world);
  until(world, () => servers(world).join() === "db1", "db1 serves again");
  need(world.group?.master === "db1", "db1 is master");
}

export const TAKE_OVERS: readonly Script[] = [
  { name: "another cluster renews its lease", run: takenWhileServed },
  { name: "another cluster is gone", run: takenWhenGone },
];
