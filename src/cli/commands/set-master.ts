/** `mmm set_master NODE`, as it was called in 2011: a switchover to that node. */
import type { ExitCode } from "../../errors.ts";
import type { Context } from "../command.ts";
import { switchOver } from "./switchover.ts";

export async function run(context: Context): Promise<ExitCode> {
  return await switchOver(context, context.operands[0] ?? null);
}
