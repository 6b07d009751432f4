/** `mmm mode` shows how much the monitors do by themselves; `mmm mode passive` changes it. */
import { choice } from "../../adapters/config/values.ts";
import { EXIT, type ExitCode } from "../../errors.ts";
import { type Context, toJson } from "../command.ts";
import { usageFailure } from "../failure.ts";
import { groupOf } from "../groups.ts";
import { operate } from "../operate.ts";

export async function run(context: Context): Promise<ExitCode> {
  return await showOrSet(context, context.operands[0]);
}

export async function showOrSet(context: Context, wanted: string | undefined): Promise<ExitCode> {
  const { options, terminal } = context;
  const mode = wanted === undefined ? null : choice("active", "manual", "passive", "wait")(wanted);
  if (mode?.kind === "problem") throw usageFailure(`mode ${mode.text}`, "mode");
  const { status } = await context.cluster().status();
  const group = groupOf(status, options.group);
  if (mode !== null)
    return await operate(context, { kind: "set-mode", group: group.name, mode: mode.value });
  terminal.print(
    options.output === "json" ? toJson({ group: group.name, mode: group.mode }) : [group.mode],
  );
  return EXIT.ok;
}
