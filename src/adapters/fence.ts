/**
 * Runs the operator's `fence_command` on the monitor's own host. Exit code 0 is taken as proof that
 * the node is off, so everything else, and a command that does not end in time, must not look like
 * it.
 */
import type { Target } from "../core/io.ts";
import type { Fencer, FenceOutcome } from "../ports.ts";
import { runCommand } from "./command.ts";

export class ShellFencer implements Fencer {
  /** Never rejects. `exitCode` is null when it was killed or could not start. */
  async run(target: Target, command: string, deadlineMs: number): Promise<FenceOutcome> {
    const env = { MMM_NODE: target.node, MMM_ADDRESS: target.address };
    return { kind: "fence", ...(await runCommand({ command, env, input: null, deadlineMs })) };
  }
}
