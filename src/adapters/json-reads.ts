/**
 * Readers of JSON that somebody else wrote: each takes a value and its path, and gives back the value
 * typed, or refuses it with the path. An object's reader names every field of its type, those that
 * may be absent too, so that the two cannot drift apart; fields that it does not name are left out.
 */
import { isIPv4 } from "node:net";
import type { JsonValue } from "../core/consensus/types.ts";
import { count, Malformed, name } from "./peer/fields.ts";

export type Fields = Readonly<Record<string, JsonValue>>;
/** @throws Malformed */
export type Read<T> = (value: JsonValue | undefined, path: string) => T;

/** Of every field, one that may be absent too. */
export type Reads<T> = { readonly [K in keyof T]-?: Read<Exclude<T[K], undefined>> };

export const number: Read<number> = (value, path) => {
  if (typeof value !== "number" || !Number.isFinite(value)) throw new Malformed(path, "no number");
  return value;
};

/** A whole number of at least 0. */
export const whole: Read<number> = (value, path) => count(number(value, path), path);

export const flag: Read<boolean> = (value, path) => {
  if (typeof value !== "boolean") throw new Malformed(path, "neither true nor false");
  return value;
};

export const words: Read<string> = (value, path) => {
  if (typeof value !== "string") throw new Malformed(path, "no text");
  return value;
};

export const named: Read<string> = (value, path) => name(words(value, path), path);

export const address: Read<string> = (value, path) => {
  const found = words(value, path);
  if (!isIPv4(found)) throw new Malformed(path, "not an IPv4 address");
  return found;
};

export function orNull<T>(read: Read<T>): Read<T | null> {
  return (value, path) => (value === null ? null : read(value, path));
}

export function oneOf<T extends string>(...known: readonly T[]): Read<T> {
  return (value, path) => {
    const found = known.find((one) => one === value);
    if (found === undefined) throw new Malformed(path, `not one of ${known.join(", ")}`);
    return found;
  };
}

export function listOf<T>(read: Read<T>): Read<readonly T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw new Malformed(path, "no list");
    return (value as readonly JsonValue[]).map((one, at) => read(one, `${path}[${at}]`));
  };
}

/** Keys are names. */
export function recordOf<T>(read: Read<T>): Read<Readonly<Record<string, T>>> {
  return (value, path) => {
    const entries = Object.entries(fieldsOf(value, path));
    return Object.fromEntries(
      entries.map(([key, one]) => [name(key, path), read(one, `${path}.${key}`)]),
    );
  };
}

export function objectOf<T>(
  reads: Reads<T>,
  optional: readonly (keyof T & string)[] = [],
): Read<T> {
  const readers = Object.entries(reads as Readonly<Record<string, Read<unknown>>>);
  const mayLack: ReadonlySet<string> = new Set(optional);
  return (value, path) => {
    const fields = fieldsOf(value, path);
    const given = readers.filter(([key]) => Object.hasOwn(fields, key) || !mayLack.has(key));
    return Object.fromEntries(
      given.map(([key, read]) => [key, read(ownField(fields, key), `${path}.${key}`)]),
    ) as T;
  };
}

/** The same, and what `reads` does not name stays as it is: a newer version has more to say. */
export function openObjectOf<T>(
  reads: Reads<T>,
  optional: readonly (keyof T & string)[] = [],
): Read<T> {
  const read = objectOf(reads, optional);
  return (value, path) => ({ ...fieldsOf(value, path), ...read(value, path) });
}

export function fieldsOf(value: JsonValue | undefined, path: string): Fields {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isObject) throw new Malformed(path, "no object");
  return value as Fields;
}

/** Never what every object inherits. */
function ownField(fields: Fields, key: string): JsonValue | undefined {
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}
