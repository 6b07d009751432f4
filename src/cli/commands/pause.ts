/** `mmm pause [--for DURATION] [--reason TEXT]`: somebody is about to work on a group. */
import { duration } from "../../adapters/config/values.ts";
import type { ExitCode } from "../../errors.ts";
import type { Context } from "../command.ts";
import { usageFailure } from "../failure.ts";
import { groupOf } from "../groups.ts";
import { operate } from "../operate.ts";

export async function run(context: Context): Promise<ExitCode> {
  const { options } = context;
  const forMs = durationOf(options.for);
  const { status } = await context.cluster().status();
  const group = groupOf(status, options.group);
  const reason = options.reason ?? null;
  return await operate(context, { kind: "pause", group: group.name, forMs, reason });
}

function durationOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const parsed = duration("1s", "720h")(text);
  if (parsed.kind === "problem") throw usageFailure(`--for: ${parsed.text}`, "pause");
  return parsed.value;
}
