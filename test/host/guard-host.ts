/**
 * A database host for tests: a network namespace with an interface `e0`, linked to a second
 * namespace, the client's, and a guard in it, spoken to line by line as a monitor would.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const GUARD_PATH = fileURLToPath(new URL("../../scripts/guard", import.meta.url));
export const GUARD_SCRIPT = readFileSync(GUARD_PATH, "utf8");
export const VIP = "10.77.0.70";
export const CLUSTER = "deadbeef";

export function sh(command: string): string {
  return execFileSync("sh", ["-c", command], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
}

export function quietly(command: string): void {
  try {
    sh(command);
  } catch {
    // It is already as wanted.
  }
}

/** Answers each byte with a byte. */
export const SERVER = `require("net").createServer((s) => { s.on("data", (d) => s.write(d)); s.on("error", () => {}); })
  .listen(6379, "0.0.0.0", () => console.log("listening"))`;

/** Connects to argv[1]:6379 each millisecond; prints "START END RESULT" in ms of the monotonic clock. */
const KNOCKER = `const net = require("net"), now = () => Number(process.hrtime.bigint() / 1000n) / 1000;
setInterval(() => { const start = now(), s = net.connect(6379, process.argv[1]); s.setTimeout(300);
  const end = (result) => { console.log(start, now(), result); s.destroy(); };
  s.once("connect", () => end("ok")).once("error", (e) => end(e.code)).once("timeout", () => end("silent")); }, 1)`;

/** Connects, has one byte echoed, then waits for the end; prints "ready", then how it ended. */
const WAITER = `const s = require("net").connect(6379, process.argv[1], () => s.write("x"));
s.once("data", () => console.log("ready")).once("error", (e) => console.log(e.code)).once("end", () => console.log("end"))`;

/** Two namespaces on one wire: `gt-NAME` (the host, 10.77.0.1) and `gt-NAME-c` (the client, 10.77.0.9). */
export class GuardHost implements Disposable {
  readonly host: string;
  readonly client: string;
  readonly #children: ChildProcess[] = [];

  constructor(name: string) {
    this.host = `gt-${name}`;
    this.client = `gt-${name}-c`;
    this.#remove();
    sh(`ip netns add ${this.host} && ip netns add ${this.client}`);
    sh(`ip -n ${this.host} link add e0 type veth peer name e0 netns ${this.client}`);
    sh(`ip -n ${this.host} link set lo up && ip -n ${this.host} link set e0 up`);
    sh(`ip -n ${this.client} link set lo up && ip -n ${this.client} link set e0 up`);
    sh(`ip -n ${this.host} addr add 10.77.0.1/24 dev e0`);
    sh(`ip -n ${this.client} addr add 10.77.0.9/24 dev e0`);
  }

