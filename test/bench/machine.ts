/** Where and with what was measured: figures without it say nothing. */
import { execFileSync } from "node:child_process";
import { cpus, release, totalmem } from "node:os";

export interface Machine {
  readonly processors: number;
  readonly processor: string;
  readonly memory_gb: number;
  readonly kernel: string;
  readonly node: string;
  readonly redis: string;
  /** The commit, with `-dirty` if the files differ from it. */
  readonly redis_mmm: string;
}

export function thisMachine(): Machine {
  const [first] = cpus();
  return {
    processors: cpus().length,
    processor: first?.model ?? "unknown",
    memory_gb: Math.round(totalmem() / 1024 ** 3),
    kernel: release(),
    node: process.version,
    redis: /v=(\S+)/.exec(said("redis-server", "--version"))?.[1] ?? "unknown",
    redis_mmm: said("git", "describe", "--always", "--dirty"),
  };
}

function said(command: string, ...args: readonly string[]): string {
  try {
    return execFileSync(command, args, { encoding: "utf8" }).trim();
  } catch {
    return "unknown";
  }
}
