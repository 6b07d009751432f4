/**
 * Checks of single fields of a message that somebody else sent.
 *
 * proto3 has no required fields and fills what is missing with zeros, so everything that must be
 * there is asked for here. A field that does not pass ends the reading of the whole message, with
 * the path of the field and what is wrong with it.
 */
import type { JsonValue } from "../../core/consensus/types.ts";
import { isReservedName } from "../config/names.ts";

/** Longest text that is taken from a peer; longer ones are cut by the sender. */
export const TEXT_LIMIT = 1_000;
/** Several times what the state of this version has. */
const DEEPEST = 32;
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.:-]{0,127}$/;

/** The sender's fault: its message is refused with this reason. */
export class Malformed extends Error {
  override readonly name = "Malformed";

  constructor(path: string, problem: string) {
    super(`${path}: ${problem}`);
  }
}

export function present<T>(value: T | null | undefined, path: string): T {
  if (value === null || value === undefined) throw new Malformed(path, "missing");
  return value;
}

/** Reads a field that may be absent. */
export function optional<T, R>(
  value: T | null | undefined,
  path: string,
  read: (value: T, path: string) => R,
): R | null {
  return value === null || value === undefined ? null : read(value, path);
}

/** A monitor, node, group or part. `constructor` is no name: names are keys of plain objects. */
export function name(value: string, path: string): string {
  if (!NAME.test(value) || isReservedName(value)) throw new Malformed(path, "not a name");
  return value;
}

export function clusterId(value: string, path: string): string {
  if (!/^[0-9a-f]{8}$/.test(value)) throw new Malformed(path, "not a cluster id");
  return value;
}

export function text(value: string, path: string): string {
  if (value.length > TEXT_LIMIT) throw new Malformed(path, `longer than ${TEXT_LIMIT} characters`);
  return value;
}

/** A whole number, exact. */
export function integer(value: number, path: string): number {
  if (!Number.isSafeInteger(value)) throw new Malformed(path, "not an exact whole number");
  return value;
}

/** A whole number of at least 0. */
export function count(value: number, path: string): number {
  if (integer(value, path) < 0) throw new Malformed(path, "negative");
  return value;
}

/** A term or a version: a register on a host keeps it in 32 bits, so that none is ever larger. */
export function mark(value: number, path: string): number {
  if (count(value, path) > 0xff_ff_ff_ff) throw new Malformed(path, "does not fit into 32 bits");
  return value;
}

/** Milliseconds ago. */
export function age(value: number, path: string): number {
  if (!Number.isFinite(value) || value < 0) throw new Malformed(path, "not an age");
  return value;
}

export function port(value: number, path: string): number {
  if (value > 65_535) throw new Malformed(path, "not a port");
  return value;
}

/** Translates an enumeration. What is not in the table is refused. */
export function oneOf<V>(
  table: Readonly<Record<string, V>>,
  value: string | number,
  path: string,
): V {
  const found = Object.hasOwn(table, value) ? table[value] : undefined;
  if (found === undefined) throw new Malformed(path, `unknown value ${String(value)}`);
  return found;
}

export function json(bytes: Buffer, path: string): JsonValue {
  let value: JsonValue;
  try {
    value = JSON.parse(bytes.toString("utf8")) as JsonValue;
  } catch (error) {
    throw new Malformed(path, error instanceof Error ? error.message : "not JSON");
  }
  if (isDeeper(value, DEEPEST)) throw new Malformed(path, `deeper than ${DEEPEST} levels`);
  return value;
}

/** Whoever walks through a value of any depth, as the writing of JSON does, overflows the stack. */
function isDeeper(value: JsonValue, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((each) => isDeeper(each, levels - 1));
}

/** What a sender cuts a text for people to. */
export function clip(value: string): string {
  return value.length <= TEXT_LIMIT ? value : `${value.slice(0, TEXT_LIMIT - 1)}…`;
}
