/**
 * A service as gRPC wants it defined, from the descriptor. @grpc/proto-loader, which generates its types, would do the
 * same, and at once write a description of every message besides, for programs that ask what there is: of the time in
 * which a command of `mmm` gets ready to ask, that was a quarter. Here a method's messages are made when it is first used.
 */
import type { MethodDefinition } from "@grpc/grpc-js";
import protobuf from "protobufjs/light.js";
import { descriptor } from "./gen/descriptor.ts";

interface MethodDescription {
  readonly requestType: string;
  readonly responseType: string;
  readonly requestStream?: boolean;
  readonly responseStream?: boolean;
}

/** Or of a list of values, or of a service: they stand side by side. */
interface Description {
  readonly fields?: Readonly<Record<string, { readonly type: string }>>;
  readonly values?: object;
  readonly methods?: object;
}

const PACKAGE = "mmm.v1";
const DESCRIPTIONS = descriptor.nested.mmm.nested.v1.nested;
const BY_NAME: Readonly<Record<string, Description>> = DESCRIPTIONS;

/** As the generated types have it: `scripts/gen-proto` asks for the same. */
const CONVERSION = { longs: Number, enums: String, defaults: true, oneofs: true };

export function serviceDefinition(
  name: "Peer" | "Control",
): Readonly<Record<string, MethodDefinition<object, object>>> {
  const methods: Readonly<Record<string, MethodDescription>> = DESCRIPTIONS[name].methods;
  return Object.fromEntries(
    Object.entries(methods).map(([method, description]) => [
      method,
      methodDefinition(`/${PACKAGE}.${name}/${method}`, description),
    ]),
  );
}

function methodDefinition(
  path: string,
  { requestType, responseType, requestStream = false, responseStream = false }: MethodDescription,
): MethodDefinition<object, object> {
  const request = codecOf(requestType);
  const response = codecOf(responseType);
  return {
    path,
    requestStream,
    responseStream,
    requestSerialize: request.write,
    requestDeserialize: request.read,
    responseSerialize: response.write,
    responseDeserialize: response.read,
    originalName: camelCase(path.slice(path.lastIndexOf("/") + 1)),
  };
}

function camelCase(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

interface Codec {
  readonly write: (message: object) => Buffer;
  readonly read: (bytes: Buffer) => object;
}

function codecOf(name: string): Codec {
  let made: protobuf.Type | undefined;
  const type = () => (made ??= typeOf(name));
  return {
    write: (message) => asBuffer(type().encode(type().fromObject(message)).finish()),
    read: (bytes) => type().toObject(type().decode(bytes), CONVERSION),
  };
}

/** The same memory. */
function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** With those that it contains, and no others. */
function typeOf(name: string): protobuf.Type {
  const nested: Record<string, Description> = {};
  const take = (wanted: string): void => {
    const description = BY_NAME[wanted];
    if (description === undefined || wanted in nested) return;
    nested[wanted] = description;
    for (const { type } of Object.values(description.fields ?? {})) take(type);
  };
  take(name);
  return protobuf.Root.fromJSON({ nested } as protobuf.INamespace).lookupType(name);
}
