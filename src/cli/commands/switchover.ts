/** `mmm switchover [--to NODE]`: a planned change of master, which loses nothing. */
import { EXIT, type ExitCode } from "../../errors.ts";
import type { Context } from "../command.ts";
import { confirm } from "../confirm.ts";
import { groupOf, nodeOf } from "../groups.ts";
import { operate } from "../operate.ts";
import { switchoverPlan } from "../render/plan.ts";

export async function run(context: Context): Promise<ExitCode> {
  return await switchOver(context, context.options.to ?? null);
}

export async function switchOver(context: Context, to: string | null): Promise<ExitCode> {
  const { options, terminal } = context;
  const { status } = await context.cluster().status();
  const group =
    to === null ? groupOf(status, options.group) : nodeOf(status, to, options.group).group;
  if (to !== null && to === group.master) {
    terminal.print([`OK: ${to} is already the master of ${group.name}`]);
    return EXIT.ok;
  }
  const question = `Switch ${group.name} over from ${group.master ?? "its master"} to ${to ?? "the best replica"}?`;
  await confirm(context, switchoverPlan(status, group, to), question);
  return await operate(context, { kind: "switchover", group: group.name, to });
}
