/** `mmm help [COMMAND]` */
import { EXIT, type ExitCode } from "../../errors.ts";
import { COMMON, type OptionName } from "../arguments.ts";
import { type CommandSpec, type Context, optionText } from "../command.ts";
import { COMMANDS, specOf } from "../commands.ts";
import { examplesOf } from "../examples.ts";

export function run({ operands, terminal }: Context): Promise<ExitCode> {
  const [name] = operands;
  terminal.print(name === undefined ? overview() : helpOn(name));
  return Promise.resolve(EXIT.ok);
}

export function overview(): readonly string[] {
  return [
    "usage: mmm [OPTIONS] COMMAND [ARGUMENTS]",
    "",
    "Asks the monitors of redis-mmm, and tells them what to do. Any monitor will do.",
    "",
    ...columns(COMMANDS.map((command) => [usageOf(command), command.summary])),
    "",
    "options of every command:",
    ...columns(COMMON.map((name) => optionLine(name, null))),
    "",
    "exit codes: 0 ok, 1 unexpected, 2 usage, 3 configuration, 4 no monitor answers, 5 no leader or",
    "no majority, 6 degraded, 7 refused by a safety rule, 8 failed or outcome unknown",
  ];
}

export function helpOn(name: string): readonly string[] {
  const command = specOf(name);
  return [
    `usage: mmm ${usageOf(command)}${command.options.length === 0 ? "" : " [OPTIONS]"}`,
    "",
    `${command.summary}.`,
    ...command.details,
    ...(command.options.length === 0
      ? []
      : ["", ...columns(command.options.map((option) => optionLine(option, command)))]),
    ...examples(name),
  ];
}

/** Wider than this, what it does stands in front of a line. */
const WIDEST_EXAMPLE = 60;

function examples(command: string): readonly string[] {
  const all = examplesOf(command);
  if (all.length === 0) return [];
  const short = all.filter(({ line }) => line.length <= WIDEST_EXAMPLE);
  const long = all.filter(({ line }) => line.length > WIDEST_EXAMPLE);
  return [
    "",
    "examples:",
    ...columns(short.map(({ line, tells }) => [line, `# ${tells}`])),
    ...long.flatMap(({ line, tells }) => [`  # ${tells}`, ...wrapped(line)]),
  ];
}

const WIDTH = 100;

/** A long command, over several lines as a shell takes them. */
function wrapped(line: string): readonly string[] {
  const lines: string[] = [""];
  for (const word of line.split(/ (?=--)/)) {
    const longer = `${lines.at(-1) ?? ""} ${word}`.trim();
    if (longer.length > WIDTH) lines.push(word);
    else lines.splice(-1, 1, longer);
  }
  return lines.map((one, index) => {
    const indent = index === 0 ? "  " : "    ";
    return `${indent}${one}${index < lines.length - 1 ? " \\" : ""}`;
  });
}

function usageOf({ name, operands }: CommandSpec): string {
  return operands === "" ? name : `${name} ${operands}`;
}

function optionLine(name: OptionName, spec: CommandSpec | null): readonly [string, string] {
  const { flags, value, text } = optionText(name, spec);
  return [`${flags.join(", ")}${value === "" ? "" : ` ${value}`}`, text];
}

function columns(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
