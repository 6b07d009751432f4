/**
 * A Redis server as the monitors can observe it: identity, lineage, offsets, persistence, and the
 * commands that change it. How replicas follow stands in `replication.ts`.
 */
import type { NodeInfo } from "../../../src/core/health/types.ts";
import type { NodeName } from "../../../src/core/ids.ts";
import { Dataset } from "./dataset.ts";
import type { Host } from "./host.ts";
import type { Scheduler } from "./network.ts";
import type { Prng } from "./prng.ts";
import type { Upstream } from "./replication.ts";

export type Persistence = "none" | "rdb" | "aof";
export const REDIS_PORT = 6379;
const WRITE_BYTES = 100;
/** appendfsync everysec. */
const SYNC_EVERY_MS = 1000;

export type Written = "ok" | "READONLY" | "NOREPLICAS" | "LOADING" | "MISCONF" | "gone";

/** A connection that was named, or not yet; what is sent on a killed one is never executed. */
export interface ServerConnection {
  name: string | null;
  alive: boolean;
  /** Tells the client's kernel that the connection is gone. */
  readonly reset: () => void;
}

export interface RedisWatcher {
  log(node: NodeName, text: string): void;
  /** Its data is less than, or not a continuation of, what it was: restart, full sync, lost tail. */
  lost(redis: RedisServer, why: string): void;
}

interface Snapshot {
  readonly data: Dataset;
  readonly replId: string;
  readonly offset: number;
}

export class RedisServer {
  readonly name: NodeName;
  readonly host: Host;
  readonly scheduler: Scheduler;
  readonly random: Prng;
  readonly watcher: RedisWatcher;
  persistence: Persistence = "rdb";
  loadingMs = 150;

  /** The process exists. */
  up = true;
  /** It exists but is stopped (SIGSTOP): connections are accepted by the kernel, nothing answers. */
  hung = false;
  loading = false;
  runId: string;
  startedAt = 0;

  replId: string;
  replId2: string | null = null;
  secondOffset = -1;
  /** master_repl_offset; of a replica what it applied. */
  offset = 1;
  data = new Dataset();
  /** Offsets below this can no longer be sent to a replica that was away. */
  backlogFrom = 1;
  /** null: a master. */
  master: { readonly host: string; readonly port: number } | null = null;
  upstream: Upstream | null = null;
  readonly downstreams = new Set<Upstream>();
  /** Whether slave_repl_offset means something: a link or a cached master exists. */
  positioned = true;

