/** The services are those that the library would define from which their types come. */
import type { MethodDefinition } from "@grpc/grpc-js";
import { fromJSON } from "@grpc/proto-loader";
import { describe, expect, it } from "vitest";
import { descriptor } from "../../../src/adapters/gen/descriptor.ts";
import { ControlService, PeerService } from "../../../src/adapters/grpc.ts";

type Methods = Readonly<Record<string, MethodDefinition<object, object>>>;

const library = fromJSON(descriptor as unknown as Parameters<typeof fromJSON>[0], {
  longs: Number,
  enums: String,
  defaults: true,
  oneofs: true,
});

describe.each([
  ["Peer", PeerService.service as unknown as Methods],
  ["Control", ControlService.service as unknown as Methods],
])("%s", (name, own) => {
  const theirs = library[`mmm.v1.${name}`] as unknown as Methods;

  it("has the same methods", () => {
    expect(Object.keys(own)).toEqual(Object.keys(theirs));
    for (const [method, definition] of Object.entries(own))
      expect(theirs[method]).toMatchObject(facts(definition));
  });

  it.each(Object.keys(own))("%s: reads what they write, and writes what they read", (method) => {
    const [ours, other] = [own[method], theirs[method]];
    if (ours === undefined || other === undefined) throw new Error(`no ${method}`);
    // Nothing is set, so what is read shows every default.
    const request = other.requestDeserialize(other.requestSerialize({}));
    expect(ours.requestDeserialize(ours.requestSerialize({}))).toEqual(request);
    expect(ours.requestSerialize(request)).toEqual(other.requestSerialize(request));
    const response = other.responseDeserialize(other.responseSerialize({}));
    expect(ours.responseDeserialize(ours.responseSerialize({}))).toEqual(response);
    expect(ours.responseSerialize(response)).toEqual(other.responseSerialize(response));
  });
});

function facts({
  path,
  originalName,
  requestStream,
  responseStream,
}: MethodDefinition<object, object>) {
  return { path, originalName, requestStream, responseStream };
}
