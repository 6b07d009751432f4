/**
 * `mmm init [FILE]`: a first configuration, from flags, and from questions where a person sits. What
 * it writes was read by the program before; what is there already stays, unless --force says so.
 */
import { existsSync, writeFileSync } from "node:fs";
import { DEFAULT_CONFIG } from "../../adapters/config/load.ts";
import { parseConfig } from "../../adapters/config/parse.ts";
import { configText, type Draft } from "../../adapters/config/template.ts";
import { EXIT, type ExitCode, messageOf } from "../../errors.ts";
import { type Context, toJson } from "../command.ts";
import { Failure } from "../failure.ts";
import { draftFrom } from "../init/draft.ts";
import { nextSteps } from "../init/next-steps.ts";

/** It may come to hold a password. */
const MODE = 0o640;

export async function run(context: Context): Promise<ExitCode> {
  const { operands, options, terminal } = context;
  const [file = options.config ?? DEFAULT_CONFIG] = operands;
  const isForced = options.force === true;
  if (!isForced && existsSync(file)) throw exists(file);
  const draft = await draftFrom(context);
  const text = configText(draft);
  const { warnings } = parseConfig(text, file);
  write(file, text, isForced);
  tell(context, file, draft);
  terminal.note(warnings.map((warning) => `WARNING: ${warning}`));
  return EXIT.ok;
}

function write(file: string, text: string, isForced: boolean): void {
  try {
    writeFileSync(file, text, { mode: MODE, flag: isForced ? "w" : "wx" });
  } catch (error) {
    if (!isForced && existsSync(file)) throw exists(file);
    throw new Failure(EXIT.unexpected, [
      `error: cannot write ${file}: ${messageOf(error)}`,
      "try: mmm init OTHER-FILE",
    ]);
  }
}

function exists(file: string): Failure {
  return new Failure(EXIT.refused, [
    `error: ${file} exists; nothing was written`,
    `try: mmm init OTHER-FILE, or to replace it: mmm init ${file} --force`,
  ]);
}

function tell({ terminal, options }: Context, file: string, draft: Draft): void {
  const next = nextSteps(file, draft);
  terminal.print(
    options.output === "json"
      ? toJson({ file, next })
      : [
          `OK: wrote ${file}`,
          ...next.map((step, at) => `${at === 0 ? "next: " : "      "}${step}`),
        ],
  );
}
