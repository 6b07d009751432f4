/**
 * How a replica follows: it asks for a partial resync, is given one or a full one (which empties it
 * first), and then receives its master's stream in order. A cut link leaves it "up" until the
 * timeout; a dead master is noticed at once.
 */
import type { RedisServer } from "./redis-server.ts";
import type { Network, Scheduler, Stream } from "./network.ts";
import { Dataset } from "./dataset.ts";

const RETRY_MS = 1000;
const REPL_TIMEOUT_MS = 10_000;
const GOOD_LAG_MS = 10_000;
const PING_BYTES = 14;
const PING_PERIOD_MS = 1000;

export type Stage = "connecting" | "syncing" | "loading" | "up" | "closed";

/** The replica's link to its master, and the master's link to that replica. */
export class Upstream {
  readonly replica: RedisServer;
  readonly master: RedisServer;
  readonly #replication: Replication;
  readonly #stream: Stream;
  readonly #back: Stream;
  readonly #scheduler: Scheduler;
  stage: Stage = "connecting";
  heardAt: number;
  /** Of the replica: what it received, applied or not. */
  readOffset = 0;
  /** Of the master: what it has sent, as an index into its data, and the replica's last word. */
  #sentIndex = 0;
  #sentOffset = 0;
  /** Of the master: a resync was granted and, if it was a full one, loaded. */
  #streaming = false;
  #ackAt: number;
  #ackOffset = 0;
  /** Received but not applied: the replica's own writes are paused. */
  readonly #waiting: { readonly id: number; readonly end: number }[] = [];

  constructor(replica: RedisServer, master: RedisServer, replication: Replication) {
    const { network } = replication;
    this.#replication = replication;
    this.replica = replica;
    this.master = master;
    this.#scheduler = replica.scheduler;
    this.#stream = network.stream(master.name, replica.name);
    this.#back = network.stream(replica.name, master.name);
    this.heardAt = this.#ackAt = this.#scheduler.now;
  }

