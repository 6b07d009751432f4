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

  /** Starts a process that ends with this host. */
  spawn(namespace: string, command: readonly string[]): ChildProcess {
    const child = spawn("ip", ["netns", "exec", namespace, ...command], { stdio: "pipe" });
    this.#children.push(child);
    return child;
  }

  guard(): Promise<Guard> {
    return Guard.start(this.spawn(this.host, ["sh", "-s"]), GUARD_SCRIPT);
  }

  /** Starts a guard from a file, as sudo would. */
  installedGuard(path: string): Promise<Guard> {
    return Guard.start(this.spawn(this.host, [path]), null);
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
