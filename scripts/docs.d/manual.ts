/** The manual pages, in man(7): mmm(1), mmm-mon(8) and redis-mmm.conf(5). */
import { COMMON, type OptionName } from "../../src/cli/arguments.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { type CommandSpec, optionText } from "../../src/cli/command.ts";
import { examplesOf } from "../../src/cli/examples.ts";
import { USAGE } from "../../src/daemon/flags.ts";
import { partsOf } from "./details.ts";
import type { Chapter, Entry } from "./reference.ts";

export interface ManualPage {
  readonly file: string;
  readonly text: string;
}

/** @param version of the product, for the foot of each page */
export function manualPages(
  version: string,
  chapters: readonly Chapter[],
): readonly ManualPage[] {
  return [
    { file: "mmm.1", text: mmm(version) },
    { file: "mmm-mon.8", text: mmmMon(version) },
    { file: "redis-mmm.conf.5", text: configuration(version, chapters) },
  ];
}

function mmm(version: string): string {
  return lines([
    title("MMM", 1, version),
    ...section("NAME", "mmm - ask the monitors of redis-mmm, and tell them what to do"),
    ...section("SYNOPSIS", "mmm [OPTIONS] COMMAND [ARGUMENTS]"),
    ".SH COMMANDS",
    ...COMMANDS.flatMap(commandLines),
    ".SH OPTIONS OF EVERY COMMAND",
    ...COMMON.flatMap((name) => option(name, null)),
    ...section(
      "EXIT STATUS",
      "0 ok, 1 unexpected, 2 usage, 3 configuration, 4 no monitor answers, 5 no leader or no majority, 6 degraded, 7 refused by a safety rule, 8 failed or outcome unknown.",
    ),
    ".SH ENVIRONMENT",
    ...ENVIRONMENT.flatMap(entryOf),
    ".SH FILES",
    ...FILES.flatMap(entryOf),
    ".SH EXAMPLES",
    ...COMMANDS.flatMap(({ name }) => examplesOf(name)).flatMap(({ line, tells }) =>
      entryOf([line, tells]),
    ),
    ...section("SEE ALSO", "mmm-mon(8), redis-mmm.conf(5)"),
  ]);
}

const ENVIRONMENT = [
  ["MMM_MONITORS", "the monitors to ask, separated by commas, in place of --monitor"],
  ["MMM_TLS_CA, MMM_TLS_CERT, MMM_TLS_KEY", "files, in place of --ca, --cert and --key"],
  ["NO_COLOR, FORCE_COLOR", "no colour, or colour also where no terminal is"],
  ["SUDO_USER", "who stands in the history for what was asked through the socket"],
] as const;

const FILES = [
  ["/etc/redis-mmm.conf", "the configuration: which monitors there are, and the certificate to show"],
  ["/run/redis-mmm/mmm.sock", "the socket of the monitor on this host, for root and the group redis-mmm"],
  ["/usr/share/doc/redis-mmm/docs", "pages about operation, findings of mmm doctor, and a runbook"],
  ["/usr/share/doc/redis-mmm/config", "samples: the configuration, alerts for Prometheus, a dashboard for Grafana"],
] as const;

function commandLines(spec: CommandSpec): readonly string[] {
  const { name, operands, options } = spec;
  const [summary, ...parts] = partsOf(spec);
  const more = [
    ...parts.flatMap((part) =>
      part.kind === "prose" ? [".PP", plain(part.text)] : entryOf([part.name, part.text]),
    ),
    ...options.flatMap((name) => option(name, spec)),
  ];
  return [
    ".TP",
    `.B ${plain(`${name} ${operands}`.trim())}`,
    plain(summary?.text ?? ""),
    ...(more.length === 0 ? [] : [".RS", ...more, ".RE"]),
  ];
}

function entryOf([name, text]: readonly [string, string]): readonly string[] {
  return [".TP", `.B ${plain(name).replaceAll('"', "\\(dq")}`, plain(text)];
}

function mmmMon(version: string): string {
  return lines([
    title("MMM-MON", 8, version),
    ...section("NAME", "mmm-mon - a monitor of a redis-mmm cluster"),
    ".SH SYNOPSIS",
    ".nf",
    ...USAGE.trimEnd().split("\n").map(plain),
    ".fi",
    ...section(
      "FILES",
      "/etc/redis-mmm.conf, /var/lib/redis-mmm (what the monitor must not forget: never copy, share or restore it)",
    ),
    ...section("SEE ALSO", "mmm(1), redis-mmm.conf(5)"),
  ]);
}

function configuration(version: string, chapters: readonly Chapter[]): string {
  return lines([
    title("REDIS-MMM.CONF", 5, version),
    ...section("NAME", "redis-mmm.conf - configuration of the monitors of redis-mmm"),
    ...chapters.flatMap((chapter) => [
      `.SH ${plain(chapter.title.toUpperCase())}`,
      ...chapter.prose.flatMap((text) => [".PP", plain(text)]),
      ...chapter.entries.flatMap(entryLines),
    ]),
    ...section("SEE ALSO", "mmm-mon(8), mmm(1)"),
  ]);
}

function entryLines({ keys, text, agreed }: Entry): readonly string[] {
  const defaults = keys.flatMap(({ name, defaultText }) =>
    defaultText === null ? [] : [`Default: ${name} = ${defaultText}.`],
  );
  const note = agreed ? ["(Agreed by all monitors.)"] : [];
  return [
    ...keys.flatMap(({ name }, index) => [index === 0 ? ".TP" : ".TQ", `.B ${plain(name)}`]),
    plain([text, ...defaults, ...note].join(" ").trim()),
  ];
}

function title(name: string, part: number, version: string): string {
  return `.TH ${name} ${part} "" "redis-mmm ${version}" "redis-mmm"`;
}

function section(name: string, text: string): readonly string[] {
  return [`.SH ${name}`, plain(text)];
}

function option(name: OptionName, command: CommandSpec | null): readonly string[] {
  const { flags, value, text } = optionText(name, command);
  const taken = value === "" ? "" : ` ${value}`;
  return [".TP", `.B ${plain(`${flags.join(", ")}${taken}`)}`, plain(text)];
}

/** Text that roff must not take for anything else: no line begins with its control characters. Pages are where the package has them. */
function plain(text: string): string {
  return text
    .replaceAll(/(?<![\w/.-])(?=docs\/[a-z-]+\.md)/g, "/usr/share/doc/redis-mmm/")
    .replaceAll(/(?<![\w/.-])scripts\/setup-host/g, "redis-mmm-setup-host")
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replace(/^[.']/, "\\&$&");
}

function lines(all: readonly string[]): string {
  return `${all.join("\n")}\n`;
}
