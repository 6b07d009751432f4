/** `mmm set_offline NODE` */
import type { ExitCode } from "../../errors.ts";
import type { Context } from "../command.ts";
import { nodeOf } from "../groups.ts";
import { operate } from "../operate.ts";

export async function run(context: Context): Promise<ExitCode> {
  const { status } = await context.cluster().status();
  const { group, node } = nodeOf(status, context.operands[0] ?? "", context.options.group);
  return await operate(context, { kind: "set-offline", group: group.name, node: node.name });
}