  /** Runs in the host's namespace. */
  on(command: string): string {
    return execFileSync("ip", ["netns", "exec", this.host, "sh", "-c", command], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  onClient(command: string): string {
    return execFileSync("ip", ["netns", "exec", this.client, "sh", "-c", command], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  /** How many processes of that name run in the host's namespace. */
  processes(name: string): number {
    const pids = sh(`ip netns pids ${this.host}`).trim().split("\n");
    return pids.filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/comm`, "utf8").trim() === name;
      } catch {
        return false;
      }
    }).length;
  }

  /** Starts a process that ends with this host. */
  spawn(namespace: string, command: readonly string[]): ChildProcess {
    const child = spawn("ip", ["netns", "exec", namespace, ...command], { stdio: "pipe" });
    this.#children.push(child);
    return child;
  }

  stop(child: ChildProcess): void {
    sh(`kill -STOP ${child.pid}`);
  }

  continue(child: ChildProcess): void {
    sh(`kill -CONT ${child.pid}`);
  }

  /** Kills a process that `spawn` started, and what it started, all at once. */
  killTree(child: ChildProcess): void {
    quietly(`kill -KILL ${child.pid} $(pgrep -P ${child.pid}) 2>/dev/null`);
  }

  guard(): Promise<Guard> {
    return Guard.start(this.spawn(this.host, ["sh", "-s"]), GUARD_SCRIPT);
  }

  /** Starts a guard from a file, as sudo would. */
  installedGuard(path: string, ...shell: readonly string[]): Promise<Guard> {
    return Guard.start(this.spawn(this.host, [...shell, path]), null);
  }

  /** A server on every address of the host. */
  async serve(): Promise<void> {
    await new Output(this.spawn(this.host, ["node", "-e", SERVER])).next();
  }

  knock(): Output {
    return new Output(this.spawn(this.client, ["node", "-e", KNOCKER, VIP]));
  }

  waiter(): Output {
    return new Output(this.spawn(this.client, ["node", "-e", WAITER, VIP]));
  }

  addresses(): string {
    return this.on(`ip -o -4 addr show to ${VIP}/32`);
  }

  [Symbol.dispose](): void {
    for (const child of this.#children) child.kill("SIGKILL");
    this.#remove();
  }

  #remove(): void {
    for (const namespace of [this.host, this.client]) quietly(`ip netns del ${namespace}`);
  }
}

/** The lines that a process prints. */
export class Output {
  readonly lines: string[] = [];
  readonly process: ChildProcess;
  #waiting: (() => void)[] = [];
  #read = 0;

  constructor(process: ChildProcess) {
    this.process = process;
    let partial = "";
    process.stderr?.resume();
    process.stdout?.on("data", (data: Buffer) => {
      const lines = (partial + data.toString()).split("\n");
      partial = lines.pop() ?? "";
      this.lines.push(...lines);
      for (const wake of this.#waiting.splice(0)) wake();
    });
  }

  async next(): Promise<string> {
    for (;;) {
      const line = this.lines[this.#read];
      if (line !== undefined) {
        this.#read += 1;
        return line;
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** The next line that `wanted` accepts. */
  async find(wanted: (line: string) => boolean): Promise<string> {
    for (;;) {
      const line = await this.next();
      if (wanted(line)) return line;
    }
  }
}

/** The machine's monotonic clock in milliseconds, the same in every process. */
export function monotonic(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}

export class Guard {
  readonly process: ChildProcess;
  readonly #waiting = new Map<string, (line: string) => void>();
  #partial = "";
  #sequence = 0;

  static async start(process: ChildProcess, script: string | null): Promise<Guard> {
    const guard = new Guard(process);
    const greeting = new Promise<void>((resolve, reject) => {
      guard.#waiting.set("greeting", () => resolve());
      process.once("exit", (code) => reject(new Error(`the guard ended: ${code}`)));
    });
    if (script !== null) process.stdin?.write(script);
    await greeting;
    return guard;
  }

  private constructor(process: ChildProcess) {
    this.process = process;
    process.stdout?.on("data", (data: Buffer) => this.#read(data.toString()));
    process.stdin?.on("error", () => undefined);
    process.stderr?.resume();
  }

  /** Sends `op id …` and resolves with the answer without the id: `ok …` or `err CODE …`. */
  ask(request: string): Promise<string> {
    this.#sequence += 1;
    const id = String(this.#sequence);
    const [op, ...words] = request.split(" ");
    const answer = new Promise<string>((resolve) => this.#waiting.set(id, resolve));
    this.process.stdin?.write(`${[op, id, ...words].join(" ")}\n`);
    return answer;
  }

  /** Sends a line as it is; resolves with the next answer that has the given id. */
  raw(line: string, id: string): Promise<string> {
    const answer = new Promise<string>((resolve) => this.#waiting.set(id, resolve));
    this.process.stdin?.write(`${line}\n`);
    return answer;
  }

  async field(name: string, vip = VIP): Promise<string> {
    const view = await this.ask(`show ${vip}`);
    return new RegExp(`(?:^| )${name}=(\\S*)`).exec(view)?.[1] ?? `no ${name} in: ${view}`;
  }

  /** A register with epoch 1.1 and permit 1, and, if `claimed`, a lease of `leaseMs` by permit 2. */
  async prepare(claimed: { readonly leaseMs: number } | null): Promise<void> {
    await this.ask(`install ${VIP} ${CLUSTER} 7`);
    await this.ask(`mark ${VIP} ${CLUSTER} 0 7 ${CLUSTER} 1 1 0 1 60000`);
    if (claimed === null) return;
    const answer = await this.claim(1, 2, claimed.leaseMs);
    if (answer !== "ok") throw new Error(answer);
  }

  claim(permit: number, next: number, leaseMs: number, epoch = "1 1"): Promise<string> {
    return this.ask(`claim ${VIP} ${CLUSTER} ${epoch} ${permit} ${next} 60000 ${leaseMs} e0`);
  }

  /** Waits for what follows the answer too: the next request is taken only then. */
  async release(): Promise<string> {
    const answer = await this.ask(`release ${VIP} ${CLUSTER} 1 1`);
    await this.field("lease");
    return answer;
  }

  #read(text: string): void {
    const lines = (this.#partial + text).split("\n");
    this.#partial = lines.pop() ?? "";
    for (const line of lines) {
      const [verdict = "", id = "", ...rest] = line.split(" ");
      const key = verdict === "guard" ? "greeting" : id;
      this.#waiting.get(key)?.([verdict, ...rest].join(" "));
      this.#waiting.delete(key);
    }
  }
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}
