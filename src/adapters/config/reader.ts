/** Reads one section by its table of keys, and collects every problem on the way. */
import type { IndexedKey, IndexedSection, Place } from "./position-index.ts";
import type { Problem } from "./problems.ts";
import type { Key, Keys, ValuesOf } from "./schema.ts";
import { suggest } from "./suggest.ts";

/** What `ini` made of a key; undefined: it lost it, which was reported. */
export type Lookup = (section: string, key: string) => string | undefined;

export interface Source {
  readonly file: string;
  readonly lookup: Lookup;
  readonly problems: Problem[];
}

export function readSection<S extends Keys>(
  source: Source,
  section: IndexedSection,
  keys: S,
): ValuesOf<S> {
  reportUnknown(source, section, Object.keys(keys));
  const values = Object.entries(keys).map(([name, key]) => [
    name,
    readKey(source, section, name, key),
  ]);
  return Object.fromEntries(values) as ValuesOf<S>;
}

function readKey(
  source: Source,
  section: IndexedSection,
  name: string,
  key: Key<unknown>,
): unknown {
  const indexed = section.keys.get(name);
  if (indexed === undefined) {
    if (key.required) report(source, whereIs(section, name), "is missing");
    return key.placeholder;
  }
  if (indexed.text.problem !== null) return key.placeholder;
  const text = source.lookup(section.name, name) ?? "";
  const trouble = textTrouble(indexed, text, key);
  const parsed = trouble ?? key.parse(text);
  if (parsed.kind === "value") return parsed.value;
  report(source, whereIs(section, name), parsed.text);
  return key.placeholder;
}

function textTrouble(indexed: IndexedKey, text: string, key: Key<unknown>) {
  if (text === "")
    return { kind: "problem", text: "is empty; write a value or delete the line" } as const;
  const { inFreeText } = indexed.text;
  if (key.traits.freeText !== true || inFreeText === null) return null;
  return { kind: "problem", text: inFreeText } as const;
}

function reportUnknown(source: Source, section: IndexedSection, known: readonly string[]): void {
  for (const { key, place } of section.keys.values()) {
    if (known.includes(key)) continue;
    const near = suggest(key, known);
    const advice = near === null ? "see the sample redis-mmm.conf" : `did you mean "${near}"?`;
    report(source, { section: section.name, key, place }, `unknown key; ${advice}`);
  }
}

export interface Where {
  readonly section: string;
  readonly key: string | null;
  readonly place: Place | null;
}

export function report(source: Source, where: Where, text: string): void {
  const { section, key, place } = where;
  const [line, column] = [place?.line ?? null, place?.column ?? null];
  source.problems.push({ file: source.file, line, column, section, key, text });
}

/** Of a key that may not have been given: its value, else the head of its section. */
export function whereIs(section: IndexedSection, key: string): Where {
  const place = section.keys.get(key)?.valuePlace ?? section.place;
  return { section: section.name, key, place };
}

/** `file:line:column: key`, for people. */
export function showPlace(file: string, { place, key }: Where): string {
  const parts = place === null ? [file] : [file, place.line, place.column];
  return `${parts.join(":")}: ${key ?? ""}`;
}