  get #open(): boolean {
    return this.stage !== "closed" && this.replica.upstream === this;
  }

  isGood(now: number): boolean {
    return this.stage === "up" && now - this.#ackAt <= GOOD_LAG_MS;
  }

  describe(): { host: string; port: number; state: string; offset: number } {
    const state = this.stage === "up" ? "online" : "wait_bgsave";
    return { host: this.replica.host.address, port: 6379, state, offset: this.#ackOffset };
  }

  /** The replica lets go. The master learns of it when it can. */
  close(): void {
    if (this.stage === "closed") return;
    const wasLoading = this.stage === "loading";
    this.stage = "closed";
    if (this.replica.upstream === this) this.replica.upstream = null;
    if (wasLoading && this.replica.up) this.replica.positioned = false;
    this.#waiting.length = 0;
    this.#back.send(() => this.master.downstreams.delete(this));
    this.#scheduler.after(REPL_TIMEOUT_MS, () => this.master.downstreams.delete(this));
  }

  /** The master's process ended or dropped its replicas: its host says so, if it can be heard. */
  masterGone(): void {
    this.master.downstreams.delete(this);
    if (this.master.host.up) this.#stream.send(() => this.replica.arrive(() => this.#lost()));
  }

  #lost(): void {
    if (!this.#open) return;
    this.close();
    this.#replication.retry(this.replica);
  }

  begin(): void {
    this.#back.send(() => {
      if (!this.#open) return;
      if (!this.master.up) return this.#stream.send(() => this.#lost());
      this.master.arrive(() => this.#asked());
    });
    this.#watch();
  }

  /** At the master: PSYNC has arrived. */
  #asked(): void {
    if (!this.#open) return;
    const { master, replica } = this;
    if (master.loading || (!master.isMaster && master.upstream?.stage !== "up")) {
      return this.#stream.send(() => replica.arrive(() => this.#lost()));
    }
    master.downstreams.add(this);
    this.#ackAt = this.#scheduler.now;
    const offset = replica.positioned ? replica.offset : -1;
    const known =
      replica.replId === master.replId ||
      (replica.replId === master.replId2 && offset < master.secondOffset);
    if (known && offset >= master.backlogFrom && offset <= master.offset) this.#partial(offset);
    else this.#full();
  }

  #partial(offset: number): void {
    const { master, replica } = this;
    const replId = master.replId;
    this.#sentOffset = offset;
    this.#sentIndex = master.data.countUpTo(offset);
    this.#streaming = true;
    this.#stream.send(() =>
      replica.arrive(() => {
        if (!this.#open) return;
        this.readOffset = replica.offset;
        if (replica.replId !== replId) {
          replica.replId2 = replica.replId;
          replica.secondOffset = replica.offset + 1;
          replica.replId = replId;
        }
        this.#isUp(`partial resync with ${master.name} from ${offset}`);
      }),
    );
    this.pump();
  }

  #full(): void {
    const { master, replica } = this;
    const data = master.data.copy();
    const { offset, replId } = master;
    this.#sentOffset = offset;
    this.#sentIndex = data.ids.length;
    this.#stream.send(() => replica.arrive(() => this.#open && (this.stage = "syncing")));
    const transferMs = 30 + replica.random.float() * 600;
    this.#scheduler.after(transferMs, () => {
      this.#stream.send(() => replica.arrive(() => this.#empty(data, offset, replId)));
    });
  }

  /** Diskless: the old data goes when the new begins to arrive. */
  #empty(data: Dataset, offset: number, replId: string): void {
    if (!this.#open) return;
    const { replica } = this;
    this.stage = "loading";
    const had = replica.data.ids.length;
    replica.data = new Dataset();
    replica.positioned = false;
    for (const downstream of replica.downstreams) downstream.masterGone();
    if (had > 0) replica.watcher.lost(replica, `full resync with ${this.master.name}`);
    this.#scheduler.after(replica.loadingMs, () =>
      replica.arrive(() => {
        if (!this.#open) return;
        replica.data = data;
        replica.offset = this.readOffset = offset;
        replica.replId = replId;
        replica.replId2 = null;
        replica.secondOffset = -1;
        replica.backlogFrom = offset;
        replica.positioned = true;
        this.#isUp(`full resync with ${this.master.name}: ${data.ids.length} writes, had ${had}`);
        this.#streaming = true;
        this.pump();
      }),
    );
  }

  #isUp(text: string): void {
    this.stage = "up";
    this.heardAt = this.#scheduler.now;
    this.replica.watcher.log(this.replica.name, `redis: ${text}`);
    this.#acknowledge();
  }

  /** At the master: sends what is new. Nothing is sent before the snapshot was loaded. */
  pump(): void {
    const { master } = this;
    if (this.stage === "closed" || !master.downstreams.has(this)) return;
    if (!this.#streaming) return;
    if (this.#sentOffset >= master.offset) return;
    const from = this.#sentIndex;
    const to = master.data.ids.length;
    const ids = master.data.ids.slice(from, to);
    const ends = master.data.ends.slice(from, to);
    const offset = master.offset;
    this.#sentIndex = to;
    this.#sentOffset = offset;
    this.#stream.send(() => this.replica.arrive(() => this.#received(ids, ends, offset)));
  }

  #received(ids: readonly number[], ends: readonly number[], offset: number): void {
    if (!this.#open || this.stage !== "up") return;
    this.heardAt = this.#scheduler.now;
    this.readOffset = offset;
    for (let i = 0; i < ids.length; i++) {
      this.#waiting.push({ id: ids[i] as number, end: ends[i] as number });
    }
    if (!this.replica.isPaused) this.applyWaiting();
    if (ids.length === 0) this.#acknowledge();
  }

  applyWaiting(): void {
    if (this.stage !== "up") return;
    for (const { id, end } of this.#waiting) this.replica.data.add(id, end);
    this.#waiting.length = 0;
    this.replica.offset = this.readOffset;
    this.replica.feed();
  }

  #acknowledge(): void {
    const offset = this.replica.offset;
    this.#back.send(() =>
      this.master.arrive(() => {
        this.#ackAt = this.#scheduler.now;
        this.#ackOffset = offset;
      }),
    );
  }

  /** repl-timeout, and connects that hear nothing. */
  #watch(): void {
    const at = this.#scheduler.now;
    const wait = this.stage === "connecting" ? 3000 : REPL_TIMEOUT_MS;
    this.#scheduler.after(wait, () => {
      if (!this.#open) return;
      const silent = this.heardAt <= at;
      if (silent) this.replica.arrive(() => this.#lost());
      else this.#watch();
    });
  }
}

/** Connects replicas to what they were told to follow. */
export class Replication {
  readonly network: Network;
  readonly #servers: readonly RedisServer[];

  constructor(network: Network, servers: readonly RedisServer[]) {
    this.network = network;
    this.#servers = servers;
    for (const server of servers) {
      server.onFollow = (redis) => this.connect(redis);
      this.#keepPinging(server);
    }
  }

  connect(replica: RedisServer): void {
    const master = this.#servers.find((server) => server.host.address === replica.master?.host);
    if (master === undefined || master === replica || !replica.up || replica.loading) return;
    replica.upstream?.close();
    const upstream = new Upstream(replica, master, this);
    replica.upstream = upstream;
    upstream.begin();
  }

  retry(replica: RedisServer): void {
    const { runId, master } = replica;
    replica.scheduler.after(RETRY_MS * (0.5 + replica.random.float()), () => {
      if (replica.up && replica.runId === runId && replica.master === master && !replica.upstream) {
        this.connect(replica);
      }
    });
  }

  #keepPinging(server: RedisServer): void {
    server.scheduler.after(PING_PERIOD_MS, () => {
      if (server.answers && server.isMaster && server.downstreams.size > 0) {
        server.offset += PING_BYTES;
        server.feed();
      }
      this.#keepPinging(server);
    });
  }
}
