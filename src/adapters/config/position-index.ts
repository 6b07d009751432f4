/**
 * Where everything stands in an INI file, and what the `ini` package would lose without a word.
 *
 * `ini` gives values but no positions, and it drops or changes a surprising amount silently: a
 * second `[db1]`, a key set twice, a password behind `#`, a broken section header, a section that
 * is named like a top-level key (swallowed whole). This file reads the same lines by the same
 * grammar and reports each of those. What it reports nothing about, `ini` keeps as written.
 */
import { isReservedName, NAME_PATTERN } from "./names.ts";
import { inspectValue, type ValueText } from "./value-text.ts";

export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface IndexedKey {
  readonly key: string;
  readonly place: Place;
  /** Where its value begins. */
  readonly valuePlace: Place;
  readonly text: ValueText;
}

export interface IndexedSection {
  readonly name: string;
  readonly place: Place;
  readonly keys: ReadonlyMap<string, IndexedKey>;
}

export interface SyntaxProblem {
  readonly place: Place;
  readonly section: string;
  readonly key: string | null;
  readonly text: string;
}

export interface PositionIndex {
  /** In the order of the file; the first is the top of the file, named "". */
  readonly sections: readonly IndexedSection[];
  readonly problems: readonly SyntaxProblem[];
}

interface OpenSection {
  readonly name: string;
  readonly place: Place;
  readonly keys: Map<string, IndexedKey>;
}

interface Scan {
  readonly sections: Map<string, OpenSection>;
  readonly problems: SyntaxProblem[];
  current: OpenSection;
}

const SECTION = /^\[([^\]]*)\]\s*$/;
const SECTION_NAME = new RegExp(`^(monitor:)?${NAME_PATTERN}$`);
const KEY_NAME = /^[A-Za-z][A-Za-z0-9_]*$/;

/** `ini` must be given the same text: without a byte order mark, which would hide the first line. */
export function withoutMark(text: string): string {
  return text.startsWith("\uFEFF") ? text.slice(1) : text;
}

export function indexPositions(source: string): PositionIndex {
  const top: OpenSection = { name: "", place: { line: 1, column: 1 }, keys: new Map() };
  const scan: Scan = { sections: new Map([["", top]]), problems: [], current: top };
  const lines = withoutMark(source).split(/\r\n|\n|\r/);
  for (const [at, line] of lines.entries()) readLine(scan, line, at + 1);
  return { sections: [...scan.sections.values()], problems: scan.problems };
}

function readLine(scan: Scan, line: string, number: number): void {
  if (/^\s*([;#]|$)/.test(line)) return;
  const place = { line: number, column: line.search(/\S/) + 1 };
  if (/[\u2028\u2029]/.test(line)) {
    complain(scan, place, null, "holds an invisible line separator (U+2028 or U+2029); delete it");
    return;
  }
  const section = SECTION.exec(line)?.[1];
  if (section !== undefined) openSection(scan, section.trim(), place);
  else if (line.trimStart().startsWith("[")) brokenSection(scan, line, place);
  else readKey(scan, line, place);
}

function openSection(scan: Scan, name: string, place: Place): void {
  const known = scan.sections.get(name);
  const opened = known ?? { name, place, keys: new Map<string, IndexedKey>() };
  const top = scan.sections.get("");
  scan.current = opened;
  if (name === "" || !SECTION_NAME.test(name) || isReservedName(name)) {
    complain(scan, place, null, badSectionName(name));
    scan.current = { name, place, keys: new Map() };
  } else if (known !== undefined) {
    complain(
      scan,
      place,
      null,
      `is already defined at line ${known.place.line}; put its keys there`,
    );
  } else if (top?.keys.has(name) === true) {
    complain(scan, place, null, `has the name of a key at the top of the file; rename the section`);
  } else {
    scan.sections.set(name, opened);
  }
}

function badSectionName(name: string): string {
  if (name === "")
    return "a section needs a name: write [db1] for a node, [monitor:mon1] for a monitor";
  if (isReservedName(name)) return "this name is reserved; choose another";
  const parts = name.split(":");
  if (parts.length === 2 && parts[0] !== "monitor") {
    return `there is no kind of section "${parts[0]}"; write [NAME] for a node, [monitor:NAME] for a monitor`;
  }
  return "a name is made of letters, digits, - and _, and begins with a letter or a digit";
}

function brokenSection(scan: Scan, line: string, place: Place): void {
  const header = /^\s*(\[[^\]]*\])\s*(.*)$/.exec(line);
  const why =
    header === null
      ? `"${firstWord(line.trim())}" has no closing bracket; write [NAME]`
      : `${place.column > 1 ? "a section must begin in the first column" : "nothing may follow a section on its line, not even a comment"}; write ${header[1]} alone`;
  scan.problems.push({ place, section: "", key: null, text: why });
  // What follows belongs to no section that anybody can name: read it, report only its own faults.
  scan.current = { name: (header?.[1] ?? "").slice(1, -1).trim(), place, keys: new Map() };
}

function readKey(scan: Scan, line: string, place: Place): void {
  const equals = line.indexOf("=");
  const key = (equals < 0 ? line : line.slice(0, equals)).trim();
  if (equals < 0) {
    complain(scan, place, null, `"${firstWord(key)}" has no "="; write KEY = VALUE`);
    return;
  }
  if (!KEY_NAME.test(key)) {
    complain(scan, place, null, badKeyName(key));
    return;
  }
  const first = scan.current.keys.get(key);
  if (first !== undefined) {
    complain(scan, place, key, `is already set at line ${first.place.line}; keep one of them`);
    return;
  }
  const raw = line.slice(equals + 1);
  const indent = Math.max(0, raw.search(/\S/));
  const valuePlace = { line: place.line, column: equals + 2 + indent };
  const text = inspectValue(raw.trim());
  scan.current.keys.set(key, { key, place, valuePlace, text });
  if (text.problem !== null) complain(scan, valuePlace, key, text.problem);
}

function badKeyName(key: string): string {
  if (key === "") return `a key is missing before "="`;
  if (key.endsWith("[]"))
    return `"${key}" is a list of ini, which is not used here; separate values by commas`;
  return `"${firstWord(key)}" is not a key: keys are made of letters, digits and _`;
}

/** The rest of a line that cannot be read may be a password. */
function firstWord(text: string): string {
  const [first = ""] = text.split(/\s/, 1);
  return first.length === text.length && text.length <= 64 ? text : `${first.slice(0, 64)} …`;
}

function complain(scan: Scan, place: Place, key: string | null, text: string): void {
  scan.problems.push({ place, section: scan.current.name, key, text });
}
