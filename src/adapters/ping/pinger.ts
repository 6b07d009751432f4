/**
 * One long-running `ping` for one address: no raw socket of our own, and no process for each packet. It is
 * started anew when it ended or hangs, less often each time that this comes to nothing.
 */
import { type ChildProcess, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { messageOf } from "../../errors.ts";
import type { TargetFacts } from "./opinion.ts";
import { heardFrom } from "./ping-line.ts";

export interface PingerOptions {
  readonly target: string;
  readonly intervalMs: number;
  readonly now: () => number;
  /** Something was heard, or the ping ended. */
  readonly onNews: () => void;
  /** In the place of ping; for tests. */
  readonly program?: string;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** A line of ping is much shorter. */
const LONGEST_LINE = 1_000;
const LONGEST_TROUBLE = 200;

export class Pinger {
  readonly #options: PingerOptions;
  #facts: TargetFacts;
  #child: ChildProcess | null = null;
  #timer: NodeJS.Timeout | null = null;
  #pauseMs = FIRST_PAUSE_MS;
  #isStopped = false;

  constructor(options: PingerOptions) {
    this.#options = options;
    const { target, now } = options;
    this.#facts = { target, since: now(), answeredAt: null, silentAt: null, trouble: null };
  }

  get facts(): TargetFacts {
    return this.#facts;
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  start(): void {
    this.#timer = null;
    const { target, intervalMs, program = "ping" } = this.#options;
    const args = ["-n", "-O", "-i", String(intervalMs / 1000), target];
    const env = { PATH: process.env["PATH"], LC_ALL: "C" };
    this.#facts = { ...this.#facts, since: this.#options.now() };
    let child;
    try {
      child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env });
    } catch (error) {
      // Short of memory Node throws it, instead of telling the child's listeners.
      return this.#ended(null, notStarted(error));
    }
    this.#child = child;
    eachLine(child.stdout, (line) => this.#hear(child, line, "stdout"));
    eachLine(child.stderr, (line) => this.#hear(child, line, "stderr"));
    child.once("error", (error) => this.#ended(child, notStarted(error)));
    child.once("close", (code, signal) => this.#ended(child, `ping ended (${signal ?? code})`));
  }

  /** It hangs: nothing that it said counts any more. */
  restart(): void {
    if (this.#child === null) return;
    this.#facts = { ...this.#facts, since: this.#options.now(), trouble: "ping hangs" };
    this.#child.kill("SIGKILL");
  }

  stop(): void {
    this.#isStopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#child?.kill("SIGKILL");
  }

  #hear(child: ChildProcess, line: string, source: "stdout" | "stderr"): void {
    if (this.#isStopped || child !== this.#child) return;
    const heard = heardFrom(line, source);
    const at = this.#options.now();
    if (heard === null) return;
    if (heard === "answer") this.#facts = { ...this.#facts, answeredAt: at, trouble: null };
    if (heard === "silence") this.#facts = { ...this.#facts, silentAt: at, trouble: null };
    if (heard === "trouble")
      this.#facts = { ...this.#facts, trouble: line.trim().slice(0, LONGEST_TROUBLE) };
    else this.#pauseMs = FIRST_PAUSE_MS;
    this.#options.onNews();
  }

  /** What it said before it ended says more than that it did. */
  #ended(child: ChildProcess | null, why: string): void {
    if (this.#isStopped || child !== this.#child) return;
    this.#child = null;
    const { silentAt, trouble } = this.#facts;
    const saidNoWay = silentAt !== null && this.#options.now() - silentAt < FIRST_PAUSE_MS;
    if (!saidNoWay) this.#facts = { ...this.#facts, trouble: trouble ?? why };
    this.#timer = setTimeout(() => this.start(), this.#pauseMs);
    // Without a way ping cannot begin: it is asked again as often as it would ask itself.
    if (!saidNoWay) this.#pauseMs = Math.min(2 * this.#pauseMs, LONGEST_PAUSE_MS);
    this.#options.onNews();
  }
}

function notStarted(error: unknown): string {
  return `ping cannot be started: ${messageOf(error)}`;
}

/** Of a program that could not be started there is none. */
function eachLine(stream: Readable | undefined, onLine: (line: string) => void): void {
  let rest = "";
  stream?.setEncoding("utf8");
  stream?.on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = (lines.pop() ?? "").slice(0, LONGEST_LINE);
    for (const line of lines) onLine(line);
  });
}
