/**
 * Runs the operator's `fence_command` on the monitor's own host. Exit code 0 is taken as proof that
 * the node is off, so everything else, and a command that does not end in time, must not look like
 * it. The command gets a process group of its own, which is killed as a whole at the deadline.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { constants, setPriority } from "node:os";
import type { Target } from "../core/io.ts";
import type { Fencer, FenceOutcome } from "../ports.ts";

const LONGEST_OUTPUT = 2_000;
/** After the end, for output that was not read yet. */
const DRAIN_MS = 100;

export class ShellFencer implements Fencer {
  /** Never rejects. `exitCode` is null when it was killed or could not start. */
  run(target: Target, command: string, deadlineMs: number): Promise<FenceOutcome> {
    const child = spawn("/bin/sh", ["-c", command], {
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, MMM_NODE: target.node, MMM_ADDRESS: target.address },
    });
    useOrdinaryPriority(child);
    return outcomeOf(child, deadlineMs);
  }
}

function outcomeOf(child: ChildProcess, deadlineMs: number): Promise<FenceOutcome> {
  return new Promise((resolve) => {
    let output = "";
    const collect = (data: Buffer): void => {
      if (output.length < LONGEST_OUTPUT) output += data.toString("utf8");
    };
    const finish = (exitCode: number | null, prefix: string): void => {
      clearTimeout(timer);
      child.stdout?.destroy();
      child.stderr?.destroy();
      const text = (prefix + output.slice(0, LONGEST_OUTPUT)).trim();
      resolve({ kind: "fence", exitCode, text });
    };
    const timer = setTimeout(() => {
      killGroup(child);
      finish(null, `killed after ${Math.round(deadlineMs)} ms; `);
    }, deadlineMs);
    child.stdout?.on("data", collect);
    child.stderr?.on("data", collect);
    child.once("error", (error) => finish(null, `${error.message}; `));
    child.once("exit", (code, signal) => {
      const end = (): void => finish(code, signal === null ? "" : `ended by ${signal}; `);
      child.once("close", end);
      // A daemon that the command left behind may keep its output open for ever.
      setTimeout(end, DRAIN_MS);
    });
  });
}

/** The monitor's own may be a raised one, which is not meant for what the operator runs. */
function useOrdinaryPriority({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, constants.priority.PRIORITY_NORMAL);
  } catch {
    // It has ended, or the monitor itself runs with a lower one.
  }
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // It ended in this very moment.
  }
}
