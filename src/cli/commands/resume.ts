/** `mmm resume`: the work that a pause was for is done. */
import type { ExitCode } from "../../errors.ts";
import type { Context } from "../command.ts";
import { groupOf } from "../groups.ts";
import { operate } from "../operate.ts";

export async function run(context: Context): Promise<ExitCode> {
  const { status } = await context.cluster().status();
  const group = groupOf(status, context.options.group);
  return await operate(context, { kind: "resume", group: group.name });
}
