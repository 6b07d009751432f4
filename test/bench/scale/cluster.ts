/** The monitors of a benchmark, and their databases: real `mmm-mon` processes around one stub. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ControlClient, type StatusReport } from "../../../src/adapters/control/client.ts";
import { Databases } from "./databases.ts";
import {
  addressOf,
  groupName,
  MONITOR_PORT,
  monitorAddress,
  MONITORS,
  NODES_OF_GROUP,
  PORT,
} from "./places.ts";

const ROOT = new URL("../../..", import.meta.url).pathname;

export class Bench implements AsyncDisposable {
  readonly directory = mkdtempSync(join(tmpdir(), "mmm-scale-"));
  readonly #monitors = new Map<string, ChildProcess>();
  #databases: Databases | null = null;

  async start(groups: number, settings: readonly string[]): Promise<void> {
    this.#writeFiles(groups, settings);
    this.#databases = await Databases.start(groups);
    for (const name of MONITORS) this.startMonitor(name);
  }

  startMonitor(name: string): void {
    const log = openSync(join(this.directory, `${name}.log`), "a");
    const preload = ["--import", join(ROOT, "test/bench/scale/loop-delay.mjs")];
    const flags = ["--config", join(this.directory, "mmm.conf"), "--name", name];
    const data = ["--data-dir", join(this.directory, name)];
    const main = process.env["MMM_DIST"] ?? join(ROOT, "dist");
    const extra = (process.env["MMM_NODE_FLAGS"] ?? "").split(" ").filter((flag) => flag !== "");
    const args = [...extra, ...preload, join(main, "mmm-mon.js"), ...flags, ...data];
    const env = { ...process.env, MMM_LOOP_DELAY: this.#delayFile(name) };
    const monitor = spawn(process.execPath, args, {
      env,
      stdio: ["ignore", log, log],
      cwd: this.directory,
    });
    closeSync(log);
    this.#monitors.set(name, monitor);
  }

  #writeFiles(groups: number, settings: readonly string[]): void {
    mkdirSync(join(this.directory, "d"));
    const monitors = MONITORS.map(
      (name) => `[monitor:${name}]\naddress = ${monitorAddress(name)}\nport = ${MONITOR_PORT}\n`,
    );
    const top = ["include = d/*.conf", "tls = off", "cluster_interface = lo", ...settings];
    this.#write("mmm.conf", `${top.join("\n")}\n${monitors.join("")}`);
    for (let group = 0; group < groups; group += 1) {
      const nodes = Array.from(
        { length: NODES_OF_GROUP },
        (_, node) => `[db${node + 1}]\naddress = ${addressOf(group, node)}\nport = ${PORT}\n`,
      );
      this.#write(join("d", `${groupName(group)}.conf`), nodes.join(""));
    }
  }

  #write(name: string, text: string): void {
    writeFileSync(join(this.directory, name), text, { mode: 0o640 });
  }

  #delayFile(name: string): string {
    return join(this.directory, `${name}.delay`);
  }

  pidOf(name: string): number {
    return this.#monitors.get(name)?.pid ?? 0;
  }

  /** @throws MmmError, when it does not answer */
  async status(name: string): Promise<StatusReport> {
    const client = new ControlClient(`${monitorAddress(name)}:${MONITOR_PORT}`);
    try {
      return await client.status(10_000);
    } finally {
      client.close();
    }
  }

  /** Lines of a monitor's log of one kind: when, and what. */
  events(name: string, kind: string): readonly Record<string, unknown>[] {
    return linesOf(join(this.directory, `${name}.log`)).filter((line) => line["event"] === kind);
  }

  delays(name: string): readonly Record<string, unknown>[] {
    return linesOf(this.#delayFile(name));
  }

  async killMonitor(name: string): Promise<number> {
    const at = Date.now();
    const monitor = this.#monitors.get(name);
    this.#monitors.delete(name);
    if (monitor?.kill("SIGKILL") === true) await once(monitor, "exit");
    return at;
  }

  /** Wall time of the deed. */
  async killMasters(count: number): Promise<number> {
    if (this.#databases === null) throw new Error("nothing was started");
    return await this.#databases.killMasters(count);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const name of Array.from(this.#monitors.keys())) await this.killMonitor(name);
    this.#databases?.[Symbol.dispose]();
    if (process.env["MMM_BENCH_KEEP"] === undefined) rmSync(this.directory, { recursive: true });
  }
}

function linesOf(file: string): readonly Record<string, unknown>[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .flatMap((line) => {
      try {
        return line.startsWith("{") ? [JSON.parse(line) as Record<string, unknown>] : [];
      } catch {
        return [];
      }
    });
}
