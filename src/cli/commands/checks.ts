/** `mmm checks [NODE]`: one line per check; exits with 6 if one failed. */
import { EXIT, type ExitCode } from "../../errors.ts";
import { type Context, toJson } from "../command.ts";
import { groupOf, nodeOf } from "../groups.ts";
import { checksOf, renderChecks } from "../render/checks.ts";

export async function run(context: Context): Promise<ExitCode> {
  const { options, terminal, operands } = context;
  const { status } = await context.cluster().status();
  const [name] = operands;
  const group =
    name === undefined ? groupOf(status, options.group) : nodeOf(status, name, options.group).group;
  const nodes = group.nodes.filter((node) => name === undefined || node.name === name);
  const { cluster } = status;
  const all = nodes.flatMap((node) =>
    checksOf(node, group, cluster).map((check) => ({
      node: node.name,
      check: check.name,
      ok: check.ok,
      text: check.text,
    })),
  );
  terminal.print(
    options.output === "json" ? toJson(all) : renderChecks(group, nodes, cluster, terminal.paint),
  );
  return all.some(({ ok }) => ok === false) ? EXIT.degraded : EXIT.ok;
}
