/**
 * One TCP connection of a monitor to a Redis. What was sent on it runs in order, late if need be,
 * unless the connection is killed at the server first; closing it recalls nothing.
 */
import type { LinkQuality, Network, Place, Stream } from "./network.ts";
import type { RedisServer, ServerConnection } from "./redis-server.ts";

export class RedisWire {
  readonly redis: RedisServer;
  readonly #way: LinkQuality;
  readonly #up: Stream;
  readonly #down: Stream;
  #server: ServerConnection | null = null;
  state: "connecting" | "open" | "closed" = "connecting";
  /** The server's side is gone. Not called after `close`. */
  onReset: (() => void) | null = null;

  constructor(network: Network, from: Place, redis: RedisServer) {
    this.redis = redis;
    this.#way = network.link(from, redis.name);
    this.#up = network.stream(from, redis.name);
    this.#down = network.stream(redis.name, from);
  }

  connect(done: (result: "ok" | "refused") => void): void {
    const { redis } = this;
    this.#up.send(() => {
      if (!redis.host.up) return;
      if (redis.up && !this.#way.rejects) this.#accept();
      const accepted = this.#server !== null;
      this.#down.send(() => {
        if (this.state === "closed") return;
        this.state = accepted ? "open" : "closed";
        done(accepted ? "ok" : "refused");
      });
    });
  }

  #accept(): void {
    const server: ServerConnection = {
      name: null,
      alive: true,
      reset: () => this.#down.send(() => this.#gone()),
    };
    this.#server = server;
    this.redis.connections.add(server);
  }

  #gone(): void {
    if (this.state === "closed") return;
    this.state = "closed";
    this.onReset?.();
  }

  /** `run` happens at the server, `done` when its answer is back. */
  request<T>(run: (server: ServerConnection) => T, done: (answer: T) => void): void {
    const { redis } = this;
    this.#up.send(() => {
      const server = this.#server;
      if (!redis.host.up || server === null) return;
      if (!server.alive) return this.#down.send(() => this.#gone());
      redis.arrive(() => {
        if (!server.alive) return;
        const answer = run(server);
        this.#down.send(() => {
          if (this.state !== "closed") done(answer);
        });
      });
    });
  }

  close(): void {
    if (this.state === "closed") return;
    this.state = "closed";
    this.#up.send(() => {
      if (this.#server === null) return;
      this.#server.alive = false;
      this.redis.connections.delete(this.#server);
    });
  }
}
