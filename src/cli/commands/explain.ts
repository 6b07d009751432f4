/**
 * `mmm explain`: would a failover happen now, and why or why not; and why the last one did. With NODE only
 * whether that one could take over.
 */
import { EXIT, type ExitCode } from "../../errors.ts";
import { type Context, toJson } from "../command.ts";
import { groupOf, nodeOf } from "../groups.ts";
import { explanationOf, renderExplain } from "../render/explain.ts";
import { nodeExplanationOf, renderNodeExplanation } from "../render/explain-node.ts";

/** Among the newest so many is the last failover or switchover, if anybody remembers it. */
const LOOK_BACK = 500;

export async function run(context: Context): Promise<ExitCode> {
  const { options, terminal, operands } = context;
  const [name] = operands;
  if (name !== undefined) return await explainNode(context, name);
  const { status } = await context.cluster().status();
  const group = groupOf(status, options.group);
  const history = await context.cluster().history(LOOK_BACK, group.name);
  const explained = explanationOf(status, group, history);
  terminal.print(
    options.output === "json" ? toJson(explained) : renderExplain(explained, terminal.paint),
  );
  return EXIT.ok;
}

async function explainNode(
  { options, terminal, cluster }: Context,
  name: string,
): Promise<ExitCode> {
  const { status } = await cluster().status();
  const { group, node } = nodeOf(status, name, options.group);
  terminal.print(
    options.output === "json"
      ? toJson(nodeExplanationOf(group, node))
      : renderNodeExplanation(group, node, terminal.paint),
  );
  return EXIT.ok;
}
