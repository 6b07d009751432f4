/** `mmm failover --force`: a failover by hand, which may lose acknowledged writes. */
import type { ExitCode } from "../../errors.ts";
import type { Context } from "../command.ts";
import { confirmByName } from "../confirm.ts";
import { usageFailure } from "../failure.ts";
import { groupOf, nodeOf } from "../groups.ts";
import { operate } from "../operate.ts";
import { failoverPlan } from "../render/plan.ts";

export async function run(context: Context): Promise<ExitCode> {
  const { options } = context;
  if (options.force !== true) {
    throw usageFailure(
      `a failover by hand may lose acknowledged writes: add --force, or use "mmm switchover", which loses nothing`,
      "failover",
    );
  }
  return await failOverTo(context, options.to ?? null);
}

export async function failOverTo(context: Context, to: string | null): Promise<ExitCode> {
  const { options } = context;
  const { status } = await context.cluster().status();
  const group =
    to === null ? groupOf(status, options.group) : nodeOf(status, to, options.group).group;
  await confirmByName(context, failoverPlan(status, group, to), group.master ?? group.name);
  const acceptDataLoss = options["accept-data-loss"] === true;
  return await operate(context, { kind: "failover", group: group.name, to, acceptDataLoss });
}
