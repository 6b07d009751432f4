/**
 * A whole cluster in virtual time: hosts, Redis servers, monitors, clients and the network between
 * them, from one seed. Everything that happens is an event in one queue; nothing else moves time.
 */
import type { ConsensusTimers, Durable, GenesisPlan } from "../../../src/core/consensus/types.ts";
import { membersIn } from "../../../src/core/consensus/cluster.ts";
import type { GroupSettings } from "../../../src/core/settings.ts";
import {
  CLUSTER_PART,
  type ClusterPart,
  type GroupPart,
  type Member,
} from "../../../src/core/state.ts";
import type { Stamp } from "../../../src/core/stamp.ts";
import type { Effect, Input } from "../../../src/core/io.ts";
import type { Command, CommandOutcome } from "../../../src/core/messages.ts";
import type { ActionConnection, RedisAction } from "../../../src/core/operation/action.ts";
import type { GuardRequest, GuardResult } from "../../../src/core/vip/types.ts";
import { Acquaintances } from "./acquaintances.ts";
import { CLIENT, Client } from "./client.ts";
import { LocalClock } from "./clock.ts";
import { ConsensusFacts } from "./consensus-facts.ts";
import { Copying } from "./copying.ts";
import type { Core } from "./core.ts";
import { Evidence } from "./evidence.ts";
import { EventQueue } from "./event-queue.ts";
import { Executor } from "./executor.ts";
import { GuardClient } from "./guard-client.ts";
import { Hook } from "./hook.ts";
import { Host } from "./host.ts";
import { MonitorProcess } from "./monitor-process.ts";
import { Network } from "./network.ts";
import {
  type ClusterShape,
  genesisPlan,
  monitorName,
  nodeAddress,
  groupName,
  nodeName,
  readerVip,
  writerOf,
  GROUP,
  OPERATOR,
} from "./plan.ts";
import { Prng } from "./prng.ts";
import { RedisClient } from "./redis-client.ts";
import { RedisServer, REDIS_PORT } from "./redis-server.ts";
import { Replication } from "./replication.ts";
import { type GroupOfWorld, Safety } from "./safety.ts";
import { tellAction, tellEffect, tellGuard } from "./telling.ts";
import { type Text, Transcript } from "./transcript.ts";

export interface WorldOptions {
  readonly seed: number;
  readonly core: Core;
  readonly monitors?: number;
  /** Monitors that nobody started yet: to be added. */
  readonly spares?: number;
  readonly nodes?: number;
  readonly readers?: number;
  /** Groups that the monitors watch, each with so many nodes; and so many more that are to be added. */
  readonly groups?: number;
  readonly moreGroups?: number;
  readonly settings?: Partial<GroupSettings>;
  /** Time between two writes of the clients; 0: no clients. */
  readonly writeEveryMs?: number;
  /** Of consensus; those that ship, unless given. */
  readonly timers?: ConsensusTimers;
  /** Whether the hosts have nftables. */
  readonly nft?: boolean;
  /** Bound on |clock rate − 1|. */
  readonly drift?: number;
  /** What a monitor's own file says beyond the settings; all files are alike otherwise. */
  readonly fileOf?: (monitor: number) => Partial<GroupSettings>;
  /** What a monitor found the cluster with, if not its file alone. */
  readonly planOf?: (plan: GenesisPlan, monitor: number) => GenesisPlan;
}

const PRODUCT_VERSION = "2.0.0";

export class World {
  readonly seed: number;
  readonly shape: ClusterShape;
  readonly random: Prng;
  readonly network: Network;
  readonly hosts: readonly Host[];
  readonly servers: ReadonlyMap<string, RedisServer>;
  readonly monitors: readonly MonitorProcess[];
  /** One for each group. */
  readonly clients: readonly Client[];
  /** Of the first group. */
  readonly client: Client;
  readonly facts = new ConsensusFacts();
  readonly safety: Safety;
  readonly evidence: Evidence;
  readonly copying: Copying;
  readonly hook = new Hook();
  readonly transcript = new Transcript();
  readonly acquaintances = new Acquaintances();
  /** Whom a supervisor keeps running. */
  readonly enlisted = new Set<string>();
  readonly #queue = new EventQueue();
  readonly #replies = new Map<string, (outcome: CommandOutcome) => void>();
  now = 0;
  events = 0;
  #requests = 0;

