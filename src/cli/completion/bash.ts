/** Completion for bash: one function, which goes by the command that stands on the line already. */
import { DEFAULT_CONFIG } from "../../adapters/config/load.ts";
import { type CommandWords, nodesOf, type OperandWords } from "./words.ts";

export function bashCompletion(commands: readonly CommandWords[]): readonly string[] {
  return [
    "# bash completion of mmm; made by: mmm completion bash",
    "_mmm() {",
    `  local current=\${COMP_WORDS[COMP_CWORD]} command= at=1 place=0 option= config=${DEFAULT_CONFIG}`,
    "  COMPREPLY=()",
    "  while ((at < COMP_CWORD)); do",
    "    case ${COMP_WORDS[at]} in",
    `      ${valueFlags(commands)})`,
    "        option=${COMP_WORDS[at]}",
    // For bash --config=FILE is three words.
    "        [[ ${COMP_WORDS[at + 1]} != '=' ]] || ((at += 1))",
    "        ((at += 1))",
    "        [[ $option != -c && $option != --config ]] || config=${COMP_WORDS[at]}",
    "        ;;",
    "      -*) ;;",
    "      *) if [[ -z $command ]]; then command=${COMP_WORDS[at]}; else ((place += 1)); fi ;;",
    "    esac",
    "    ((at += 1))",
    "  done",
    "  local options= words= action=",
    "  case $command in",
    ...commands.flatMap(caseOf),
    `    '') words='${commands.map(({ name }) => name).join(" ")}' ;;`,
    "  esac",
    "  case $action in",
    `    node) words=$(${nodesOf('"${config/#\\~/$HOME}"')}) ;;`,
    '    file) compopt -o filenames; COMPREPLY=($(compgen -f -- "$current")); [[ $current != -* ]] && return ;;',
    "  esac",
    "  [[ $current != -* ]] || words=$options",
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    "}",
    "complete -F _mmm mmm",
  ];
}

function caseOf({ name, options, operands }: CommandWords): readonly string[] {
  return [
    `    ${name})`,
    `      options='${options.map(({ flag }) => flag).join(" ")}'`,
    "      case $place in",
    ...operands.map((operand, place) => `        ${place}) ${settingOf(operand)} ;;`),
    "      esac",
    "      ;;",
  ];
}

function settingOf(operand: OperandWords): string {
  return operand.kind === "words" ? `words='${operand.words.join(" ")}'` : `action=${operand.kind}`;
}

/** Those that take the next word along. */
function valueFlags(commands: readonly CommandWords[]): string {
  const taking = commands.flatMap(({ options }) => options).filter(({ value }) => value !== null);
  const flags = taking.flatMap(({ flag, short }) =>
    short === null ? [flag] : [flag, `-${short}`],
  );
  return [...new Set(flags)].join(" | ");
}
