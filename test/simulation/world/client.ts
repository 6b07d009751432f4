/**
 * Applications that write through the VIP. Each write is a number; what was acknowledged, when and
 * by whom is kept, for whatever was acknowledged may be asked for later.
 */
import type { Ip } from "../../../src/core/ids.ts";
import type { Host } from "./host.ts";
import type { Network, Scheduler } from "./network.ts";
import type { RedisServer } from "./redis-server.ts";

export const CLIENT = "client";
const REPLY_RETRANSMIT_MS = 200;
const MOST_REPLIES = 20;

export interface Acknowledged {
  readonly id: number;
  readonly at: number;
}

export class Client {
  readonly #scheduler: Scheduler;
  readonly #network: Network;
  readonly #vip: Ip;
  readonly #route: (vip: Ip) => { host: Host; redis: RedisServer } | undefined;
  #nextId = 1;
  #intervalMs: number;
  readonly acknowledged: Acknowledged[] = [];
  /** The longest time between two acknowledgements, and when it ended. */
  longestGap = { ms: 0, at: 0 };
  #lastAt: number | null = null;
  onAcknowledged: ((id: number) => void) | null = null;

  constructor(
    tools: { scheduler: Scheduler; network: Network },
    vip: Ip,
    intervalMs: number,
    route: (vip: Ip) => { host: Host; redis: RedisServer } | undefined,
  ) {
    this.#scheduler = tools.scheduler;
    this.#network = tools.network;
    this.#vip = vip;
    this.#intervalMs = intervalMs;
    this.#route = route;
  }

  start(): void {
    this.#write(this.#nextId++);
    this.#scheduler.after(this.#intervalMs, () => this.start());
  }

  resetGap(): void {
    this.longestGap = { ms: 0, at: 0 };
    this.#lastAt = this.#scheduler.now;
  }

  #write(id: number): void {
    const there = this.#route(this.#vip);
    if (there === undefined) return;
    const { host, redis } = there;
    const generation = host.connectionGeneration(this.#vip);
    const connected = (): boolean => host.up && host.connectionGeneration(this.#vip) === generation;
    this.#network.datagram(CLIENT, host.name, () => {
      if (!connected() || !host.serves(this.#vip)) return;
      redis.arrive(() => {
        if (!connected()) return;
        const { runId } = redis;
        const alive = (): boolean => connected() && redis.up && redis.runId === runId;
        redis.write(id, alive, (result) => {
          if (result === "ok") this.#reply(id, host, alive, 0);
        });
      });
    });
  }

  /** TCP sends the answer again while the host does not serve the VIP; destroyed is destroyed. */
  #reply(id: number, host: Host, alive: () => boolean, attempt: number): void {
    if (!alive() || attempt > MOST_REPLIES) return;
    const delay = host.serves(this.#vip) ? this.#network.transit(host.name, CLIENT) : null;
    if (delay !== null) this.#scheduler.after(delay, () => this.#received(id));
    else
      this.#scheduler.after(REPLY_RETRANSMIT_MS, () => this.#reply(id, host, alive, attempt + 1));
  }

  #received(id: number): void {
    const at = this.#scheduler.now;
    if (this.#lastAt !== null && at - this.#lastAt > this.longestGap.ms) {
      this.longestGap = { ms: at - this.#lastAt, at };
    }
    this.#lastAt = at;
    this.acknowledged.push({ id, at });
    this.onAcknowledged?.(id);
  }
}
