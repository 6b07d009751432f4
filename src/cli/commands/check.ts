/**
 * `mmm check`: one line for Nagios, Icinga and their kin, with their exit codes: 0 ok, 1 warning,
 * 2 critical, 3 unknown. It says what `mmm status` warns of, and how far replicas are behind.
 */
import { size } from "../../adapters/config/values.ts";
import type { GroupStatus, Status } from "../../core/status-types.ts";
import { EXIT, type ExitCode } from "../../errors.ts";
import type { Context } from "../command.ts";
import { Failure, usageFailure } from "../failure.ts";
import { groupOf } from "../groups.ts";
import { type Limits, pluginLine, type Verdict, verdictOn } from "../render/plugin.ts";

export async function run(context: Context): Promise<ExitCode> {
  const limits = limitsOf(context);
  const verdict = await judge(context, limits);
  context.terminal.print([pluginLine(verdict)]);
  return verdict.state;
}

async function judge(context: Context, limits: Limits): Promise<Verdict> {
  try {
    const { status } = await context.cluster().status();
    return verdictOn(ofGroup(status, context.options.group), limits);
  } catch (error) {
    // Redis may be well; but nothing is failed over any more.
    if (!(error instanceof Failure) || error.exitCode !== EXIT.unreachable) throw error;
    const [first = ""] = error.lines;
    return { state: 2, text: first.replace(/^error: /, ""), data: [] };
  }
}

function ofGroup(status: Status, wanted: string | undefined): Status {
  if (wanted === undefined) return status;
  const groups: readonly GroupStatus[] = [groupOf(status, wanted)];
  return { ...status, groups };
}

/** @throws Failure */
function limitsOf({ options }: Context): Limits {
  const bytes = (flag: "warn-lag" | "crit-lag"): number | null => {
    const text = options[flag];
    if (text === undefined) return null;
    const parsed = size(text);
    if (parsed.kind === "problem") throw usageFailure(`--${flag}: ${parsed.text}`, "check");
    return parsed.value;
  };
  return { warnBytes: bytes("warn-lag"), critBytes: bytes("crit-lag") };
}
