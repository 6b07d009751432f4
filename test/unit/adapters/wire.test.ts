/**
 * What monitors of neighbouring versions say to each other: fields keep their numbers and types for good, what an
 * earlier version sent is read as it was meant, and what a later one adds is passed over.
 *
 * `wire-fields.txt` has every field that was ever sent; `wire-messages.txt` an envelope of each kind, and
 * `wire-calls.txt` a request and an answer of each kind of every call, as bytes and as what was meant, as they were sent on
 * the day that they name. Lines are added to them, and none is changed.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { decodeOutcome, decodeRequest } from "../../../src/adapters/control/codec.ts";
import { descriptor } from "../../../src/adapters/gen/descriptor.ts";
import type { Envelope__Output } from "../../../src/adapters/gen/mmm/v1/Envelope.ts";
import type { OperateEvent__Output } from "../../../src/adapters/gen/mmm/v1/OperateEvent.ts";
import type { OperateRequest__Output } from "../../../src/adapters/gen/mmm/v1/OperateRequest.ts";
import { ControlService, PeerService } from "../../../src/adapters/grpc.ts";
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

const linesIn = <T>(file: string): readonly T[] =>
  here(file)
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as T);

const recorded = linesIn<Recorded>("wire-messages.txt");

/** `method` with its service, as in `Control/Status`. */
interface Call extends Recorded {
  readonly method: string;
  readonly way: "request" | "answer";
}

const calls = linesIn<Call>("wire-calls.txt");
const services = { Peer: PeerService.service, Control: ControlService.service };

function readCall({ method, way }: Call, bytes: Buffer): unknown {
  const [service = "", name = ""] = method.split("/");
  const definition = (services as never)[service]![name] as {
    readonly requestDeserialize: (bytes: Buffer) => object;
    readonly responseDeserialize: (bytes: Buffer) => object;
  };
  if (way === "request") {
    const request = definition.requestDeserialize(bytes);
    return name === "Operate" ? decodeRequest(request as OperateRequest__Output) : request;
  }
  const answer = definition.responseDeserialize(bytes);
  if (name !== "Operate") return answer;
  const { outcome, progress } = answer as OperateEvent__Output;
  return outcome ? decodeOutcome(outcome) : { progress };
}

const LATER = Buffer.from("a21f056c61746572", "hex");

/** The names of the fields of which a message has one. */
function choicesIn(message: string): readonly string[] {
  const { oneofs } = (descriptor.nested.mmm.nested.v1.nested as never)[message] as {
    readonly oneofs: Readonly<Record<string, { readonly oneof: readonly string[] }>>;
  };
  return Object.entries(oneofs).flatMap(([name, { oneof }]) => (name.startsWith("_") ? [] : oneof));
}

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
    expect(read(Buffer.concat([message, LATER]))).toEqual(read(message));
  });

  it.each(calls)("is read as it was meant in a call: $method, $way, $kind", (call) => {
    const bytes = Buffer.from(call.bytes, "base64");
    const found = readCall(call, bytes);
    expect(JSON.parse(JSON.stringify(found))).toMatchObject(call.read);
    expect(readCall(call, Buffer.concat([bytes, LATER]))).toEqual(found);
  });

  it("stands here of each kind", () => {
    const camel = (kind: string) =>
      kind.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
    const bodies = recorded.map(({ kind }) => camel(kind));
    expect(choicesIn("Consensus").filter((kind) => !bodies.includes(kind))).toEqual([]);
    expect(bodies).toContain("health");
    const kindsOf = (method: string, way: string) =>
      calls.filter((one) => one.method === method && one.way === way).map(({ kind }) => kind);
    for (const [service, methods] of Object.entries(services)) {
      for (const name of Object.keys(methods)) {
        const method = `${service}/${name}`;
        if (name !== "Exchange") expect(kindsOf(method, "request"), method).not.toEqual([]);
        expect(kindsOf(method, "answer"), method).not.toEqual([]);
      }
    }
    const commands = kindsOf("Control/Operate", "request");
    expect(choicesIn("OperateRequest").filter((kind) => !commands.includes(kind))).toEqual([]);
    const events = kindsOf("Control/Operate", "answer");
    const outcomes = ["ok", "refused", "failed", "unknown", "not-leader"];
    expect(["progress", ...outcomes].filter((kind) => !events.includes(kind))).toEqual([]);
  });
});
