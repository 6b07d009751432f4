/**
 * What a shell may complete behind `mmm`, from the same table that the commands are checked against.
 * What it says is fixed when it is printed: a shell that waits for a program at every key would be
 * worse than one that knows less. Only names of nodes are read anew, from the configuration.
 */
import { COMMON, OPTIONS, type OptionName } from "../arguments.ts";
import { type CommandSpec, optionText } from "../command.ts";
import { COMMANDS } from "../commands.ts";

export interface CommandWords {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly OptionWords[];
  /** One for each word that may stand behind the command. */
  readonly operands: readonly OperandWords[];
}

export interface OptionWords {
  readonly flag: `--${string}`;
  readonly short: string | null;
  /** What follows it; null: nothing. */
  readonly value: OperandWords | null;
  readonly help: string;
}

/** `words`: one of these. `node`, `file`: such a name. `other`: nothing that could be known here. */
export type OperandWords =
  | { readonly kind: "words"; readonly words: readonly string[] }
  | { readonly kind: "node" | "file" | "other" };

/**
 * Nodes are the sections without a colon.
 * @param file the one that the command will go by, as the shell writes that
 */
export function nodesOf(file: string): string {
  return `sed -n 's/^\\[\\([A-Za-z0-9_-]*\\)\\].*/\\1/p' ${file} 2>/dev/null`;
}

/** The options of every command. */
export function commonWords(): readonly OptionWords[] {
  return COMMON.map((name) => optionWords(name, null));
}

export function commandWords(): readonly CommandWords[] {
  const common = commonWords();
  return COMMANDS.map((spec) => ({
    name: spec.name,
    summary: spec.summary,
    options: [...spec.options.map((option) => optionWords(option, spec)), ...common],
    operands: spec.operands
      .split(" ")
      .filter((word) => word !== "")
      .map(spec.name === "help" ? () => theCommands() : operandWords),
  }));
}

function theCommands(): OperandWords {
  return { kind: "words", words: COMMANDS.map(({ name }) => name) };
}

function optionWords(name: OptionName, spec: CommandSpec | null): OptionWords {
  const option: { readonly type: string; readonly short?: string } = OPTIONS[name];
  const { value, text } = optionText(name, spec);
  return {
    flag: `--${name}`,
    short: option.short ?? null,
    value: option.type === "string" ? operandWords(value) : null,
    help: text,
  };
}

/** `NODE`, `[NODE]`, `add|remove`: as help writes it. */
function operandWords(text: string): OperandWords {
  const word = text.replace(/^\[|\]$/g, "");
  if (word.includes("|")) return { kind: "words", words: word.split("|") };
  if (word === "NODE") return { kind: "node" };
  return { kind: word === "FILE" || word === "PATH" ? "file" : "other" };
}
