/** Asks the operator's own command, on the monitor's host: what it is about stands on its standard input. */
import type { HookFacts, Target } from "../core/io.ts";
import type { HookOutcome, HookRunner } from "../ports.ts";
import { runCommand } from "./command.ts";

export class ShellHooks implements HookRunner {
  /** Never rejects. `exitCode` is null when it was killed or could not start. */
  async run(
    target: Target,
    command: string,
    facts: HookFacts,
    deadlineMs: number,
  ): Promise<HookOutcome> {
    const env = { MMM_NODE: target.node, MMM_ADDRESS: target.address };
    const input = `${JSON.stringify(facts)}\n`;
    return { kind: "hook", ...(await runCommand({ command, env, input, deadlineMs })) };
  }
}
