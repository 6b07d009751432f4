/** `mmm history [-n COUNT]` lists what happened; `mmm history [show] EPOCH` tells all of one operation. */
import { wholeNumber } from "../../adapters/config/values.ts";
import type { HistoryEntry } from "../../core/status-types.ts";
import { EXIT, type ExitCode } from "../../errors.ts";
import { type Context, toJson } from "../command.ts";
import { Failure, usageFailure } from "../failure.ts";
import { pauseCell } from "../render/status.ts";
import { renderHistory } from "../render/history.ts";
import { renderPast } from "../render/past.ts";

const DEFAULT_COUNT = "20";

export async function run(context: Context): Promise<ExitCode> {
  const { options, terminal, operands } = context;
  if (operands.length > 0) return await show(context);
  const json = options.output === "json";
  const entries = await context
    .cluster()
    .history(countOf(options.number, json), options.group ?? "");
  const form = { verbose: options.verbose === true, paint: terminal.paint };
  terminal.print(json ? toJson(entries) : renderHistory(entries, form));
  if (!json) await tellOfPauses(context);
  return EXIT.ok;
}

/** Epochs are of the whole cluster: no two operations have the same. */
async function show(context: Context): Promise<ExitCode> {
  const { operands, options, terminal } = context;
  const text = epochIn(operands);
  const epoch = wholeNumber(0, Number.MAX_SAFE_INTEGER)(text);
  if (epoch.kind === "problem") {
    throw usageFailure(
      `"${text}" is no epoch: a number of the first column of mmm history`,
      "history",
    );
  }
  const all = await context.cluster().history(0, options.group ?? "");
  const found = all.filter((entry) => entry.epoch === epoch.value);
  if (found.length === 0) {
    throw new Failure(EXIT.usage, [
      `error: the history has no epoch ${text}, or not any more${newestOf(all)}`,
      "try: mmm history",
    ]);
  }
  const json = options.output === "json";
  terminal.print(json ? toJson(found) : found.flatMap((one) => renderPast(one, terminal.paint)));
  return EXIT.ok;
}

/** @throws Failure */
function epochIn([word = "", ...rest]: readonly string[]): string {
  if (word !== "show") {
    if (rest.length === 0) return word;
    throw usageFailure(`history does not know "${word}"; write show EPOCH, or EPOCH`, "history");
  }
  const [text] = rest;
  if (text !== undefined) return text;
  throw usageFailure(
    "history show needs an EPOCH: a number of the first column of mmm history",
    "history",
  );
}

const NEWEST_COUNT = 5;

function newestOf(entries: readonly HistoryEntry[]): string {
  const epochs = [...new Set(entries.map(({ epoch }) => epoch))].sort((a, b) => b - a);
  return epochs.length === 0 ? "" : `; the newest are ${epochs.slice(0, NEWEST_COUNT).join(", ")}`;
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
