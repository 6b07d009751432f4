/** `mmm info NODE` */
import { EXIT, type ExitCode } from "../../errors.ts";
import { type Context, toJson } from "../command.ts";
import { nodeOf } from "../groups.ts";
import { renderInfo } from "../render/info.ts";

export async function run(context: Context): Promise<ExitCode> {
  const { options, terminal, operands } = context;
  const { status } = await context.cluster().status();
  const { group, node } = nodeOf(status, operands[0] ?? "", options.group);
  const lines =
    options.output === "json"
      ? toJson({ group: group.name, ...node })
      : renderInfo(node, group, status.cluster, terminal.paint);
  terminal.print(lines);
  return EXIT.ok;
}
