/** `mmm acknowledge [NODE]`: ends a cooldown, and what followed from flapping. */
import type { ExitCode } from "../../errors.ts";
import type { Context } from "../command.ts";
import { groupOf, nodeOf } from "../groups.ts";
import { operate } from "../operate.ts";

export async function run(context: Context): Promise<ExitCode> {
  const { operands, options } = context;
  const [node = null] = operands;
  const { status } = await context.cluster().status();
  const group =
    node === null ? groupOf(status, options.group) : nodeOf(status, node, options.group).group;
  return await operate(context, { kind: "acknowledge", group: group.name, node });
}