  minReplicas = "0";
  priority = 100;
  #pausedUntil = -Infinity;
  readonly #pausedWrites: (() => void)[] = [];
  readonly connections = new Set<ServerConnection>();
  readonly #stopped: (() => void)[] = [];
  /** Set by `replication.ts`: begins to connect to `master`. */
  onFollow: ((redis: RedisServer) => void) | null = null;
  #file: { master: RedisServer["master"]; minReplicas: string } = {
    master: null,
    minReplicas: "0",
  };
  #rdb: Snapshot | null = null;
  /** What of an AOF was synced, which Redis does each second: how many writes, and when. */
  #synced = { count: 0, at: 0 };
  diskFull = false;

  constructor(host: Host, tools: { scheduler: Scheduler; random: Prng; watcher: RedisWatcher }) {
    this.name = host.name;
    this.host = host;
    this.scheduler = tools.scheduler;
    this.random = tools.random;
    this.watcher = tools.watcher;
    this.runId = this.random.hex(40);
    this.replId = this.random.hex(40);
  }

  get answers(): boolean {
    return this.up && !this.hung && this.host.up;
  }

  get isMaster(): boolean {
    return this.master === null;
  }

  /**
   * A request that has arrived at the socket: runs now, when a stopped process goes on, or never.
   */
  arrive(run: () => void): void {
    if (!this.up) return;
    if (this.hung) this.#stopped.push(run);
    else run();
  }

  // ——— life and death ———

  kill(): void {
    if (!this.up) return;
    this.up = false;
    this.hung = false;
    this.loading = false;
    this.#stopped.length = 0;
    this.#pausedWrites.length = 0;
    this.#pausedUntil = -Infinity;
    for (const connection of this.connections) this.disconnect(connection);
    this.upstream?.close();
    for (const downstream of this.downstreams) downstream.masterGone();
    this.watcher.log(this.name, "redis: killed");
  }

  /** With the machine goes what was written but not synced; an AOF that ends in the midst of it is cut. */
  losePower(): void {
    const had = this.data.ids.length;
    if (this.up && this.persistence === "aof" && this.#synced.count < had) {
      this.data.truncate(this.#synced.count);
      this.watcher.lost(this, "power");
    }
    this.kill();
  }

  disconnect(connection: ServerConnection): void {
    connection.alive = false;
    this.connections.delete(connection);
    if (this.host.up) connection.reset();
  }

  /** SIGTERM with save points: the snapshot is complete. */
  terminate(): void {
    if (this.answers) this.saveSnapshot();
    this.kill();
  }

  stop(): void {
    if (this.up) this.hung = true;
    this.watcher.log(this.name, "redis: SIGSTOP");
  }

  /** Every connection's requests run in their order; between connections no order is promised. */
  proceed(): void {
    if (!this.hung) return;
    this.hung = false;
    this.watcher.log(this.name, "redis: SIGCONT");
    const waiting = this.#stopped.splice(0);
    for (const run of waiting) if (this.up) run();
  }

  start(): void {
    if (this.up || !this.host.up) return;
    this.up = true;
    this.runId = this.random.hex(40);
    this.startedAt = this.scheduler.now;
    const previous = { replId: this.replId, offset: this.offset };
    this.minReplicas = this.#file.minReplicas;
    this.master = this.#file.master;
    this.replId = this.random.hex(40);
    this.replId2 = null;
    this.secondOffset = -1;
    this.loading = true;
    const run = this.runId;
    this.watcher.log(this.name, `redis: starts (${this.persistence})`);
    this.scheduler.after(this.loadingMs * (0.3 + this.random.float()), () => {
      if (this.up && this.runId === run) this.arrive(() => this.#loaded(previous));
    });
  }

  #loaded(previous: { replId: string; offset: number }): void {
    if (!this.loading) return;
    this.loading = false;
    const rdb = this.persistence === "rdb" ? this.#rdb : null;
    const had = this.data.ids.length;
    this.positioned = this.isMaster;
    if (this.persistence === "aof") {
      this.offset = 1;
      this.#renumber();
    } else if (rdb === null) {
      this.data.clear();
      this.offset = 1;
    } else {
      this.data = rdb.data.copy();
      this.offset = rdb.offset;
      if (this.isMaster) {
        this.replId2 = rdb.replId;
        this.secondOffset = rdb.offset + 1;
      } else {
        this.replId = rdb.replId;
        this.positioned = true;
      }
    }
    this.backlogFrom = this.offset;
    if (this.data.ids.length < had) this.watcher.lost(this, "restart");
    this.watcher.log(
      this.name,
      `redis: loaded ${this.data.ids.length} of ${had} writes, offset ${this.offset} (was ${previous.offset})`,
    );
    if (this.master !== null) this.onFollow?.(this);
  }

  /** An AOF restores data, not positions: the writes lie before every offset to come. */
  #renumber(): void {
    for (let i = 0; i < this.data.ends.length; i++) this.data.ends[i] = 0;
  }

  saveSnapshot(): void {
    if (!this.up || this.loading || this.diskFull) return;
    this.#rdb = { data: this.data.copy(), replId: this.replId, offset: this.offset };
  }

  // ——— commands ———

  /** A client's write, already arrived. While writes are paused, `done` waits. */
  write(id: number, alive: () => boolean, done: (result: Written) => void): void {
    if (this.loading) return done("LOADING");
    if (!this.isMaster) return done("READONLY");
    if (this.diskFull) return done("MISCONF");
    if (this.isPaused) {
      this.#pausedWrites.push(() => {
        if (alive()) this.write(id, alive, done);
      });
      return;
    }
    if (Number(this.minReplicas) > this.goodReplicas) return done("NOREPLICAS");
    this.offset += WRITE_BYTES;
    this.data.add(id, this.offset);
    this.feed();
    done("ok");
  }

  get isPaused(): boolean {
    return this.#pausedUntil > this.host.now;
  }

  get goodReplicas(): number {
    let good = 0;
    for (const downstream of this.downstreams) if (downstream.isGood(this.scheduler.now)) good += 1;
    return good;
  }

  feed(): void {
    if (this.scheduler.now - this.#synced.at >= SYNC_EVERY_MS && !this.diskFull)
      this.#synced = { count: this.data.ids.length, at: this.scheduler.now };
    for (const downstream of this.downstreams) downstream.pump();
  }

  pauseWrites(ms: number): void {
    const until = this.host.now + ms;
    if (until <= this.#pausedUntil) return;
    this.#pausedUntil = until;
    const trueMs = this.host.clock.trueDuration(ms) + 0.01;
    this.scheduler.after(trueMs, () => this.arrive(() => this.#runPaused()));
  }

  unpause(): void {
    this.#pausedUntil = -Infinity;
    this.#runPaused();
  }

  #runPaused(): void {
    if (this.isPaused) return;
    this.upstream?.applyWaiting();
    for (const run of this.#pausedWrites.splice(0)) run();
  }

  follow(host: string, port: number): void {
    if (this.master !== null && this.master.host === host && this.master.port === port) return;
    const wasMaster = this.master === null;
    this.master = { host, port };
    this.upstream?.close();
    for (const downstream of this.downstreams) downstream.masterGone();
    if (wasMaster) this.positioned = true;
    this.watcher.log(this.name, `redis: REPLICAOF ${host} ${port} at ${this.offset}`);
    this.onFollow?.(this);
  }

  promote(): void {
    if (this.master === null) return;
    this.master = null;
    this.upstream?.close();
    this.replId2 = this.replId;
    this.secondOffset = this.offset + 1;
    this.replId = this.random.hex(40);
    this.positioned = true;
    for (const downstream of this.downstreams) downstream.masterGone();
    this.watcher.log(this.name, `redis: REPLICAOF NO ONE at ${this.offset}`);
  }

  /** Somebody puts back the file of the first day, which names no master. */
  resetFile(): void {
    this.#file = { master: null, minReplicas: "0" };
  }

  /** false: the file could not be written. */
  rewrite(): boolean {
    if (this.diskFull) return false;
    this.#file = { master: this.master, minReplicas: this.minReplicas };
    return true;
  }

  /** What its configuration file says it is after a restart. */
  get configured(): { master: RedisServer["master"]; minReplicas: string } {
    return this.#file;
  }

  /** Whether commands are refused: after its start, or while a full resync replaces its data. */
  get isLoading(): boolean {
    return this.loading || this.upstream?.stage === "loading";
  }

  info(): NodeInfo {
    const stage = this.upstream?.stage;
    const link = this.#linkInfo();
    return {
      version: "7.0.15",
      runId: this.runId,
      uptimeS: Math.floor((this.scheduler.now - this.startedAt) / 1000),
      role: this.isMaster ? "master" : "replica",
      masterHost: this.master?.host ?? null,
      masterPort: this.master?.port ?? null,
      link: link.link,
      linkDownSinceS: link.linkDownSinceS,
      lastIoS: link.lastIoS,
      appliedOffset: link.appliedOffset,
      readOffset: link.readOffset,
      syncing: stage === "syncing" || stage === "loading",
      loading: this.isLoading,
      replId: this.replId,
      replId2: this.replId2,
      secondOffset: this.secondOffset,
      offset: this.offset,
      priority: this.priority,
      readOnly: true,
      aof: this.persistence === "aof",
      replicas: this.#replicasInfo(),
      connectedClients: 3 + this.connections.size,
      failoverState: "no-failover",
      empty: this.data.ids.length === 0,
    };
  }

  #replicasInfo(): NodeInfo["replicas"] {
    const replicas: NodeInfo["replicas"][number][] = [];
    for (const downstream of this.downstreams) replicas.push(downstream.describe());
    return replicas;
  }

  /** What only a replica tells. */
  #linkInfo(): Pick<
    NodeInfo,
    "link" | "linkDownSinceS" | "lastIoS" | "appliedOffset" | "readOffset"
  > {
    const position = this.positioned ? this.offset : 1;
    const upstream = this.upstream;
    if (this.isMaster)
      return {
        link: null,
        linkDownSinceS: null,
        lastIoS: null,
        appliedOffset: null,
        readOffset: null,
      };
    if (upstream?.stage !== "up") {
      return {
        link: "down",
        linkDownSinceS: 1,
        lastIoS: null,
        appliedOffset: position,
        readOffset: position,
      };
    }
    const lastIoS = Math.floor((this.scheduler.now - upstream.heardAt) / 1000);
    return {
      link: "up",
      linkDownSinceS: null,
      lastIoS,
      appliedOffset: position,
      readOffset: upstream.readOffset,
    };
  }
}
