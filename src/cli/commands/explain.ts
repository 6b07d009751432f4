/** `mmm explain`: would a failover happen now, and why or why not. */
import { EXIT, type ExitCode } from "../../errors.ts";
import { type Context, toJson } from "../command.ts";
import { groupOf } from "../groups.ts";
import { conditionsOf, renderExplain } from "../render/explain.ts";

export async function run(context: Context): Promise<ExitCode> {
  const { options, terminal } = context;
  const { status } = await context.cluster().status();
  const group = groupOf(status, options.group);
  const lines =
    options.output === "json"
      ? toJson({ group: group.name, conditions: conditionsOf(group, status.cluster) })
      : renderExplain(status, group, terminal.paint);
  terminal.print(lines);
  return EXIT.ok;
}
