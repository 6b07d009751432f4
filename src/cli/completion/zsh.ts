/** Completion for zsh, as a function for its fpath. */
import { DEFAULT_CONFIG } from "../../adapters/config/load.ts";
import {
  type CommandWords,
  commonWords,
  nodesOf,
  type OperandWords,
  type OptionWords,
} from "./words.ts";

export function zshCompletion(commands: readonly CommandWords[]): readonly string[] {
  return [
    "#compdef mmm",
    "# zsh completion of mmm; made by: mmm completion zsh",
    "_mmm_nodes() {",
    `  local file=${DEFAULT_CONFIG} at`,
    "  for ((at = 1; at <= $#given; at++)); do",
    "    case ${given[at]} in",
    "      -c | --config) file=${given[at + 1]} ;;",
    "      --config=*) file=${given[at]#--config=} ;;",
    "    esac",
    "  done",
    `  compadd -- \${(f)"$(${nodesOf('"${file/#\\~/$HOME}"')})"}`,
    "}",
    "_mmm_commands() {",
    "  local -a commands=(",
    ...commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`),
    "  )",
    "  _describe command commands",
    "}",
    "_mmm() {",
    "  local line state",
    // What _arguments hands on begins with the command; options may stand before it.
    '  local -a given=("${words[@]}")',
    "  _arguments -C \\",
    ...commonWords()
      .flatMap(optionSpec)
      .map((spec) => `    ${spec} \\`),
    "    '(-): :_mmm_commands' '(-)*::argument:->arguments'",
    "  [[ $state == arguments ]] || return",
    "  case ${line[1]} in",
    ...commands.flatMap(caseOf),
    "  esac",
    "}",
    '_mmm "$@"',
  ];
}

function caseOf({ name, options, operands }: CommandWords): readonly string[] {
  const specs = [...operands.map(operandSpec), ...options.flatMap(optionSpec)];
  return [
    `    ${name})`,
    "      _arguments \\",
    ...specs.map((spec, index) => `        ${spec}${index < specs.length - 1 ? " \\" : ""}`),
    "      ;;",
  ];
}

function operandSpec(operand: OperandWords, index: number): string {
  return quoted(`${index + 1}: :${actionOf(operand)}`);
}

function optionSpec({ flag, short, value, help }: OptionWords): readonly string[] {
  const text = `[${help.replaceAll(/[[\]:]/g, " ")}]`;
  const action = value === null ? "" : `: :${actionOf(value)}`;
  const long = value === null ? flag : `${flag}=`;
  const names = short === null ? [long] : [long, `-${short}`];
  return names.map((name) => quoted(`${name}${text}${action}`));
}

function actionOf(operand: OperandWords): string {
  switch (operand.kind) {
    case "words":
      return `(${operand.words.join(" ")})`;
    case "node":
      return "_mmm_nodes";
    case "file":
      return "_files";
    case "other":
      return " ";
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
