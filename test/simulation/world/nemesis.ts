/**
 * Faults, as a list made from the seed before the run begins: each has its time, its kind and luck
 * of its own, so that a failing run can be repeated with some of them left out. Which kinds occur
 * at all, and how often, differs from seed to seed (a swarm): a run in which everything fails all
 * the time gets nowhere interesting. Who is hit is decided when it happens, by role where possible.
 */
import type { Member } from "../../../src/core/state.ts";
import type { Command } from "../../../src/core/messages.ts";
import { CLIENT } from "./client.ts";
import { breakSomeLink, canSpare } from "./broken-link.ts";
import type { MonitorProcess } from "./monitor-process.ts";
import { GOOD_LINK } from "./network.ts";
import { CONSENT } from "./hook.ts";
import { MISHAPS } from "./mishaps.ts";
import { PEOPLE } from "./people.ts";
import { GROUP } from "./plan.ts";
import { Prng } from "./prng.ts";
import { reload } from "./reloads.ts";
import {
  bothWays,
  cutFor,
  holderOf,
  isBare,
  lasting,
  someMonitor,
  someNode,
  somePlaces,
  type Strike,
} from "./victims.ts";
import type { World } from "./world.ts";

export interface Fault {
  readonly at: number;
  readonly kind: FaultKind;
  /** Seed of everything else about it. */
  readonly luck: number;
}

function isolate(world: World, place: string, random: Prng, ms: number): void {
  const others = [...somePlaces(world), CLIENT].filter((other) => other !== place);
  const way = random.pick(["out", "in", "both", "both", "both"] as const);
  const pairs = others.flatMap((other) => {
    if (way === "both") return bothWays(place, other);
    return way === "out" ? [[place, other] as const] : [[other, place] as const];
  });
  cutFor(world, pairs, ms);
}

function isMember(world: World, name: string): boolean {
  return world.members.some((member) => member.name === name);
}

function restart(world: World, monitor: MonitorProcess, random: Prng, most: number): void {
  monitor.crash();
  world.after(random.logUniform(20, most), () => world.startMonitor(monitor.name));
}

