/** The pages of docs/ that are made from what the program itself goes by. */
import { COMMON, type OptionName } from "../../src/cli/arguments.ts";
import { type CommandSpec, optionText } from "../../src/cli/command.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { examplesOf } from "../../src/cli/examples.ts";
import { USAGE } from "../../src/daemon/flags.ts";
import { type Part, partsOf } from "./details.ts";
import type { Chapter, Entry, Key } from "./reference.ts";

const MADE = "<!-- Made by scripts/gen-docs. Do not edit. -->";

export function configurationPage(chapters: readonly Chapter[]): string {
  return page([
    MADE,
    "# Configuration",
    "Every key, as [config/redis-mmm.conf](../config/redis-mmm.conf) explains it. The file is the same on every monitor: " +
      "`/etc/redis-mmm.conf`, or `--config FILE`. `mmm config check` reports every problem at once, and `mmm config show` prints what is in force.",
    "Comments begin with `;` or `#`. Durations carry a unit: `500ms`, `2s`, `1m`, `1h`. Keys that are **agreed** are settled by all " +
      "monitors together: the file only proposes them, when the cluster is founded and with `mmm reload`. All others are the monitor's own.",
    ...chapters.flatMap(({ title, prose, entries }) => [
      `## ${title.charAt(0).toUpperCase()}${title.slice(1)}`,
      ...prose,
      ...entries.flatMap(entryLines),
    ]),
  ]);
}

function entryLines({ keys, text, agreed }: Entry): readonly string[] {
  const facts = [keys.map(factOf).join(" · "), agreed ? "agreed" : ""].filter((fact) => fact !== "");
  return [
    `### ${keys.map(({ name }) => `\`${name}\``).join(", ")}`,
    ...(facts.length === 0 ? [] : [`${facts.join(" · ")}`]),
    ...(text === "" ? [] : [text]),
  ];
}

function factOf({ name, example, defaultText, required }: Key): string {
  if (required) return `required, for example \`${name} = ${example}\``;
  return defaultText === null ? `for example \`${name} = ${example}\`` : `default \`${name} = ${defaultText}\``;
}

export function commandsPage(): string {
  return page([
    MADE,
    "# Commands",
    "`mmm` asks the monitors and tells them what to do; any monitor will do. `mmm help COMMAND` says the same as this page.",
    ...COMMANDS.flatMap(commandLines),
    "## Options of every command",
    optionList(COMMON, null),
    "## Exit codes",
    "0 ok · 1 unexpected · 2 usage · 3 configuration · 4 no monitor answers · 5 no leader or no majority · 6 degraded · " +
      "7 refused by a safety rule · 8 failed or outcome unknown. `mmm-mon` ends with 70 after a fault of its own.",
    "## mmm-mon",
    `\`\`\`\n${USAGE.trimEnd()}\n\`\`\``,
  ]);
}

function commandLines(spec: CommandSpec) {
  const { name, operands, options } = spec;
  const examples = examplesOf(name);
  return [
    `## mmm ${name}${operands === "" ? "" : ` ${operands}`}`,
    ...paragraphs(partsOf(spec)),
    ...(options.length === 0 ? [] : [optionList(options, spec)]),
    ...(examples.length === 0
      ? []
      : ["Examples:", examples.map(({ line, tells }) => `- \`${line}\`: ${tells}`).join("\n")]),
  ];
}

/** Entries that follow each other are one list. */
function paragraphs(parts: readonly Part[]): readonly string[] {
  const blocks: string[] = [];
  parts.forEach((part, index) => {
    if (part.kind === "prose") return blocks.push(part.text);
    const line = `- \`${part.name}\`: ${part.text}`;
    if (parts[index - 1]?.kind !== "entry") return blocks.push(line);
    return blocks.push(`${blocks.pop() ?? ""}\n${line}`);
  });
  return blocks;
}

function optionList(names: readonly OptionName[], spec: CommandSpec | null): string {
  return names
    .map((name) => {
      const { flags, value, text } = optionText(name, spec);
      const shown = [...flags.slice(0, -1), `${flags.at(-1) ?? ""}${value === "" ? "" : ` ${value}`}`];
      return `- ${shown.map((flag) => `\`${flag}\``).join(", ")}: ${text}`;
    })
    .join("\n");
}

function page(blocks: readonly string[]): string {
  return `${blocks.join("\n\n")}\n`;
}
