/** Faults of parts: disks that are full, packet filters that are flushed, answers that get lost. */
import type { Network } from "../../../src/core/health/own-network.ts";
import {
  bothWays,
  cutFor,
  isReached,
  lasting,
  someMonitor,
  someNode,
  type Strike,
} from "./victims.ts";

export const MISHAPS = {
  /** Commands arrive and run; what the hosts answer this monitor does not. */
  "lose-answers": (world, random) => {
    const { name } = someMonitor(world, random);
    const pairs = world.hosts.map((host) => [host.name, name] as const);
    cutFor(world, pairs, lasting(random, 3_000));
  },
  /** A monitor's check of its own network says that it is down, whether that is so or not. */
  "own-network": (world, random) => {
    const monitor = someMonitor(world, random);
    const say = (is: Network): void =>
      monitor.deliver({ kind: "own-network", pings: { is, problem: null } });
    const ms = lasting(random, 20_000);
    world.log("fate", `lets ${monitor.name} take its network for down for ${Math.round(ms)} ms`);
    say("down");
    world.after(ms, () => say(random.pick(["up", "up", "unknown"])));
    if (random.chance(0.5)) return;
    const pairs = world.hosts.flatMap(({ name }) => bothWays(name, monitor.name));
    cutFor(world, pairs, ms);
  },
  /** A monitor that cannot write ends, and so it does again each time that it is started. */
  "full-disk-of-monitor": (world, random) => {
    const monitor = someMonitor(world, random);
    world.log(monitor.name, "its disk is full");
    monitor.habits.diskFull = true;
    world.after(lasting(random, 20_000), () => (monitor.habits.diskFull = false));
  },
  /** Writes are refused, and neither the data nor the configuration file can be saved. */
  "full-disk-of-host": (world, random) => {
    const redis = world.redis(someNode(world, random));
    world.log(redis.name, "its disk is full");
    redis.diskFull = true;
    world.after(lasting(random, 20_000), () => (redis.diskFull = false));
  },
  /**
   * Somebody reloads the firewall. Nobody can prevent that a host serves from that instant on where
   * the address is left over from an earlier lease, nor learn of it where no monitor reaches the host:
   * these are the limits that are stated, and such hosts are spared.
   */
  "flush-register": (world, random) => {
    const host = world.host(someNode(world, random));
    const leftOver = world.vips.some((vip) => host.hasAddress(vip) && !host.serves(vip));
    if (leftOver || !host.up || !isReached(world, host)) return;
    world.log(host.name, "its packet filter is flushed");
    host.flushTable();
    if (!random.chance(0.5)) return;
    // Its owner had enabled mmm-guard-close.
    world.after(10 + random.float() * 150, () => {
      if (!host.up) return;
      world.log(host.name, "closes itself");
      host.closeTable(world.vips);
    });
  },
} satisfies Record<string, Strike>;
