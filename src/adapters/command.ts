/**
 * Runs an operator's command on the monitor's own host: `sh -c`, with what it is told on its standard
 * input, until its end or the deadline. It gets a process group of its own, which is killed as a whole
 * then, so that nothing of it goes on which would be taken for done, or undone.
 */
import { type ChildProcess, spawn } from "node:child_process";

export interface Command {
  readonly command: string;
  /** Beside the monitor's own environment, but for what systemd tells that alone. */
  readonly env: Readonly<Record<string, string>>;
  /** For its standard input; null: nothing. */
  readonly input: string | null;
  readonly deadlineMs: number;
}

export interface CommandEnd {
  /** null when it was killed or could not start. */
  readonly exitCode: number | null;
  /** What it said, both streams, cut; and how it ended, if not by itself. */
  readonly text: string;
}

const LONGEST_OUTPUT = 2_000;
/** After the end, for output that was not read yet. */
const DRAIN_MS = 100;

/** With these a program that it starts would tell systemd that the monitor is ready, or ends. */
const NOT_ITS_OWN = { NOTIFY_SOCKET: undefined, WATCHDOG_USEC: undefined, WATCHDOG_PID: undefined };

/**
 * The monitor's own priority may be a raised one, and the kernel told to spare it when memory is short: neither is meant
 * for what the operator runs. The process sees to that itself: told from outside, it would come too late for what the
 * command has started by then. The command, which may hold a token, is in its environment for that long, where only
 * the monitor's user may look; among its arguments everybody on this host would read it.
 */
const AS_ORDINARY = `{ renice 0 $$
read -r MMM_SPARED </proc/$$/oom_score_adj && [ "$MMM_SPARED" -ge 0 ] || echo 0 >/proc/$$/oom_score_adj
} >/dev/null 2>&1
eval "unset MMM_COMMAND MMM_SPARED
$MMM_COMMAND"`;

/** Never rejects. */
export function runCommand({ command, env, input, deadlineMs }: Command): Promise<CommandEnd> {
  const child = spawn("/bin/sh", ["-c", AS_ORDINARY], {
    detached: true,
    stdio: [input === null ? "ignore" : "pipe", "pipe", "pipe"],
    env: { ...process.env, ...NOT_ITS_OWN, ...env, MMM_COMMAND: command },
  });
  // One that does not read what it is told may do without it.
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(input ?? "");
  return endOf(child, deadlineMs);
}

function endOf(child: ChildProcess, deadlineMs: number): Promise<CommandEnd> {
  return new Promise((resolve) => {
    let output = "";
    const collect = (data: Buffer): void => {
      if (output.length < LONGEST_OUTPUT) output += data.toString("utf8");
    };
    const finish = (exitCode: number | null, prefix: string): void => {
      clearTimeout(timer);
      child.stdin?.destroy();
      child.stdout?.destroy();
      child.stderr?.destroy();
      resolve({ exitCode, text: (prefix + output.slice(0, LONGEST_OUTPUT)).trim() });
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

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // It ended in this very moment.
  }
}
