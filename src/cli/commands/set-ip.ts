/** `mmm set_ip IP NODE`: a reader VIP goes where a person wants it; the writer's goes with its master. */
import { isIPv4 } from "node:net";
import type { GroupStatus } from "../../core/status-types.ts";
import type { ExitCode } from "../../errors.ts";
import type { Context } from "../command.ts";
import { usageFailure } from "../failure.ts";
import { nodeOf } from "../groups.ts";
import { operate } from "../operate.ts";
import { switchOver } from "./switchover.ts";

export async function run(context: Context): Promise<ExitCode> {
  const [ip = "", name = ""] = context.operands;
  if (!isIPv4(ip)) throw usageFailure(`"${ip}" is not an IPv4 address`, "set_ip");
  const { status } = await context.cluster().status();
  const { group, node } = nodeOf(status, name, context.options.group);
  if (group.writer?.ip === ip) return await switchOver(context, node.name);
  if (!group.readers.some((vip) => vip.ip === ip)) throw unknown(ip, group);
  return await operate(context, { kind: "move-reader", group: group.name, ip, node: node.name });
}

function unknown(ip: string, { name, writer, readers }: GroupStatus): Error {
  const known = [writer, ...readers].flatMap((vip) => (vip === null ? [] : [vip.ip]));
  const list = known.length === 0 ? "it has none" : `it has ${known.join(", ")}`;
  return usageFailure(`${ip} is no virtual IP of group ${name}; ${list}`, "set_ip");
}
