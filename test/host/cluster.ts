/** Three monitors as processes of this host, with two nodes that nobody is, and their clients. */
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type ChannelCredentials, credentials } from "@grpc/grpc-js";
import { ControlClient } from "../../src/adapters/control/client.ts";
import type { Role } from "../../src/adapters/tls/certificate-name.ts";
import { credentialsFor, expecting } from "../../src/adapters/tls/channel.ts";
import type { TlsFiles } from "../../src/adapters/tls/identity.ts";
import type { Command, CommandOutcome } from "../../src/core/messages.ts";
import { Certificates } from "../helpers/certificates.ts";
import { eventually } from "../helpers/eventually.ts";
import { freePort } from "../helpers/free-port.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";
import { MonitorProcess, writeConfig } from "./monitor-process.ts";

export const NAMES: readonly string[] = ["mon1", "mon2", "mon3"];

interface How {
  readonly host: string;
  readonly nodeFlags: readonly string[];
  readonly launcher: readonly string[];
  readonly hostOf: (name: string) => string;
}

export class Cluster implements AsyncDisposable {
  readonly monitors = new Map<string, MonitorProcess>();
  readonly clients = new Map<string, ControlClient>();
  readonly #ports = new Map<string, number>();
  readonly #httpPorts = new Map<string, number>();
  readonly #sentinelPorts = new Map<string, number>();
  readonly #dir: TempDir;
  readonly #certificates: Certificates | null;
  readonly #security: ChannelCredentials;
  readonly #replaced: AsyncDisposable[] = [];
  /** As they were given to each monitor that was started. */
  readonly #files = new Map<
    string,
    { readonly args: readonly string[]; readonly peers: ReadonlyMap<string, string> }
  >();
  readonly #host: string;
  readonly #nodeFlags: readonly string[];
  readonly #launcher: readonly string[];
  readonly #hostOf: (name: string) => string;

  private constructor(dir: TempDir, certificates: Certificates | null, how: How) {
    this.#dir = dir;
    this.#certificates = certificates;
    this.#security =
      certificates === null
        ? credentials.createInsecure()
        : credentialsFor(certificates.identity("operator", "ann"), expecting(null));
    this.#host = how.host;
    this.#nodeFlags = how.nodeFlags;
    this.#launcher = how.launcher;
    this.#hostOf = how.hostOf;
  }

  /** @param nodeFlags what node is given beside the program, for the directory of the cluster
   * @param host where the monitors listen, and so whence they connect to each other
   * @param launcher what starts each of them
   * @param hostOf under which name of a host the others know a monitor */
  static async open({
    tls = false,
    host = "127.0.0.1",
    nodeFlags = (_dir: string): readonly string[] => [],
    launcher = [] as readonly string[],
    hostOf = (_name: string): string => host,
  } = {}): Promise<Cluster> {
    const certificates = tls ? await Certificates.open() : null;
    const dir = await tempDir();
    const cluster = new Cluster(dir, certificates, {
      host,
      nodeFlags: nodeFlags(dir.path),
      launcher,
      hostOf,
    });
    for (const name of NAMES) await cluster.#place(name);
    for (const name of NAMES) cluster.start(name);
    return cluster;
  }

  /** Finds ports for a monitor, where its clients look for it from now on. */
  async #place(name: string): Promise<void> {
    const port = await freePort(this.#host);
    this.#ports.set(name, port);
    this.#httpPorts.set(name, await freePort(this.#host));
    this.#sentinelPorts.set(name, await freePort(this.#host));
    this.clients.set(name, new ControlClient(`${this.#host}:${port}`, this.#security));
  }

  /**
   * Another of that name, empty, at another address; the one before runs on.
   * @returns the client of the one before
   */
  async startAnother(name: string): Promise<ControlClient> {
    const client = this.clients.get(name)!;
    this.#replaced.push(this.monitors.get(name)!, {
      [Symbol.asyncDispose]: async () => client.close(),
    });
    await this.#place(name);
    this.start(name, `${name}-another`);
    return client;
  }

  /** One that no file names, empty; all the others are its peers. */
  async startNewcomer(name: string): Promise<void> {
    await this.#place(name);
    this.start(name);
  }

  /** It ends, and comes back with its disk at another address, which nobody else is told. */
  async move(name: string): Promise<void> {
    this.monitors.get(name)!.signal("SIGKILL");
    await this.monitors.get(name)!.exitCode();
    this.clients.get(name)?.close();
    await this.#place(name);
    this.start(name);
  }

