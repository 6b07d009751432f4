/** `mmm ping`: whether a monitor answers that could act. */
import { EXIT, type ExitCode } from "../../errors.ts";
import { type Context, toJson } from "../command.ts";

export async function run({ cluster, options, terminal }: Context): Promise<ExitCode> {
  const { status, leader, hasQuorum } = await cluster().status();
  const { name } = status.answered_by;
  const ok = leader !== null && hasQuorum;
  if (options.output === "json") terminal.print(toJson({ answered_by: name, leader, ok }));
  else if (ok) terminal.print([`OK: Pinged successfully! ${name} answers, ${leader} leads`]);
  else
    terminal.note([
      `ERROR: ${name} answers, but ${hasQuorum ? "nobody leads" : "it knows of no majority"}`,
    ]);
  return ok ? EXIT.ok : EXIT.noQuorum;
}
