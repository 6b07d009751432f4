/**
 * A real redis-server on a free port of the loopback address, with a directory of its own.
 * `await using server = await RedisServer.start()` stops it and removes its files.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Redis } from "ioredis";
import { eventually } from "./eventually.ts";
import { freePort } from "./free-port.ts";
import { type TempDir, tempDir } from "./temp-dir.ts";

/** Another one than this machine's, that runs like it: scripts/lab.d/other-redis. */
export const REDIS_SERVER = process.env["MMM_REDIS_SERVER"] ?? "redis-server";

export interface RedisServerOptions {
  /** Lines of redis.conf beside the defaults, e.g. `["requirepass secret"]`. */
  readonly config?: readonly string[];
  readonly host?: string;
  readonly port?: number;
  readonly replicaOf?: { readonly host: string; readonly port: number };
  /** For this helper's own client. */
  readonly password?: string;
}

export class RedisServer implements AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly #dir: TempDir;
  readonly #password: string | undefined;
  #process: ChildProcess | null = null;
  #client: Redis | null = null;

  private constructor(host: string, port: number, dir: TempDir, password: string | undefined) {
    this.host = host;
    this.port = port;
    this.#dir = dir;
    this.#password = password;
  }

  static async start(options: RedisServerOptions = {}): Promise<RedisServer> {
    const host = options.host ?? "127.0.0.1";
    const port = options.port ?? (await freePort(host));
    const dir = await tempDir("mmm-redis-");
    const server = new RedisServer(host, port, dir, options.password);
    await writeFile(server.configFile, `${server.#configLines(options).join("\n")}\n`);
    try {
      await server.restart();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  get configFile(): string {
    return join(this.#dir.path, "redis.conf");
  }

  get dir(): string {
    return this.#dir.path;
  }

  /** Null: not running. */
  get pid(): number | null {
    return this.#process?.pid ?? null;
  }

  /** A client for the test's own commands. It reconnects after a restart. */
  get client(): Redis {
    this.#client ??= this.#newClient();
    return this.#client;
  }

  async role(): Promise<string> {
    const [role] = (await this.client.call("ROLE")) as [string];
    return role;
  }

  /** kill −9: nothing is saved, sockets are closed by the kernel. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (child === null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }

  /** SIGSTOP: connections stay, nothing is answered. */
  pause(): void {
    this.#process?.kill("SIGSTOP");
  }

  resume(): void {
    this.#process?.kill("SIGCONT");
  }

  /** Starts it, again if it runs or ran, with its files as they are; ready when PING is answered. */
  async restart(): Promise<void> {
    await this.kill();
    await this.startProcess();
    await eventually(
      () => this.client.ping(),
      (answer) => answer === "PONG",
      { what: `redis-server on port ${this.port}`, withinMs: 20_000 },
    );
  }

  /** Starts the process without waiting until it answers. */
  async startProcess(): Promise<void> {
    const child = spawn(REDIS_SERVER, [this.configFile], { stdio: "ignore" });
    await once(child, "spawn");
    this.#process = child;
    child.once("exit", () => {
      if (this.#process === child) this.#process = null;
    });
  }

  async stop(): Promise<void> {
    this.#client?.disconnect();
    this.#client = null;
    await this.kill();
    await this.#dir.remove();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #configLines(options: RedisServerOptions): string[] {
    const { replicaOf } = options;
    return [
      `bind ${this.host}`,
      `port ${this.port}`,
      `dir ${this.#dir.path}`,
      "daemonize no",
      'save ""',
      "appendonly no",
      "logfile redis.log",
      "repl-diskless-sync-delay 0",
      ...(replicaOf === undefined ? [] : [`replicaof ${replicaOf.host} ${replicaOf.port}`]),
      ...(options.config ?? []),
    ];
  }

  #newClient(): Redis {
    const client = new Redis({
      host: this.host,
      port: this.port,
      protocol: 2,
      enableReadyCheck: false,
      disableClientInfo: true,
      connectionName: "test",
      retryStrategy: () => 20,
      ...(this.#password === undefined ? {} : { password: this.#password }),
    });
    // The commands themselves fail; the connection's own errors are expected after a kill.
    client.on("error", () => {});
    return client;
  }
}