  /** All of them end, and come back at other addresses, which their files know and their states do not. */
  async moveAll(): Promise<void> {
    for (const name of NAMES) this.monitors.get(name)!.signal("SIGKILL");
    for (const name of NAMES) {
      await this.monitors.get(name)!.exitCode();
      this.clients.get(name)?.close();
      await this.#place(name);
    }
    for (const name of NAMES) this.start(name);
  }

  /** Of whoever else has a certificate; null: there are none. */
  filesOf(role: Role, name: string): TlsFiles | null {
    return this.#certificates?.files(role, name) ?? null;
  }

  get path(): string {
    return this.#dir.path;
  }

  portOf(name: string): number {
    return this.#ports.get(name) ?? 0;
  }

  /** Of the read-only door for programs. */
  httpPortOf(name: string): number {
    return this.#httpPorts.get(name) ?? 0;
  }

  /**
   * @param directory where its data and its configuration are
   * @param named its peers
   */
  start(name: string, directory = name, named: readonly string[] = NAMES): void {
    const at = (other: string) => `${this.#hostOf(other)}:${this.#ports.get(other)}`;
    const own = `${this.#host}:${this.#ports.get(name)}`;
    // One of the peers is named, the other says its name itself.
    const others = named.filter((other) => other !== name);
    const peers = others.flatMap((other, index) => [
      "--peer",
      index === 0 ? at(other) : `${other}=${at(other)}`,
    ]);
    const config = this.#configOf(name, directory);
    const args = ["--config", config, "--data-dir", join(this.path, directory), "--name", name];
    const all = [...args, "--listen", own];
    this.#files.set(name, { args: all, peers: new Map(others.map((other) => [other, at(other)])) });
    this.#startWith(name, [...all, ...peers]);
  }

  /** It is killed, and comes back with all of its peers by name where they were when it was started. */
  async restart(name: string): Promise<void> {
    const { args = [], peers = [] } = this.#files.get(name) ?? {};
    this.monitors.get(name)!.signal("SIGKILL");
    await this.monitors.get(name)!.exitCode();
    const named = [...peers].flatMap(([other, at]) => ["--peer", `${other}=${at}`]);
    this.#startWith(name, [...args, ...named]);
  }

  #startWith(name: string, args: readonly string[]): void {
    const monitor = new MonitorProcess(args, undefined, this.#nodeFlags, this.#launcher);
    this.monitors.set(name, monitor);
  }

  /** Of the door for clients of Redis Sentinel. */
  sentinelPortOf(name: string): number {
    return this.#sentinelPorts.get(name) ?? 0;
  }

  #configOf(name: string, directory: string): string {
    const sentinel = `sentinel = 127.0.0.1:${this.sentinelPortOf(name)}`;
    const http = `http = 127.0.0.1:${this.httpPortOf(name)}\n${sentinel}`;
    if (this.#certificates === null) return writeConfig(this.path, http, `${directory}.conf`);
    const { ca, cert, key } = this.#certificates.files("monitor", name);
    const lines = `${http}\ntls_ca = ${ca}\ntls_cert = ${cert}\ntls_key = ${key}`;
    return writeConfig(this.path, lines, `${directory}.conf`);
  }

  /** The leader, once all of these know it. */
  async leader(names: readonly string[] = NAMES, other?: string): Promise<string> {
    const ask = () =>
      Promise.all(names.map(async (name) => (await this.clients.get(name)!.status(5_000)).leader));
    const [leader] = await eventually(
      ask,
      (told) => told[0] !== null && told[0] !== other && new Set(told).size === 1,
      { withinMs: 30_000, everyMs: 50, what: "they know one leader" },
    );
    return leader!;
  }

  /** As `mmm` does it: the same request again while nobody leads. */
  async operate(at: string, command: Command, requestId: string = randomUUID()) {
    const request = { requestId, by: "test@host", forwarded: false, command };
    const ask = () => this.clients.get(at)!.operate(request, () => {}, 10_000);
    const isEnd = ({ kind }: CommandOutcome) => kind !== "not-leader";
    return await eventually(ask, isEnd, { withinMs: 30_000, everyMs: 100, what: command.kind });
  }

  /** Resident memory of a monitor in megabytes. */
  memoryMb(name: string): number {
    const status = readFileSync(`/proc/${this.monitors.get(name)!.pid}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_024;
  }

  async close(): Promise<void> {
    for (const client of this.clients.values()) client.close();
    for (const monitor of this.monitors.values()) await monitor[Symbol.asyncDispose]();
    for (const one of this.#replaced) await one[Symbol.asyncDispose]();
    await this.#certificates?.[Symbol.asyncDispose]();
    await this.#dir.remove();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
