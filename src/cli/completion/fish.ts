/** Completion for fish: one line for each thing that may stand somewhere. */
import { DEFAULT_CONFIG } from "../../adapters/config/load.ts";
import { type CommandWords, nodesOf, type OperandWords, type OptionWords } from "./words.ts";

export function fishCompletion(commands: readonly CommandWords[]): readonly string[] {
  return [
    "# fish completion of mmm; made by: mmm completion fish",
    "function __mmm_nodes",
    `  set -l file ${DEFAULT_CONFIG}`,
    "  set -l given (commandline -opc)",
    "  for at in (seq (count $given))",
    "    switch $given[$at]",
    "      case -c --config",
    "        set file $given[(math $at + 1)]",
    "      case '--config=*'",
    "        set file (string replace -- --config= '' $given[$at])",
    "    end",
    "  end",
    `  ${nodesOf('(string replace -r "^~" $HOME -- "$file")')}`,
    "end",
    "complete -c mmm -f",
    ...commands.flatMap(({ name, summary, options, operands }) => [
      `complete -c mmm -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
      ...options.map((option) => optionLine(name, option)),
      ...operands.flatMap((operand) => operandLine(name, operand)),
    ]),
  ];
}

function optionLine(command: string, { flag, short, value, help }: OptionWords): string {
  const names = `-l ${flag.slice(2)}${short === null ? "" : ` -s ${short}`}`;
  const taken = value === null ? "" : ` -r ${argumentOf(value)}`;
  return `${behind(command)} ${names}${taken} -d ${quoted(help)}`;
}

function operandLine(command: string, operand: OperandWords): readonly string[] {
  return operand.kind === "other" ? [] : [`${behind(command)} ${argumentOf(operand)}`];
}

function behind(command: string): string {
  return `complete -c mmm -n '__fish_seen_subcommand_from ${command}'`;
}

function argumentOf(operand: OperandWords): string {
  switch (operand.kind) {
    case "words":
      return `-a '${operand.words.join(" ")}'`;
    case "node":
      return "-a '(__mmm_nodes)'";
    case "file":
      return "-F";
    case "other":
      return "";
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
