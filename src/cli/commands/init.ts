/**
 * `mmm init [FILE]`: a first configuration, from flags, and from questions where a person sits; with --group
 * the file of one more group. What it writes was read by the program before; what is there already stays,
 * unless --force says so.
 */
import { existsSync, writeFileSync } from "node:fs";
import { DEFAULT_CONFIG } from "../../adapters/config/load.ts";
import { parseConfig } from "../../adapters/config/parse.ts";
import { configText, groupText } from "../../adapters/config/template.ts";
import { EXIT, type ExitCode, messageOf } from "../../errors.ts";
import { type Context, toJson } from "../command.ts";
import { Failure, usageFailure } from "../failure.ts";
import { countWarnings } from "../monitor-count.ts";
import { draftFrom, groupDraftFrom } from "../init/draft.ts";
import { checkWith, makeFolderOf, placeOf } from "../init/group-file.ts";
import { groupSteps, nextSteps } from "../init/next-steps.ts";

/** It may come to hold a password. */
const MODE = 0o640;

export async function run(context: Context): Promise<ExitCode> {
  const { operands, options, terminal } = context;
  const [file = options.config ?? DEFAULT_CONFIG] = operands;
  if (options.group !== undefined) return await addGroup(context, options.group);
  refuseExisting(file, options.force);
  const draft = await draftFrom(context);
  const text = configText(draft);
  const config = parseConfig(text, file);
  write(file, text, options.force);
  tell(context, file, nextSteps(file, draft));
  const warnings = [...config.warnings, ...countWarnings(config)];
  terminal.note(warnings.map((warning) => `WARNING: ${warning}`));
  return EXIT.ok;
}

/** Monitors and their certificates are not of a group. */
const NOT_OF_A_GROUP = ["monitor", "tls"] as const;

async function addGroup(context: Context, group: string): Promise<ExitCode> {
  const { operands, options, terminal } = context;
  const wrong = NOT_OF_A_GROUP.find((name) => options[name] !== undefined);
  if (wrong !== undefined)
    throw usageFailure(`--${wrong} is of all groups; it stands in the file that includes`, "init");
  if (operands.length > 0)
    throw usageFailure("with --group the file's place follows from the include", "init");
  const place = placeOf(group, options.config ?? DEFAULT_CONFIG);
  refuseExisting(place.file, options.force);
  const draft = await groupDraftFrom(context, place.interface === null);
  const text = groupText(draft, place.main);
  const warnings = checkWith(text, place);
  makeFolderOf(place.file);
  write(place.file, text, options.force);
  tell(context, place.file, groupSteps(place, draft, group));
  terminal.note(warnings.map((warning) => `WARNING: ${warning}`));
  return EXIT.ok;
}

function refuseExisting(file: string, isForced = false): void {
  if (!isForced && existsSync(file)) throw exists(file);
}

function write(file: string, text: string, isForced = false): void {
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

function tell({ terminal, options }: Context, file: string, next: readonly string[]): void {
  terminal.print(
    options.output === "json"
      ? toJson({ file, next })
      : [
          `OK: wrote ${file}`,
          ...next.map((step, at) => `${at === 0 ? "next: " : "      "}${step}`),
        ],
  );
}
