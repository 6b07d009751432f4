/** `mmm completion bash|zsh|fish` prints what makes that shell complete commands, options and nodes. */
import { EXIT, type ExitCode } from "../../errors.ts";
import type { Context } from "../command.ts";
import { bashCompletion } from "../completion/bash.ts";
import { fishCompletion } from "../completion/fish.ts";
import { type CommandWords, commandWords } from "../completion/words.ts";
import { zshCompletion } from "../completion/zsh.ts";
import { usageFailure } from "../failure.ts";

const SHELLS: Readonly<Record<string, (commands: readonly CommandWords[]) => readonly string[]>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

export function run({ operands, terminal }: Context): Promise<ExitCode> {
  const [shell = ""] = operands;
  const complete = SHELLS[shell];
  if (complete === undefined)
    throw usageFailure(`completion is for bash, zsh or fish, not "${shell}"`, "completion");
  terminal.print(complete(commandWords()));
  return Promise.resolve(EXIT.ok);
}
