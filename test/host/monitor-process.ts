/** `mmm-mon` as people start it: a process with flags, a file, a data directory and signals. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { eventually } from "../helpers/eventually.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/**
 * Inside the repository: a bundle finds the guard's script beside its own directory or above. Not in
 * node_modules, which several checkouts may share.
 */
export const BUNDLE = join(ROOT, "dist.host");

/** Bundles the sources as they are now. */
export function buildBundle(): void {
  execFileSync(process.execPath, [join(ROOT, "scripts", "build.mjs"), BUNDLE]);
}

/** Two nodes that nobody is: what is tested here is the monitor alone. */
export function writeConfig(dir: string, more = "", called = "mmm.conf"): string {
  const file = join(dir, called);
  const node = (name: string, port: number) =>
    `[${name}]\naddress = 127.0.0.1\nport = ${port}\nssh_user = nobody\n`;
  const top = `master_ip = 192.0.2.70\ncluster_interface = lo\nlease_backend = off\nssh_key = ${dir}/key\n${more}\n`;
  writeFileSync(file, top + node("db1", 1) + node("db2", 2), { mode: 0o600 });
  return file;
}

export class MonitorProcess implements AsyncDisposable {
  stdout = "";
  stderr = "";
  readonly #process: ChildProcess;
  readonly #exit: Promise<unknown[]>;

  /** @param launcher a command that becomes the one behind it */
  constructor(
    args: readonly string[],
    cwd?: string,
    nodeFlags: readonly string[] = [],
    launcher: readonly string[] = [],
  ) {
    const node = [process.execPath, ...nodeFlags, join(BUNDLE, "mmm-mon.js"), ...args];
    const [command = "", ...rest] = [...launcher, ...node];
    this.#process = spawn(command, rest, {
      stdio: ["ignore", "pipe", "pipe"],
      cwd: cwd ?? process.cwd(),
    });
    this.#exit = once(this.#process, "exit");
    this.#process.stdout?.on("data", (data: Buffer) => (this.stdout += data.toString()));
    this.#process.stderr?.on("data", (data: Buffer) => (this.stderr += data.toString()));
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Whoever read its log is gone. */
  closeOutput(): void {
    this.#process.stdout?.destroy();
  }

  get hasEnded(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  async exitCode(): Promise<number | null> {
    const [code] = await this.#exit;
    return code as number | null;
  }

  /** The log lines of an event, once there are so many. */
  async logged(event: string, count = 1): Promise<readonly Record<string, unknown>[]> {
    const what = `the event ${event}`;
    return await eventually(
      () => this.lines(event),
      (lines) => lines.length >= count,
      { withinMs: 20_000, what },
    );
  }

  lines(event: string): readonly Record<string, unknown>[] {
    return logLines(this.stdout).filter((line) => line["event"] === event);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.signal("SIGKILL");
    await this.#exit;
  }
}

export function logLines(text: string): readonly Record<string, unknown>[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("{") && line.endsWith("}"))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
