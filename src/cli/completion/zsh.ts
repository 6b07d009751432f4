/** Completion for zsh, as a function for its fpath. */
import { type CommandWords, NODES_OF_FILE, type OperandWords, type OptionWords } from "./words.ts";

export function zshCompletion(commands: readonly CommandWords[]): readonly string[] {
  return [
    "#compdef mmm",
    "# zsh completion of mmm; made by: mmm completion zsh",
    "_mmm_nodes() {",
    `  compadd -- \${(f)"$(${NODES_OF_FILE})"}`,
    "}",
    "_mmm_commands() {",
    "  local -a commands=(",
    ...commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`),
    "  )",
    "  _describe command commands",
    "}",
    "_mmm() {",
    "  local line state",
    "  _arguments -C '1: :_mmm_commands' '*::argument:->arguments'",
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
  const names = short === null ? [flag] : [flag, `-${short}`];
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
