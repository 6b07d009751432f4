/** `mmm show`: hosts, states and roles in the form of mysql-mmm. */
import type { ExitCode } from "../../errors.ts";
import { EXIT } from "../../errors.ts";
import { type Context, toJson } from "../command.ts";
import { groupOf } from "../groups.ts";
import { renderShow } from "../render/show.ts";

export async function run({ cluster, options, terminal }: Context): Promise<ExitCode> {
  const { status } = await cluster().status();
  const groups = options.group === undefined ? status.groups : [groupOf(status, options.group)];
  const lines = groups.flatMap((group) => renderShow(group, groups.length > 1));
  terminal.print(options.output === "json" ? toJson(groups) : lines);
  return EXIT.ok;
}
