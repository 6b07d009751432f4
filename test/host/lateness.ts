/** How late the timers of a process come, as test/host/timer-lateness.mjs in it writes down. */
import { spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const FILE = `/dev/shm/mmm-late-${process.pid}-%p`;
/** To be loaded into the process, which inherits the environment of this one. */
export const PRELOAD = fileURLToPath(new URL("./timer-lateness.mjs", import.meta.url));

process.env["MMM_TIMER_LATENESS"] = FILE;

/** Of one timer, in milliseconds. */
export interface Lateness {
  readonly late: number;
  /** For a processor, since the timer was set: what the machine is to blame for. */
  readonly waited: number;
  readonly ran: number;
  /** Of what it ran. */
  readonly collected: number;
}

export function latenessesOf(pid: number): readonly Lateness[] {
  return readFileSync(fileOf(pid), "utf8")
    .trim()
    .split("\n")
    .flatMap((line) => JSON.parse(line) as [number, number, number, number][])
    .map(([late, waited, ran, collected]) => ({ late, waited, ran, collected }));
}

export function forgetLateness(pid: number): void {
  rmSync(fileOf(pid), { force: true });
}

function fileOf(pid: number): string {
  return FILE.replace("%p", String(pid));
}

/** The value that this share of them does not exceed. */
export function within(share: number, all: readonly number[]): number {
  const sorted = all.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

export function latestOf(all: readonly Lateness[]): Lateness | undefined {
  return all.toSorted((a, b) => b.late - a.late)[0];
}

/** What of its lateness a process owes to itself: it ran, or stood for something else than a processor. */
export function ownMs({ late, waited }: Lateness): number {
  return Math.max(0, late - waited);
}

/** A process that only waits for its timers, to compare with. */
export class Idler implements Disposable {
  readonly #process = spawn(
    process.execPath,
    ["--import", PRELOAD, "-e", "setInterval(() => undefined, 1_000)"],
    { stdio: "ignore" },
  );

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  [Symbol.dispose](): void {
    this.#process.kill("SIGKILL");
    forgetLateness(this.pid);
  }
}