const STRIKES = {
  ...MISHAPS,
  ...PEOPLE,
  "cut-link": (world, random) => {
    const places = somePlaces(world);
    const [a, b] = [random.pick(places), random.pick(places)];
    if (a === b) return;
    cutFor(world, random.chance(0.5) ? [[a, b]] : bothWays(a, b), lasting(random, 20_000));
  },
  "cut-leader-from-holder": (world, random) => {
    const leader = world.leader();
    const holder = holderOf(world);
    if (leader === undefined || holder === undefined) return;
    cutFor(world, bothWays(leader.name, holder), lasting(random, 10_000));
  },
  "isolate-monitor": (world, random) => {
    isolate(world, someMonitor(world, random).name, random, lasting(random, 20_000));
  },
  "isolate-host": (world, random) => {
    const node = someNode(world, random);
    if (!isBare(world, world.host(node))) isolate(world, node, random, lasting(random, 20_000));
  },
  "halve-monitors": (world, random) => {
    const names = world.monitors.map((monitor) => monitor.name).filter(() => random.chance(0.8));
    const left = names.filter(() => random.chance(0.5));
    const right = names.filter((name) => !left.includes(name));
    cutFor(
      world,
      left.flatMap((a) => right.flatMap((b) => bothWays(a, b))),
      lasting(random, 15_000),
    );
  },
  "bad-links": (world, random) => {
    const places = somePlaces(world);
    const quality = {
      loss: random.chance(0.5) ? random.logUniform(0.001, 0.3) : 0,
      delayMs: random.logUniform(0.3, 100),
      spike: random.chance(0.5) ? random.logUniform(0.001, 0.2) : 0,
      spikeMs: random.logUniform(100, 6000),
      duplicate: random.chance(0.5) ? 0.1 : 0,
    };
    const pairs = places.flatMap((from) =>
      places.filter((to) => from !== to && random.chance(0.3)).map((to) => [from, to] as const),
    );
    world.log("fate", `makes ${pairs.length} links bad: ${JSON.stringify(quality)}`);
    for (const [from, to] of pairs) Object.assign(world.network.link(from, to), quality);
    world.after(lasting(random, 20_000), () => {
      const { cut: _, ...good } = GOOD_LINK;
      for (const [from, to] of pairs) Object.assign(world.network.link(from, to), good);
    });
  },
  "crash-monitor": (world, random) => restart(world, someMonitor(world, random), random, 20_000),
  "crash-all-monitors": (world, random) => {
    for (const monitor of world.crew)
      if (random.chance(0.8)) restart(world, monitor, random, 10_000);
  },
  "stop-monitor": (world, random) => {
    someMonitor(world, random).stop(random.logUniform(100, 60_000), random.chance(0.3));
  },
  "crash-leader-soon": (world, random) => {
    const wait = random.between(0, 2000);
    world.after(wait, () => {
      const leader = world.leader();
      if (leader !== undefined) restart(world, leader, random, 5_000);
    });
  },
  "kill-redis": (world, random) => {
    const name = someNode(world, random);
    if (random.chance(0.3)) world.redis(name).terminate();
    world.killRedis(name);
    world.after(random.logUniform(50, 20_000), () => world.redis(name).start());
  },
  "hang-redis": (world, random) => {
    const redis = world.redis(someNode(world, random));
    redis.stop();
    const { runId } = redis;
    world.after(random.logUniform(100, 20_000), () => {
      if (redis.runId === runId) redis.proceed();
    });
  },
  "power-off": (world, random) => {
    const name = someNode(world, random);
    world.powerOff(name);
    world.after(random.logUniform(500, 30_000), () => world.powerOn(name));
  },
  "prune-addresses": (world, random) => {
    const name = someNode(world, random);
    world.log(name, "its foreign addresses are pruned");
    world.host(name).pruneAddresses();
  },
  switchover: (world, random) => {
    const to = random.chance(0.5) ? null : random.pick(world.hosts).name;
    world.command({ kind: "switchover", group: GROUP, to });
  },
  "switchover-and-crash": (world, random) => {
    world.command({ kind: "switchover", group: GROUP, to: null });
    const wait = random.chance(0.5) ? random.between(0, 100) : random.between(0, 2000);
    const victim = random.below(4);
    world.after(wait, () => {
      const operation = world.group?.operation;
      const leader = world.leader();
      if (victim === 0 && leader !== undefined) restart(world, leader, random, 5_000);
      else if (victim === 1) leader?.stop(random.logUniform(100, 20_000));
      else if (operation) {
        const name = victim === 2 ? operation.from : (operation.to ?? operation.from);
        world.killRedis(name);
        world.after(random.logUniform(50, 10_000), () => world.redis(name).start());
      }
    });
  },
  reload,
  "add-monitor": (world, random) => {
    const strangers = world.monitors.filter(({ name }) => !isMember(world, name));
    if (strangers.length === 0) return;
    const { name, address } = random.pick(strangers);
    world.enlisted.add(name);
    world.startMonitor(name);
    world.after(random.between(0, 1500), () =>
      world.command({ kind: "monitor-add", name, address }),
    );
  },
  "remove-monitor": (world, random) => {
    if (world.members.length <= 3) return;
    world.command({ kind: "monitor-remove", name: random.pick(world.members).name });
  },
  "replace-monitor": (world, random) => {
    const isIntact = ({ name, storageId }: Member) =>
      world.monitor(name).disk.storageId === storageId;
    if (world.members.length < 3 || !world.members.every(isIntact)) return;
    const monitor = world.monitor(random.pick(world.members).name);
    if (!canSpare(world, monitor.name)) return;
    monitor.crash();
    monitor.wipe();
    world.startMonitor(monitor.name);
    world.after(random.between(0, 1500), () =>
      world.command({ kind: "monitor-replace", name: monitor.name, address: null }),
    );
  },
  operator: (world, random) => {
    const node = random.pick(world.hosts).name;
    const commands: readonly Command[] = [
      { kind: "set-offline", group: GROUP, node },
      { kind: "set-online", group: GROUP, node },
      { kind: "set-online", group: GROUP, node },
      { kind: "set-mode", group: GROUP, mode: "manual" },
      { kind: "set-mode", group: GROUP, mode: "active" },
      { kind: "set-mode", group: GROUP, mode: "active" },
      { kind: "failover", group: GROUP, to: null, acceptDataLoss: false },
    ];
    world.command(
      random.pick(commands),
      random.chance(0.7) ? undefined : random.pick(world.crew).name,
    );
  },
  "lose-guard": (world, random) => {
    const host = world.host(holderOf(world) ?? random.pick(world.hosts).name);
    if (isBare(world, host)) return;
    world.log(host.name, "its guard is lost");
    host.guard = () => {};
    world.after(lasting(random, 20_000), () => Reflect.deleteProperty(host, "guard"));
  },
} satisfies Record<string, Strike>;

