/**
 * From the text of a file to a `Config`, or to every problem that it has. Pure but for the look at
 * which key files exist, which the caller may replace.
 */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import ini from "ini";
import { buildGroup, buildLocal, buildMonitors, type Environment } from "./build.ts";
import { checkTogether, type Read, type Sections, warningsOf } from "./checks.ts";
import { effectiveEntries } from "./effective.ts";
import { leaseWarnings } from "./lease-arithmetic.ts";
import { indexPositions, type IndexedSection, withoutMark } from "./position-index.ts";
import { ConfigErrors } from "./problems.ts";
import { type Lookup, readSection, report, type Source } from "./reader.ts";
import { type Keys, MONITOR_KEYS, NODE_KEYS, TOP_KEYS, type ValuesOf } from "./schema.ts";
import type { Config } from "./types.ts";

const HERE: Environment = { home: homedir(), exists: existsSync };
const MONITOR_PREFIX = "monitor:";

/** @throws ConfigErrors with every problem of the file. */
export function parseConfig(text: string, file: string, environment: Environment = HERE): Config {
  const index = indexPositions(text);
  const source: Source = { file, lookup: lookupIn(text), problems: [] };
  for (const problem of index.problems) report(source, problem, problem.text);
  const sections = readSections(source, index.sections);
  checkTogether(source, sections);
  if (source.problems.length > 0) throw new ConfigErrors(source.problems);
  const group = buildGroup(sections.top.values, sections.nodes);
  const local = buildLocal(sections.top.values, sections.nodes, environment);
  return {
    file,
    groups: [group],
    monitors: buildMonitors(sections.monitors),
    local,
    warnings: [...warningsOf(sections), ...leaseWarnings(group.settings)],
    entries: effectiveEntries(sections, local, source.lookup),
  };
}

function lookupIn(text: string): Lookup {
  const parsed: Readonly<Record<string, unknown>> = ini.parse(withoutMark(text));
  return (section, key) => {
    const values = section === "" ? parsed : parsed[section];
    const value = isRecord(values) ? values[key] : undefined;
    // `true`, `false` and `null` come typed; as text they are what was written.
    return typeof value === "string" || value === undefined ? value : JSON.stringify(value);
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function readSections(source: Source, indexed: readonly IndexedSection[]): Sections {
  const [top, ...rest] = indexed;
  if (top === undefined) throw new Error("an index begins with the top of the file");
  const isMonitor = (section: IndexedSection) => section.name.startsWith(MONITOR_PREFIX);
  return {
    top: read(source, top, TOP_KEYS),
    nodes: rest.filter((one) => !isMonitor(one)).map((one) => read(source, one, NODE_KEYS)),
    monitors: rest.filter(isMonitor).map((one) => read(source, one, MONITOR_KEYS)),
  };
}

function read<S extends Keys>(source: Source, section: IndexedSection, keys: S): Read<ValuesOf<S>> {
  const name = section.name.startsWith(MONITOR_PREFIX)
    ? section.name.slice(MONITOR_PREFIX.length)
    : section.name;
  return { name, section, values: readSection(source, section, keys) };
}
