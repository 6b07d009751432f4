/** `mmm checks [NODE|all [CHECK|all]]`: one line per check; exits with 6 if one failed or is not known. */
import { EXIT, type ExitCode } from "../../errors.ts";
import { type Context, toJson } from "../command.ts";
import { usageFailure } from "../failure.ts";
import { groupOf, nodeOf } from "../groups.ts";
import { CHECKS, isWell, nodeChecks, renderChecks } from "../render/checks.ts";

export async function run(context: Context): Promise<ExitCode> {
  const { options, terminal, operands } = context;
  const { status } = await context.cluster().status();
  const [name, wanted] = operands.map((word) => (word === "all" ? undefined : word));
  if (wanted !== undefined && !CHECKS.includes(wanted))
    throw usageFailure(`there is no check "${wanted}"; there is ${CHECKS.join(", ")}`, "checks");
  const group =
    name === undefined ? groupOf(status, options.group) : nodeOf(status, name, options.group).group;
  const nodes = group.nodes.filter((node) => name === undefined || node.name === name);
  const all = nodes
    .flatMap((node) => nodeChecks(node, group, status))
    .filter(({ check }) => wanted === undefined || check === wanted);
  terminal.print(options.output === "json" ? toJson(all) : renderChecks(all, terminal.paint));
  return all.every(isWell) ? EXIT.ok : EXIT.degraded;
}
