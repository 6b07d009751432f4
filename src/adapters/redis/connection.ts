/**
 * One connection to one Redis, over ioredis with everything switched off that acts by itself:
 * it never reconnects, never queues for later and never sends a command twice. With ioredis'
 * defaults a REPLICAOF could run again minutes later, on a connection that nobody asked for.
 *
 * The greeting (AUTH, CLIENT SETNAME) is sent by us and not by the library, so that it shares the
 * caller's deadline, costs no round trip of its own, and its refusal is an answer like any other.
 */
import type { ConnectionOptions } from "node:tls";
import { Redis, type RedisOptions, ReplyError } from "ioredis";
import type { CommandWords } from "./commands-sent.ts";
import { type Deadline, LATE } from "./deadline.ts";
import { classifyFailure, type Failure } from "./failure.ts";

export interface Credentials {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** Given (even empty): speak TLS. */
  readonly tls?: ConnectionOptions | undefined;
}

export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly tls?: ConnectionOptions | undefined;
}

export type Reply =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "error"; readonly text: string }
  /** The connection ended first: whether the command ran is unknown. */
  | { readonly kind: "lost"; readonly failure: Failure };

export type Opening =
  | { readonly kind: "open"; readonly connection: Connection }
  | { readonly kind: "failed"; readonly failure: Failure };

/** A connection that is given up gets this long to say goodbye. */
const GOODBYE_MS = 50;
/** The list of a hundred thousand clients is as much. Whoever sends more fills the memory of this monitor. */
const LONGEST_ANSWER_BYTES = 32 * 1024 * 1024;

function optionsFor(endpoint: Endpoint, connectTimeoutMs: number) {
  return {
    host: endpoint.host,
    port: endpoint.port,
    ...(endpoint.tls === undefined ? {} : { tls: endpoint.tls }),
    // RESP2 needs no HELLO: the connection is usable as soon as TCP (and TLS) stand.
    protocol: 2 as const,
    lazyConnect: true,
    enableReadyCheck: false,
    disableClientInfo: true,
    connectTimeout: Math.ceil(connectTimeoutMs) + GOODBYE_MS,
    disconnectTimeout: GOODBYE_MS,
    retryStrategy: null,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    enableAutoPipelining: false,
    keepAlive: 5_000,
    noDelay: true,
  } satisfies RedisOptions;
}

/** AUTH, if there is a password, and the connection's name. */
export function greeting(credentials: Credentials, name: string): readonly CommandWords[] {
  const { username, password } = credentials;
  const setName: CommandWords = ["CLIENT", "SETNAME", name];
  if (password === undefined) return [setName];
  return [username === undefined ? ["AUTH", password] : ["AUTH", username, password], setName];
}

export class Connection {
  readonly #client: Redis;
  #error: Error | null = null;
  #isOpen = false;
  #negotiatingTls: boolean;
  /** Bytes, since the last question. */
  #received = 0;
  #onLost: () => void = () => {};

  private constructor(endpoint: Endpoint, deadline: Deadline) {
    const client = new Redis(optionsFor(endpoint, deadline.remainingMs));
    this.#client = client;
    this.#negotiatingTls = endpoint.tls !== undefined;
    client.on("error", (error: Error) => this.#failed(error));
    client.on("close", () => this.#closed());
  }

  /** Connects; one attempt. What is not connected at the deadline is given up for good. */
  static async open(endpoint: Endpoint, deadline: Deadline): Promise<Opening> {
    const connection = new Connection(endpoint, deadline);
    const failure = await deadline.within(connection.#connect());
    if (failure === null) return { kind: "open", connection };
    const reason = failure === LATE ? connection.#lateness() : failure;
    connection.close();
    return { kind: "failed", failure: reason };
  }

  /** False once either side has closed it. It says nothing of the node's health. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Calls back, once, when the connection ends otherwise than by `close`. */
  onLost(callback: () => void): void {
    this.#onLost = callback;
  }

  /**
   * Sends the commands in one write, and settles, with one reply for each, when all are answered
   * or the connection has ended. Without a deadline: a silent node leaves it pending.
   */
  async ask(commands: readonly CommandWords[]): Promise<readonly Reply[]> {
    const [only] = commands;
    this.#received = 0;
    if (commands.length === 1 && only !== undefined) return [await this.#askOne(only)];
    const pipeline = this.#client.pipeline();
    for (const [name, ...words] of commands) pipeline.call(name, ...words);
    const results = (await pipeline.exec()) ?? [];
    return results.map(([error, value]) => this.#reply(error, value));
  }

  /** The same without the costs of a pipeline. */
  async #askOne([name, ...words]: CommandWords): Promise<Reply> {
    try {
      return { kind: "value", value: await this.#client.call(name, ...words) };
    } catch (error) {
      return this.#reply(toError(error), null);
    }
  }

  close(): void {
    this.#isOpen = false;
    this.#onLost = () => {};
    this.#client.disconnect();
  }

  async #connect(): Promise<Failure | null> {
    try {
      await this.#client.connect();
    } catch (error) {
      return classifyFailure(this.#error ?? toError(error), this.#negotiatingTls);
    }
    this.#negotiatingTls = false;
    this.#isOpen = true;
    this.#client.stream.on("data", (data: Buffer) => this.#count(data.length));
    return null;
  }

  #count(bytes: number): void {
    this.#received += bytes;
    if (this.#received > LONGEST_ANSWER_BYTES)
      this.#failed(new Error(`sends more than ${LONGEST_ANSWER_BYTES} bytes for an answer`));
  }

  /** What was not asked for, or is no answer, may be taken for the next one: nothing more is read. */
  #failed(error: Error): void {
    this.#error ??= error;
    if (this.#isOpen) this.#client.stream.destroy();
  }

  #lateness(): Failure {
    const isAccepted = this.#client.stream?.connecting === false;
    if (isAccepted && this.#negotiatingTls) return { kind: "mute", text: "TLS is not answered" };
    return { kind: "timeout", text: "no answer to connecting" };
  }

  #closed(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#onLost();
  }

  #reply(error: Error | null, value: unknown): Reply {
    if (error === null) return { kind: "value", value };
    if (error instanceof ReplyError) return { kind: "error", text: error.message };
    return { kind: "lost", failure: classifyFailure(this.#error, this.#negotiatingTls) };
  }
}

function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
