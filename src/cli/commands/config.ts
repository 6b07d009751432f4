/** `mmm config check|show [FILE]`: what is wrong with a configuration, or what it amounts to. */
import { leaseArithmetic } from "../../adapters/config/lease-arithmetic.ts";
import { showBudgets } from "../../adapters/config/time-budget.ts";
import { DEFAULT_CONFIG, readConfig } from "../../adapters/config/load.ts";
import { ConfigErrors } from "../../adapters/config/problems.ts";
import type { Config, EffectiveEntry } from "../../adapters/config/types.ts";
import { checkTlsFiles } from "../../adapters/tls/check-files.ts";
import { inWords } from "../../core/pause.ts";
import type { GroupSettings } from "../../core/settings.ts";
import { EXIT, type ExitCode } from "../../errors.ts";
import { type Context, toJson } from "../command.ts";
import { usageFailure } from "../failure.ts";
import { countWarnings } from "../monitor-count.ts";
import { distanceWarnings } from "../../adapters/config/distance.ts";
import { duration } from "../../adapters/config/values.ts";

export function run(context: Context): Promise<ExitCode> {
  const { operands, options, terminal } = context;
  const [action = "", file = options.config ?? DEFAULT_CONFIG] = operands;
  if (action !== "check" && action !== "show") {
    throw usageFailure(`config does not know "${action}"; write check or show`, "config");
  }
  const json = options.output === "json";
  const rttMs = roundTripOf(options.rtt);
  const read = () => (action === "check" ? checked(file, rttMs) : readConfig(file));
  const config = json ? readOrPrint(read, context) : read();
  if (config === null) return Promise.resolve(EXIT.config);
  if (action === "show") terminal.print(json ? toJson(config.entries) : showEntries(config));
  else
    terminal.print(
      json ? toJson({ ok: true, warnings: config.warnings }) : summary(config, rttMs ?? 0),
    );
  return Promise.resolve(EXIT.ok);
}

/** What a monitor needs to start besides. @throws ConfigErrors */
function checked(file: string, rttMs: number | null): Config {
  const config = readConfig(file);
  const { problems, warnings } = checkTlsFiles(config, Date.now());
  if (problems.length > 0) throw new ConfigErrors(problems);
  const far = rttMs === null ? [] : distanceWarnings(config.groups, rttMs);
  return {
    ...config,
    warnings: [...config.warnings, ...countWarnings(config), ...warnings, ...far],
  };
}

function roundTripOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const parsed = duration("1ms", "1s")(text);
  if (parsed.kind === "problem") throw usageFailure(`--rtt: ${parsed.text}`, "config");
  return parsed.value;
}

/** For programs, problems are data. */
function readOrPrint(read: () => Config, { terminal }: Context): Config | null {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigErrors)) throw error;
    terminal.print(toJson({ ok: false, problems: error.problems }));
    return null;
  }
}

/** @param rttMs between the farthest two hosts; 0: they are near each other */
export function summary(config: Config, rttMs = 0): readonly string[] {
  const { monitors, warnings, file } = config;
  const majority = Math.floor(monitors.length / 2) + 1;
  return [
    ...config.groups.flatMap((group) => {
      const { waitMs, renewalMs } = leaseArithmetic(group.settings);
      const { leaseMs, permitMs, leaseBackend } = group.settings;
      const vips = [group.writer, ...group.readers].filter((ip) => ip !== null);
      return [
        ...(config.groups.length === 1 ? [] : [`group     ${group.name} (${group.file})`]),
        `nodes     ${group.nodes.map(({ name, address, port }) => `${name} ${address}:${port}`).join(", ")}`,
        `VIPs      ${vips.length === 0 ? "none" : vips.join(", ")}`,
        ...(leaseBackend === "off" || vips.length === 0
          ? [
              `lease     off: ${vips.length === 0 ? "there is no VIP, so nothing ends the service of an old master that cannot be reached" : "an unreachable host keeps its VIP"}`,
            ]
          : [
              `lease     ${leaseMs} ms, renewed each ${renewalMs} ms with permits of ${permitMs} ms; waiting time W = ${waitMs} ms`,
            ]),
        ...showBudgets(group.settings, { rttMs, hasVip: vips.length > 0 }).map(
          (line, at) => `${at === 0 ? "failover  " : "          "}${line}`,
        ),
        ...showPreference(group.settings),
      ];
    }),
    `monitors  ${monitors.length === 0 ? "one, on this host: it protects from nothing that befalls itself" : `${monitors.map(({ name }) => name ?? "?").join(", ")}; a majority is ${majority}`}`,
    ...warnings.map((text) => `WARNING   ${text}`),
    `ok: ${file}`,
  ];
}

function showPreference({ prefer }: GroupSettings): readonly string[] {
  if (prefer === undefined) return [];
  const { node, afterMs } = prefer;
  return [
    `prefer    ${node}: a switchover to it by itself, once it has been fit for ${inWords(afterMs)}`,
  ];
}

/** Reads as the files would, with where each value comes from behind it. */
function showEntries({ entries }: Config): readonly string[] {
  const width = Math.max(...entries.map(({ key, value }) => key.length + value.length)) + 3;
  const files = [...new Set(entries.map(({ file }) => file))];
  return files.flatMap((file, at) => [
    ...(at === 0 ? [] : [""]),
    `; what is in force by ${file}`,
    ...showSections(
      entries.filter((entry) => entry.file === file),
      width,
    ),
  ]);
}

function showSections(entries: readonly EffectiveEntry[], width: number): readonly string[] {
  const sections = [...new Set(entries.map(({ section }) => section))];
  return sections.flatMap((name) => [
    ...(name === "" ? [] : ["", `[${name}]`]),
    ...entries.filter(({ section }) => section === name).map((entry) => showEntry(entry, width)),
  ]);
}

function showEntry({ key, value, from }: EffectiveEntry, width: number): string {
  const line = `${key} = ${value}`;
  return from === "file" ? line : `${line.padEnd(width)} ; ${from}`;
}
