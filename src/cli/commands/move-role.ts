/**
 * `mmm move_role [--force] writer|reader NODE`, as in mysql-mmm. The writer role is the master's: without
 * --force it moves by a switchover, which loses nothing; with it, by a failover.
 */
import type { ExitCode } from "../../errors.ts";
import type { Context } from "../command.ts";
import { usageFailure } from "../failure.ts";
import { nodeOf } from "../groups.ts";
import { operate } from "../operate.ts";
import { failOverTo } from "./failover.ts";
import { switchOver } from "./switchover.ts";

export async function run(context: Context): Promise<ExitCode> {
  const [role = "", name = ""] = context.operands;
  const force = context.options.force === true;
  if (role === "writer")
    return force ? await failOverTo(context, name) : await switchOver(context, name);
  if (role !== "reader")
    throw usageFailure(`there is no role "${role}"; write writer or reader`, "move_role");
  return await moveReader(context, name);
}

/** A role with several addresses has no one place: then the address has to be said. */
async function moveReader(context: Context, name: string): Promise<ExitCode> {
  const { status } = await context.cluster().status();
  const { group, node } = nodeOf(status, name, context.options.group);
  const [only] = group.readers;
  if (only === undefined)
    throw usageFailure(`group ${group.name} has no reader VIP (slave_ip)`, "move_role");
  if (group.readers.length > 1) {
    const ips = group.readers.map(({ ip }) => ip).join("|");
    throw usageFailure(`there are several reader VIPs: mmm set_ip ${ips} ${name}`, "set_ip");
  }
  const { ip } = only;
  return await operate(context, { kind: "move-reader", group: group.name, ip, node: node.name });
}
