/**
 * The sections of all files, read: the monitors' and their own keys from the file that a monitor is
 * started with, and a group from each file that has one. What an included file does not say, the
 * file that includes it says for all groups, but for the addresses of their clients.
 */
import ini from "ini";
import type { Named } from "./build.ts";
import { groupNameOf } from "./include.ts";
import { isName } from "./names.ts";
import { indexPositions, type IndexedSection, withoutMark } from "./position-index.ts";
import type { Problem } from "./problems.ts";
import { type Lookup, readSection, report, type Source } from "./reader.ts";
import {
  GROUP_KEYS,
  type GroupValues,
  type Keys,
  MONITOR_KEYS,
  type MonitorValues,
  NODE_KEYS,
  type NodeValues,
  SHARED_KEYS,
  TOP_KEYS,
  type TopValues,
  type ValuesOf,
} from "./schema.ts";

export interface SourceFile {
  readonly file: string;
  readonly text: string;
}

export interface Read<T> extends Named<T> {
  readonly section: IndexedSection;
}

/** A group as its file has it. */
export interface GroupFile {
  readonly name: string;
  readonly source: Source;
  readonly isIncluded: boolean;
  readonly top: Read<GroupValues>;
  readonly nodes: readonly Read<NodeValues>[];
}

export interface Whole {
  readonly source: Source;
  readonly top: Read<TopValues>;
  readonly monitors: readonly Read<MonitorValues>[];
  readonly groups: readonly GroupFile[];
}

/** The group of the file that a monitor is started with. */
const MAIN = "main";
const MONITOR_PREFIX = "monitor:";
/** Two forms of one thing: whoever writes one of them means neither of the shared file's. */
const PASSWORDS = ["redis_password", "redis_password_file"] as const;

export function readWhole(
  main: SourceFile,
  includedBy: (pattern: string) => readonly SourceFile[],
): Whole {
  const { source, sections } = open(main, []);
  const [first, ...rest] = sections;
  const top = read(source, first, TOP_KEYS);
  const nodes = rest.filter((one) => !isMonitor(one)).map((one) => read(source, one, NODE_KEYS));
  const pattern = top.values.include;
  const own: GroupFile = { name: MAIN, source, isIncluded: false, top, nodes };
  const files = pattern === null ? [] : includedBy(pattern);
  const included = files.map((file) => readIncluded(file, source, top));
  return {
    source,
    top,
    monitors: rest.filter(isMonitor).map((one) => read(source, one, MONITOR_KEYS)),
    // A file that includes others need not have a group itself.
    groups: pattern !== null && hasNoGroup(own) ? included : [own, ...included],
  };
}

function hasNoGroup({ top: { section }, nodes }: GroupFile): boolean {
  const ofGroups = ["master_ip", "slave_ip", "vip", "prefer"];
  return nodes.length === 0 && !ofGroups.some((key) => section.keys.has(key));
}

function open({ file, text }: SourceFile, problems: Problem[]) {
  const { sections, problems: found } = indexPositions(text);
  const source: Source = { file, lookup: lookupIn(text), problems };
  for (const problem of found) report(source, problem, problem.text);
  const [top, ...rest] = sections;
  if (top === undefined) throw new Error("an index begins with the top of the file");
  return { source, sections: [top, ...rest] as const };
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

function isMonitor({ name }: IndexedSection): boolean {
  return name.startsWith(MONITOR_PREFIX);
}

function read<S extends Keys>(source: Source, section: IndexedSection, keys: S): Read<ValuesOf<S>> {
  const name = isMonitor(section) ? section.name.slice(MONITOR_PREFIX.length) : section.name;
  return { name, section, values: readSection(source, section, keys) };
}

// ——— included files ———

function readIncluded(file: SourceFile, main: Source, shared: Read<TopValues>): GroupFile {
  const { source, sections } = open(file, main.problems);
  const [first, ...rest] = sections;
  const name = groupNameOf(file.file);
  checkName(source, name);
  refuseOwnKeys(source, first, main.file);
  for (const section of rest.filter(isMonitor))
    report(
      source,
      { section: section.name, key: null, place: section.place },
      `monitors watch over all groups: name them in ${main.file}`,
    );
  const own = read(source, groupKeysOnly(first), GROUP_KEYS);
  return {
    name,
    source,
    isIncluded: true,
    top: { ...own, values: withShared(own, shared.values) },
    nodes: rest.filter((one) => !isMonitor(one)).map((one) => read(source, one, NODE_KEYS)),
  };
}

function checkName(source: Source, name: string): void {
  const place = { section: "", key: null, place: null };
  if (name === MAIN)
    report(source, place, `${MAIN} is the group of the file that includes this one; rename it`);
  else if (!isName(name))
    report(
      source,
      place,
      `a group is named as its file, and "${name}" is not a name: letters, digits, - and _`,
    );
}

function refuseOwnKeys(source: Source, { keys }: IndexedSection, main: string): void {
  for (const { key, place } of keys.values()) {
    if (!(key in TOP_KEYS) || key in GROUP_KEYS) continue;
    report(
      source,
      { section: "", key, place },
      `is of the monitor and not of a group; it belongs in ${main}`,
    );
  }
}

/** So that what was refused with its reason is not called unknown as well. */
function groupKeysOnly(section: IndexedSection): IndexedSection {
  const keys = [...section.keys].filter(([key]) => key in GROUP_KEYS || !(key in TOP_KEYS));
  return { ...section, keys: new Map(keys) };
}

/** Whether the file itself says so; a password in one form replaces both of the shared forms. */
export function saysItself({ keys }: IndexedSection, key: string): boolean {
  const forms: readonly string[] = PASSWORDS;
  return forms.includes(key) ? forms.some((form) => keys.has(form)) : keys.has(key);
}

function withShared({ section, values }: Read<GroupValues>, shared: TopValues): GroupValues {
  const taken = Object.keys(SHARED_KEYS).filter((key) => !saysItself(section, key));
  const from: Readonly<Record<string, unknown>> = shared;
  return { ...values, ...Object.fromEntries(taken.map((key) => [key, from[key]])) };
}
