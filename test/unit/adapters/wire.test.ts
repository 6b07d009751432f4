/**
 * What monitors of neighbouring versions say to each other: fields keep their numbers and types for good, what an
 * earlier version sent is read as it was meant, and what a later one adds is passed over.
 *
 * `wire-fields.txt` has every field that was ever sent; `wire-messages.txt` an envelope of each kind, as bytes and as
 * what was meant, as it was sent on the day that it names. Lines are added to them, and none is changed.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { descriptor } from "../../../src/adapters/gen/descriptor.ts";
import type { Envelope__Output } from "../../../src/adapters/gen/mmm/v1/Envelope.ts";
import { PeerService } from "../../../src/adapters/grpc.ts";
import { decodeEnvelope } from "../../../src/adapters/peer/codec.ts";

interface Field {
  readonly type: string;
  readonly id: number;
  readonly rule?: string;
  readonly keyType?: string;
}
interface Described {
  readonly fields?: Readonly<Record<string, Field>>;
  readonly values?: Readonly<Record<string, number>>;
  readonly methods?: Readonly<Record<string, object>>;
  readonly nested?: Readonly<Record<string, Described>>;
}

function linesOf(name: string, { fields, values, methods, nested }: Described): readonly string[] {
  const fieldLine = ([field, { type, id, rule, keyType }]: [string, Field]) =>
    `${name} ${id} ${field}: ${[rule, keyType, type].filter(Boolean).join(" ")}`;
  return [
    ...Object.entries(fields ?? {}).map(fieldLine),
    ...Object.entries(values ?? {}).map(([value, id]) => `${name} ${id} ${value}`),
    ...Object.entries(methods ?? {}).map(
      ([method, of]) => `${name} ${method} ${JSON.stringify(of)}`,
    ),
    ...Object.entries(nested ?? {}).flatMap(([inner, of]) => linesOf(`${name}.${inner}`, of)),
  ];
}

const here = (file: string) => readFileSync(new URL(file, import.meta.url), "utf8");
interface Recorded {
  readonly kind: string;
  readonly bytes: string;
  readonly read: object;
}

const recorded = here("wire-messages.txt")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Recorded);

function read(bytes: Buffer) {
  const { requestDeserialize } = PeerService.service.Exchange;
  return decodeEnvelope(requestDeserialize(bytes) as Envelope__Output);
}

describe("what is sent between versions", () => {
  it("keeps its names, numbers and types; what is new stands in the list, too", () => {
    const now = linesOf("", descriptor as unknown as Described);
    const known = here("wire-fields.txt").trim().split("\n");
    expect(known.filter((line) => !now.includes(line))).toEqual([]);
    expect(now.filter((line) => !known.includes(line))).toEqual([]);
  });

  it.each(recorded)("is read as it was meant when it was sent: $kind", ({ bytes, read: meant }) => {
    const found = read(Buffer.from(bytes, "base64"));
    expect(JSON.parse(JSON.stringify(found))).toMatchObject({
      kind: "understood",
      addressed: { to: "mon2", envelope: meant },
    });
  });

  it.each(recorded)("may have fields that only a later version knows: $kind", ({ bytes }) => {
    const message = Buffer.from(bytes, "base64");
    // Field 500, five bytes of text.
    const later = Buffer.concat([message, Buffer.from("a21f056c61746572", "hex")]);
    expect(read(later)).toEqual(read(message));
  });
});
