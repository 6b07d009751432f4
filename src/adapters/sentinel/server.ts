/**
 * The read-only endpoint for clients that speak the protocol of Redis Sentinel: they find the master
 * as they always did, and are told when it changes.
 */
import { createServer, type Server, type Socket } from "node:net";
import type { Status } from "../../core/status-types.ts";
import { type CrowdLimits, keepCrowdOut } from "../crowd.ts";
import { listenAt } from "../listening.ts";
import { Connection } from "./connection.ts";
import { type Known, newsOf } from "./news.ts";
import type { ViewOptions } from "./view.ts";

export interface SentinelOptions extends ViewOptions {
  /** The password that clients must know; null: none. */
  readonly secret: string | null;
  /** Rejects when the monitor does not answer in time. */
  readonly status: () => Promise<Status>;
}

const MOST_CONNECTIONS = 512;
/** A host with hundreds of clients fits; after a failover they all come at once. */
const FROM_ONE_ADDRESS: CrowdLimits = { most: 256, perSecond: 200 };
/** While somebody waits for news; a commit brings them at once. */
const LOOK_EVERY_MS = 1_000;

export class SentinelServer {
  readonly #options: SentinelOptions;
  readonly #server: Server;
  readonly #connections = new Map<Socket, Connection>();
  #known: Known | null = null;
  #timer: NodeJS.Timeout | null = null;
  #count = 0;

  constructor(options: SentinelOptions) {
    this.#options = options;
    this.#server = createServer((socket) => this.#accept(socket));
    this.#server.maxConnections = MOST_CONNECTIONS;
    keepCrowdOut(this.#server, FROM_ONE_ADDRESS);
  }

  /** The port that it listens on. Rejects with the system's error. */
  listen(): Promise<number> {
    return listenAt(this.#server, this.#options);
  }

  close(): void {
    this.#server.close();
    this.#stopLooking();
    for (const socket of this.#connections.keys()) socket.destroy();
  }

  /** Looks whether there is news for those who wait; nothing is done for nobody. */
  readonly look = async (): Promise<void> => {
    const waiting = [...this.#connections.values()].filter((one) => one.isSubscriber);
    if (waiting.length === 0) {
      this.#stopLooking();
      return;
    }
    const status = await this.#options.status().catch(() => null);
    if (status === null) return;
    const { known, messages } = newsOf(this.#known, status, this.#options.answer);
    this.#known = known;
    for (const message of messages) for (const one of waiting) one.deliver(message);
  };

  #accept(socket: Socket): void {
    this.#count += 1;
    const { status, secret } = this.#options;
    const onSubscribed = () => this.#startLooking();
    const connection = new Connection(socket, this.#count, {
      view: this.#options,
      secret,
      status,
      onSubscribed,
    });
    this.#connections.set(socket, connection);
    socket.on("error", () => undefined);
    socket.once("close", () => this.#connections.delete(socket));
  }

  /** What is known at the first subscription is no news. */
  #startLooking(): void {
    if (this.#timer !== null) return;
    this.#timer = setInterval(() => void this.look(), LOOK_EVERY_MS);
    void this.look();
  }

  #stopLooking(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#known = null;
  }
}
