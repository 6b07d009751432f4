/** `mmm set_passive`, as in mysql-mmm: `mmm mode passive`. */
import type { ExitCode } from "../../errors.ts";
import type { Context } from "../command.ts";
import { showOrSet } from "./mode.ts";

export async function run(context: Context): Promise<ExitCode> {
  return await showOrSet(context, "passive");
}
