/** `mmm status`, once or for as long as somebody watches. */
import { setTimeout as sleep } from "node:timers/promises";
import { duration } from "../../adapters/config/values.ts";
import { EXIT, type ExitCode } from "../../errors.ts";
import type { StatusAnswer } from "../cluster.ts";
import { type Context, toJson } from "../command.ts";
import { Failure, usageFailure } from "../failure.ts";
import { groupOf } from "../groups.ts";
import { stableLines } from "../render/changes.ts";
import { showInstant } from "../render/quantities.ts";
import { renderStatus } from "../render/status.ts";

export async function run(context: Context): Promise<ExitCode> {
  const { options, terminal } = context;
  checkForm(context);
  if (options.watch === true) return await watch(context);
  const answer = await ask(context);
  terminal.print(options.output === "json" ? toJson(answer.status) : render(answer, context));
  return exitCodeOf(answer);
}

/** With --group, what others have to do with is left out; the exit code speaks of all all the same. */
async function ask(context: Context): Promise<StatusAnswer> {
  const answer = await context.cluster().status();
  const wanted = context.options.group;
  if (wanted === undefined) return answer;
  return { ...answer, status: { ...answer.status, groups: [groupOf(answer.status, wanted)] } };
}

function checkForm({ options }: Context): void {
  const { output = "table", watch: watching = false, interval } = options;
  if (output === "jsonl" && !watching)
    throw usageFailure("-o jsonl is for --watch; write -o json", "status");
  if (interval !== undefined && !watching)
    throw usageFailure("--interval is for --watch", "status");
}

function render({ status }: StatusAnswer, { options, terminal }: Context): readonly string[] {
  const { paint, columns } = terminal;
  return renderStatus(status, { cluster: options.cluster === true, paint, columns: columns() });
}

function exitCodeOf({ leader, hasQuorum, degraded }: StatusAnswer): ExitCode {
  if (leader === null || !hasQuorum) return EXIT.noQuorum;
  return degraded ? EXIT.degraded : EXIT.ok;
}

/** A screen is redrawn; anything else gets what changed, so that a log of it can be read. */
async function watch(context: Context): Promise<ExitCode> {
  const { terminal, options } = context;
  const intervalMs = intervalOf(options.interval);
  const show = viewOf(context);
  const interrupted = terminal.interrupted();
  let code: ExitCode = EXIT.ok;
  while (!interrupted.aborted) {
    const answer = await look(context);
    if (answer !== null) code = exitCodeOf(answer);
    show(answer);
    await sleep(intervalMs, undefined, { signal: interrupted }).catch(() => undefined);
  }
  return code;
}

/** While nobody answers there is nothing to show, and every reason to go on watching. */
async function look(context: Context): Promise<StatusAnswer | null> {
  try {
    return await ask(context);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    context.terminal.note(error.lines);
    return null;
  }
}

function viewOf(context: Context): (answer: StatusAnswer | null) => void {
  const { terminal, options } = context;
  const json = options.output === "json" || options.output === "jsonl";
  let last: readonly string[] = [];
  return (answer) => {
    if (answer === null) return;
    if (terminal.screen && !json) {
      terminal.redraw(render(answer, context));
      return;
    }
    const now = stableLines(answer.status);
    const changed = now.filter((line) => !last.includes(line));
    last = now;
    if (changed.length === 0) return;
    const at = showInstant(answer.status.at);
    terminal.print(json ? [JSON.stringify(answer.status)] : changed.map((line) => `${at} ${line}`));
  };
}

function intervalOf(text: string | undefined): number {
  const parsed = duration("100ms", "1h")(text ?? "1s");
  if (parsed.kind === "problem") throw usageFailure(`--interval: ${parsed.text}`, "status");
  return parsed.value;
}
