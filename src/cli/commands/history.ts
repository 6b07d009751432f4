/** `mmm history [-n COUNT]` */
import { wholeNumber } from "../../adapters/config/values.ts";
import { EXIT, type ExitCode } from "../../errors.ts";
import { type Context, toJson } from "../command.ts";
import { usageFailure } from "../failure.ts";
import { pauseCell } from "../render/status.ts";
import { renderHistory } from "../render/history.ts";

const DEFAULT_COUNT = "20";

export async function run(context: Context): Promise<ExitCode> {
  const { options, terminal } = context;
  const json = options.output === "json";
  const entries = await context
    .cluster()
    .history(countOf(options.number, json), options.group ?? "");
  const form = { verbose: options.verbose === true, paint: terminal.paint };
  terminal.print(json ? toJson(entries) : renderHistory(entries, form));
  if (!json) await tellOfPauses(context);
  return EXIT.ok;
}

/** Whoever reads what happened must not miss why nothing happens now. */
async function tellOfPauses({ cluster, options, terminal }: Context): Promise<void> {
  const { status } = await cluster().status();
  const groups = status.groups.filter(({ name }) => name === (options.group ?? name));
  terminal.note(
    groups.flatMap(({ name, pause }) =>
      pause === null ? [] : [`group ${name} is ${pauseCell(pause)}, by ${pause.by}`],
    ),
  );
}

/** Programs get everything, unless they say otherwise. */
function countOf(text: string | undefined, json: boolean): number {
  const parsed = wholeNumber(0, 1_000_000)(text ?? (json ? "0" : DEFAULT_COUNT));
  if (parsed.kind === "problem") throw usageFailure(`-n: ${parsed.text}`, "history");
  return parsed.value;
}