  constructor(options: WorldOptions) {
    this.seed = options.seed;
    this.random = new Prng(options.seed);
    this.shape = {
      monitors: options.monitors ?? 3,
      nodes: options.nodes ?? 3,
      readers: options.readers ?? 0,
      groups: options.groups ?? 1,
      settings: options.settings ?? {},
    };
    const groups = (options.groups ?? 1) + (options.moreGroups ?? 0);
    this.network = new Network(this, this.random.fork());
    const drift = options.drift ?? 0.01;
    this.hosts = Array.from({ length: this.shape.nodes * groups }, (_, index) =>
      this.#host(index, drift, options.nft ?? true),
    );
    const tools = { scheduler: this, watcher: this };
    this.servers = new Map(
      this.hosts.map((host) => [
        host.name,
        new RedisServer(host, { ...tools, random: this.random.fork() }),
      ]),
    );
    new Replication(this.network, [...this.servers.values()]);
    const processes = this.shape.monitors + (options.spares ?? 0);
    this.monitors = Array.from({ length: processes }, (_, index) =>
      this.#monitor(index, drift, options),
    );
    const everyMs = options.writeEveryMs ?? 50;
    this.clients = Array.from({ length: groups }, (_, index) =>
      this.#clientOf(writerOf(index), everyMs),
    );
    this.client = this.clients[0] as Client;
    this.safety = new Safety(this.hosts, this.servers, this.#groupsOfWorld());
    this.copying = new Copying(this.servers);
    this.evidence = new Evidence((name) => membersIn(this.monitor(name).disk.slot));
    this.facts.onCommitted = (stamp, parts) =>
      this.safety.committed({ stamp, now: this.now }, parts);
    this.#wireUp();
    this.#begin(everyMs);
  }

  #clientOf(writer: string, everyMs: number): Client {
    return new Client({ scheduler: this, network: this.network }, writer, everyMs, (vip) => {
      const host = this.servingHost(vip);
      return host && { host, redis: this.redisOf(host) };
    });
  }

