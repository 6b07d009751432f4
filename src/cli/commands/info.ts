/** `mmm info NODE` */
import type { HistoryEntry } from "../../core/status-types.ts";
import { EXIT, type ExitCode } from "../../errors.ts";
import { type Context, toJson } from "../command.ts";
import { Failure } from "../failure.ts";
import { nodeOf } from "../groups.ts";
import { renderInfo } from "../render/info.ts";

export async function run(context: Context): Promise<ExitCode> {
  const { options, terminal, operands } = context;
  const { status } = await context.cluster().status();
  const { group, node } = nodeOf(status, operands[0] ?? "", options.group);
  const events = await eventsOf(context, group.name, node.name);
  const { cluster } = status;
  terminal.print(
    options.output === "json"
      ? toJson({ group: group.name, ...node, events })
      : renderInfo({ node, group, cluster, events }, terminal.paint),
  );
  return EXIT.ok;
}

/** The rest is worth showing without it, too. */
async function eventsOf(
  { cluster }: Context,
  group: string,
  node: string,
): Promise<readonly HistoryEntry[] | null> {
  try {
    const all = await cluster().history(0, group);
    return all.filter(({ from, to }) => from === node || to === node);
  } catch (error) {
    if (error instanceof Failure) return null;
    throw error;
  }
}
