/** Replies, and how they are written in both versions of the protocol of Redis. */

export type Value =
  | string
  | number
  | null
  | readonly Value[]
  /** One word that is no data: OK, PONG. */
  | { readonly kind: "simple"; readonly text: string }
  /** The first word is the code. */
  | { readonly kind: "error"; readonly text: string }
  /** Pairs; in version 2 they follow each other in one array. */
  | { readonly kind: "map"; readonly entries: readonly (readonly [string, Value])[] }
  /** What is sent unasked, to a subscriber. */
  | { readonly kind: "push"; readonly items: readonly Value[] };

export type Version = 2 | 3;

export const OK: Value = { kind: "simple", text: "OK" };

export function failure(text: string): Value {
  return { kind: "error", text };
}

export function encode(value: Value, version: Version): string {
  if (value === null) return version === 2 ? "*-1\r\n" : "_\r\n";
  if (typeof value === "string") return `$${Buffer.byteLength(value)}\r\n${value}\r\n`;
  if (typeof value === "number") return `:${value}\r\n`;
  if (isList(value)) return list("*", value, version);
  switch (value.kind) {
    case "simple":
      return `+${value.text}\r\n`;
    case "error":
      // A line break would end the reply, and begin another one.
      return `-${value.text.replaceAll(/[\r\n]+/g, " ")}\r\n`;
    case "push":
      return list(version === 2 ? "*" : ">", value.items, version);
    case "map": {
      const flat = value.entries.map(([key, item]) => encode(key, version) + encode(item, version));
      const { length } = value.entries;
      return `${version === 2 ? `*${2 * length}` : `%${length}`}\r\n${flat.join("")}`;
    }
  }
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

function list(mark: string, items: readonly Value[], version: Version): string {
  return `${mark}${items.length}\r\n${items.map((item) => encode(item, version)).join("")}`;
}