  #groupsOfWorld(): readonly GroupOfWorld[] {
    return this.clients.map((client, index) => ({
      name: groupName(index),
      hosts: this.hosts.map(({ name }) => name).filter((name) => this.groupOf(name) === index),
      client: () => client,
    }));
  }

  #clock(drift: number): LocalClock {
    return new LocalClock(
      this.random.between(1_000, 1_000_000),
      this.random.between(1 - drift, 1 + drift),
    );
  }

  #host(index: number, drift: number, nft: boolean): Host {
    const who = {
      name: nodeName(index),
      address: nodeAddress(index),
      clock: this.#clock(drift),
      nft,
    };
    return new Host(who, { scheduler: this, random: this.random.fork(), watcher: this });
  }

  #monitor(index: number, drift: number, options: WorldOptions): MonitorProcess {
    const { core, fileOf, planOf, timers } = options;
    const name = monitorName(index);
    const address = `${name}:7400`;
    const random = this.random.fork();
    const clients = {
      redis: new RedisClient(name, this.network, this),
      guard: new GuardClient({ network: this.network, scheduler: this, random }, name),
    };
    clients.redis.onConnectionLost = (redis) => {
      const group = groupName(this.groupOf(redis.name));
      this.monitor(name).deliver({ kind: "connection-lost", group, node: redis.name });
    };
    const settings = { ...this.shape.settings, ...fileOf?.(index) };
    // One that is to be added has every founder for a peer, so it is no founder itself.
    const founders = this.shape.monitors;
    const monitors = index < founders ? founders : founders + 1;
    const ofFile = genesisPlan({ ...this.shape, settings, monitors }, address);
    const plan = planOf?.(ofFile, index) ?? ofFile;
    const habits = {
      fsyncMs: 3,
      fsyncStall: 0,
      fsyncStallMs: 0,
      nap: 0,
      napMs: 0,
      crash: 0,
      diskFull: false,
    };
    return new MonitorProcess(
      { name, address, clock: this.#clock(drift), plan, habits, ...(timers && { timers }) },
      { core, scheduler: this, random, watcher: this, executor: new Executor(name, this, clients) },
    );
  }

  /** Every link exists from the beginning, so that a change of all of them finds all of them. */
  #wireUp(): void {
    const places = [
      ...this.hosts.map((host) => host.name),
      ...this.monitors.map((m) => m.name),
      CLIENT,
      "fence",
    ];
    for (const from of places)
      for (const to of places) if (from !== to) this.network.link(from, to);
  }

  /** One master with the VIP as its administrator left it, replicas that follow it, some data. */
  #begin(writeEveryMs: number): void {
    for (const [index, host] of this.hosts.entries()) {
      const first = this.hosts[index - (index % this.shape.nodes)] as Host;
      const server = this.redisOf(host);
      if (host !== first) server.follow(first.address, REDIS_PORT);
      server.rewrite();
      if (host === first) host.addPermanentAddress(writerOf(this.groupOf(host.name)));
    }
    for (const monitor of this.monitors.slice(0, this.shape.monitors)) {
      this.enlisted.add(monitor.name);
      this.after(this.random.between(0, 300), () => this.startMonitor(monitor.name));
    }
    if (writeEveryMs === 0) return;
    for (const client of this.clients) this.after(500, () => client.start());
  }

  // ——— time ———

  after(ms: number, run: () => void): void {
    this.#queue.push(this.now + ms, run);
  }

  /** Part of a directed script. */
  at(trueTime: number, run: (world: this) => void): void {
    this.#queue.push(trueTime, () => run(this));
  }

  runUntil(trueTime: number): void {
    const queue = this.#queue;
    while (queue.nextTime <= trueTime) {
      this.now = queue.nextTime;
      this.events += 1;
      queue.pop()();
    }
    this.now = trueTime;
  }

  /** Goes on until the condition holds, looking each 10 ms; false when it does not in time. */
  runUntilTrue(condition: () => boolean, withinMs: number): boolean {
    const end = this.now + withinMs;
    while (this.now < end) {
      if (condition()) return true;
      this.runUntil(Math.min(end, this.now + 10));
    }
    return condition();
  }

  // ——— who is who ———

  host(name: string): Host {
    const host = this.hosts.find((candidate) => candidate.name === name);
    if (host === undefined) throw new Error(`no host ${name}`);
    return host;
  }

  redis(name: string): RedisServer {
    return this.redisOf(this.host(name));
  }

  redisOf(host: Host): RedisServer {
    return this.servers.get(host.name) as RedisServer;
  }

  /** The number of the group whose node this is. */
  groupOf(name: string): number {
    const index = this.hosts.findIndex((host) => host.name === name);
    return Math.floor(index / this.shape.nodes);
  }

  hostAt(address: string): Host | undefined {
    return this.hosts.find((host) => host.address === address);
  }

  servingHost(vip: string): Host | undefined {
    return this.hosts.find((host) => host.serves(vip));
  }

  monitor(name: string): MonitorProcess {
    const monitor = this.monitors.find((candidate) => candidate.name === name);
    if (monitor === undefined) throw new Error(`no monitor ${name}`);
    return monitor;
  }

  /** The leader of the newest term among the running monitors. */
  leader(): MonitorProcess | undefined {
    let best: MonitorProcess | undefined;
    for (const monitor of this.monitors) {
      if (monitor.state?.consensus.role !== "leader") continue;
      if (best === undefined || monitor.disk.term > best.disk.term) best = monitor;
    }
    return best;
  }

  /** Those that are to run, whether they are members or not. */
  get crew(): readonly MonitorProcess[] {
    return this.monitors.filter(({ name }) => this.enlisted.has(name));
  }

  /** As it was last committed. */
  get members(): readonly Member[] {
    const part = this.facts.newestCommitted?.parts[CLUSTER_PART];
    return part === undefined ? [] : (part as unknown as ClusterPart).members;
  }

  /** The group as it was last committed, by whatever monitor reported that first. */
  get group(): GroupPart | null {
    return this.safety.group;
  }

  get vips(): readonly string[] {
    const groups = this.hosts.length / this.shape.nodes;
    const writers = Array.from({ length: groups }, (_, index) => writerOf(index));
    return [
      ...writers,
      ...Array.from({ length: this.shape.readers }, (_, index) => readerVip(index)),
    ];
  }

  // ——— monitors ———

  startMonitor(name: string): void {
    const monitor = this.monitor(name);
    if (monitor.running) return;
    const file = this.#fileOf(monitor);
    this.acquaintances.begin(name, file);
    monitor.start();
    for (const peer of file) this.#introduce(monitor, this.monitor(peer), monitor.life);
    this.#getToKnow(monitor);
  }

  /** Of one that is to be added, a person writes down who is there. */
  #fileOf({ name, disk }: MonitorProcess): readonly string[] {
    const founders = this.monitors.slice(0, this.shape.monitors);
    const named = disk.slot === null ? [...founders, ...this.members] : founders;
    return [...new Set(named.map((each) => each.name))].filter((other) => other !== name);
  }

  #getToKnow(monitor: MonitorProcess): void {
    for (const name of this.acquaintances.learn(monitor))
      this.#introduce(monitor, this.monitor(name), monitor.life);
  }

  /** The transport dials until somebody answers. */
  #introduce(monitor: MonitorProcess, peer: MonitorProcess, life: number): void {
    if (monitor.life !== life) return;
    let found = false;
    this.network.datagram(monitor.name, peer.name, () => {
      if (!peer.running || peer.isStopped) return;
      this.network.datagram(peer.name, monitor.name, () => {
        if (found || monitor.life !== life) return;
        found = true;
        monitor.deliver({ kind: "peer-found", name: peer.name, address: peer.address });
      });
    });
    this.after(1000, () => {
      if (!found) this.#introduce(monitor, peer, life);
    });
  }

  /** Asks one monitor, by default the leader; the outcome comes later, or never. */
  command(command: Command, via?: string, done?: (outcome: CommandOutcome) => void): void {
    const monitor = via === undefined ? this.leader() : this.monitor(via);
    if (monitor === undefined) return;
    const requestId = `request-${++this.#requests}`;
    const askedAt = this.now;
    if ("group" in command) this.safety.of(command.group).restraint.asks(command, askedAt);
    this.log("human", `asks ${monitor.name}: ${JSON.stringify(command)}`);
    this.#replies.set(requestId, (outcome) => {
      this.log("human", `is told by ${monitor.name}: ${JSON.stringify(outcome)}`);
      if ("group" in command)
        this.safety.of(command.group).restraint.answers(command, askedAt, outcome.kind === "ok");
      done?.(outcome);
    });
    monitor.deliver({ kind: "command", requestId, by: OPERATOR, command });
  }

  // ——— what the parts report ———

  tell(
    from: string,
    effect: Extract<Effect, { readonly kind: "send" | "meet" | "reply" | "report" }>,
  ): void {
    switch (effect.kind) {
      case "send":
        return this.#send(from, effect);
      case "meet": {
        const monitor = this.monitor(from);
        const peer = this.monitors.find(({ name }) => name === effect.name);
        if (peer === undefined) return;
        this.acquaintances.meet(from, peer.name);
        const isKnown = monitor.state?.consensus.found[peer.name] !== undefined;
        // Whom it does not know it talks to where it is told, also if nobody is there.
        if (this.acquaintances.looksInVain(monitor, peer, effect.address, isKnown))
          monitor.deliver({ kind: "peer-found", name: peer.name, address: effect.address });
        else this.#introduce(monitor, peer, monitor.life);
        return;
      }
      case "reply":
        this.#replies.get(effect.requestId)?.(effect.outcome);
        this.#replies.delete(effect.requestId);
        return;
      case "report": {
        const { event } = effect;
        if (event.kind === "role" && event.role === "leader") this.facts.leads(from, event.term);
        if (event.kind === "committed") this.#committed(from, event.stamp);
        return;
      }
    }
  }

  #send(from: string, { to: name, message }: Extract<Effect, { readonly kind: "send" }>): void {
    if (message.kind === "consensus") this.evidence.sends(from, message.message, this.now);
    const input: Input = { kind: "message", from, version: PRODUCT_VERSION, message };
    const to = this.monitors.find((monitor) => monitor.name === name);
    if (to === undefined || !this.acquaintances.reaches(from, name)) return;
    this.network.datagram(from, name, () => {
      if (this.acquaintances.admits(name, from, message)) to.deliver(input);
    });
  }

  #committed(monitor: string, stamp: Stamp): void {
    const parts = this.facts.committed(monitor, stamp);
    for (const [name, group] of Object.entries(parts))
      if (name !== CLUSTER_PART) this.evidence.commits(group as unknown as GroupPart);
  }

  fence(host: Host): boolean {
    this.log(host.name, "is fenced: power off");
    this.powerOff(host.name);
    return true;
  }

  addressed(_host: Host, vip: string): void {
    this.safety.served(vip);
  }

  guarded(host: Host, request: GuardRequest, result: GuardResult, routine: boolean): void {
    if (request.op === "claim" && result.kind === "ok") this.safety.claims += 1;
    const text = tellGuard(request, result, routine);
    if (text !== null || this.transcript.onLine !== null)
      this.log(host.name, text ?? `${request.op} ok`);
  }

  acting(
    redis: RedisServer,
    monitor: string,
    connection: ActionConnection,
    action: RedisAction,
  ): void {
    this.log(
      redis.name,
      `${tellAction(action)} from ${monitor}, connection ${connection.term}.${connection.seq}`,
    );
    this.safety.acting(redis, monitor, connection, action);
  }

  lost(redis: RedisServer, why: string): void {
    this.log(redis.name, `redis: lost data by ${why}`);
    this.safety.lost(redis);
  }

  takes(monitor: MonitorProcess, input: Input): void {
    this.evidence.takes(monitor.name, input, this.now);
    this.copying.takes(monitor.name, input, this.now);
    const said = this.hook.takes(monitor.name, input);
    if (said !== null) this.safety.of(said.group).restraint.says({ ...said, at: this.now });
  }

  turned(monitor: MonitorProcess, _input: Input, effects: readonly Effect[]): void {
    this.copying.turned(monitor, effects, this.now);
    this.#getToKnow(monitor);
    const network = monitor.state?.network.is ?? null;
    this.safety.of(GROUP).restraint.networkIs(monitor.name, network, this.now);
  }

  /** Its host refuses whoever talks to it; what it said is believed even if it comes late. */
  crashed(monitor: MonitorProcess): void {
    const { name } = monitor;
    this.safety.of(GROUP).restraint.networkIs(name, null, this.now);
    for (const peer of this.monitors.filter((each) => each !== monitor))
      this.network.datagram(peer.name, name, () => {
        if (monitor.running) return;
        this.network.datagram(name, peer.name, () => peer.deliver({ kind: "peer-gone", name }));
      });
  }

  persisted(monitor: MonitorProcess, before: Durable, after: Durable): void {
    this.facts.persisted(monitor.name, before, after);
  }

  started(monitor: MonitorProcess, effect: Effect): void {
    this.evidence.begins(monitor.name, effect);
    if (effect.kind === "hook") this.hook.asked(monitor.name, effect);
    const text = tellEffect(effect);
    if (text !== null) this.log(monitor.name, text);
  }

  log(who: string, text: Text): void {
    this.transcript.add(this.now, who, text);
  }

  // ——— faults ———

  killRedis(name: string): void {
    this.safety.lost(this.redis(name));
    this.redis(name).kill();
  }

  powerOff(name: string): void {
    const host = this.host(name);
    if (!host.up) return;
    this.safety.lost(this.redis(name));
    host.powerOff();
    this.redis(name).losePower();
    this.log(name, "power off");
  }

  powerOn(name: string): void {
    const host = this.host(name);
    if (host.up) return;
    host.powerOn();
    this.redis(name).start();
    this.log(name, "power on");
  }

  /** Cuts a place off from everybody, or connects it again. */
  unplug(name: string, cut = true): void {
    this.log(name, cut ? "is unplugged" : "is plugged in");
    for (const host of this.hosts) if (host.name !== name) this.network.cut(name, host.name, cut);
    for (const monitor of this.monitors)
      if (monitor.name !== name) this.network.cut(name, monitor.name, cut);
    this.network.cut(name, CLIENT, cut);
  }
}