export type FaultKind = keyof typeof STRIKES;
export const FAULT_KINDS = Object.keys(STRIKES) as readonly FaultKind[];

/** Each kind has luck of its own, so that a new one leaves the plans of the others as they are. */
function luckOf(kind: FaultKind, seed: number): Prng {
  let hash = seed ^ 0x5eed;
  for (const letter of kind) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  return new Prng(hash);
}

/** `kinds`: those that may occur at all in this profile. */
export function planFaults(
  seed: number,
  from: number,
  until: number,
  kinds: readonly FaultKind[],
): readonly Fault[] {
  const faults: Fault[] = [];
  for (const kind of kinds) {
    const random = luckOf(kind, seed);
    const occurs = random.chance(0.4);
    const meanMs = random.logUniform(4_000, 60_000);
    if (!occurs) continue;
    for (let at = from + random.exponential(meanMs); at < until; at += random.exponential(meanMs)) {
      faults.push({ at, kind, luck: random.next() });
    }
  }
  return faults.sort((a, b) => a.at - b.at);
}

export function schedule(world: World, faults: readonly Fault[]): void {
  for (const { at, kind, luck } of faults) {
    world.at(at, () => {
      world.log("fate", kind);
      STRIKES[kind](world, new Prng(luck));
    });
  }
}

/** Ways in which the parts misbehave all along, by seed. */
export function setHabits(world: World, seed: number): string {
  const random = new Prng(seed ^ 0xbad);
  const chosen: string[] = [];
  const maybe = (name: string, apply: () => void): void => {
    if (!random.chance(0.3)) return;
    chosen.push(name);
    apply();
  };
  maybe("guards fall asleep", () => {
    for (const host of world.hosts) Object.assign(host.habits, { sleep: 0.02, sleepMs: 6000 });
  });
  maybe("syncs stall", () => {
    for (const monitor of world.monitors)
      Object.assign(monitor.habits, { fsyncStall: 0.02, fsyncStallMs: 3000 });
  });
  maybe("monitors fall asleep between effects", () => {
    for (const monitor of world.monitors)
      Object.assign(monitor.habits, { nap: 0.0001, napMs: 60_000 });
  });
  maybe("monitors crash between effects", () => {
    for (const monitor of world.monitors) Object.assign(monitor.habits, { crash: 0.00005 });
  });
  maybe("messages are lost, doubled and delayed", () => {
    world.network.setAll({ loss: 0.01, duplicate: 0.02, delayMs: 2, spike: 0.002, spikeMs: 3000 });
  });
  const broken = breakSomeLink(world, seed);
  if (broken !== null) chosen.push(broken);
  for (const server of world.servers.values()) {
    server.persistence = random.pick(["none", "rdb", "rdb", "aof", "aof"] as const);
    server.loadingMs = random.logUniform(20, 2000);
    saveNowAndThen(world, server.name, random.fork());
  }
  chosen.push([...world.servers.values()].map((server) => server.persistence).join("/"));
  return chosen.join(", ");
}

function saveNowAndThen(world: World, name: string, random: Prng): void {
  world.after(random.exponential(5000), () => {
    world.redis(name).saveSnapshot();
    saveNowAndThen(world, name, random);
  });
}

/** Ends every fault but a link that is broken for good. A crashed monitor that crashes by habit is started again by its supervisor. */
export function heal(world: World): void {
  world.log("fate", "everything is mended");
  world.network.setAll(GOOD_LINK);
  world.hook.mood = CONSENT;
  for (const host of world.hosts) {
    Object.assign(host.habits, { sleep: 0, sleepMs: 0 });
    Reflect.deleteProperty(host, "guard");
    world.powerOn(host.name);
    const redis = world.redisOf(host);
    redis.diskFull = false;
    redis.proceed();
    redis.start();
  }
  for (const monitor of world.monitors)
    Object.assign(monitor.habits, { fsyncStall: 0, nap: 0, crash: 0, diskFull: false });
  for (const { name } of world.crew) world.startMonitor(name);
}

/** As systemd does: whatever has died is started again. */
export function supervise(world: World): void {
  world.after(3000, () => {
    for (const monitor of world.crew) if (!monitor.running) world.startMonitor(monitor.name);
    supervise(world);
  });
}
