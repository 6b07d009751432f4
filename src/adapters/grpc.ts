/**
 * The two services as gRPC sees them, from the embedded descriptor: no file is read at run time,
 * so a bundle works from anywhere.
 */
import { logVerbosity, makeClientConstructor, setLogVerbosity } from "@grpc/grpc-js";
import type { ProtoGrpcType } from "./gen/mmm.ts";
import { serviceDefinition } from "./service-definition.ts";

type Services = ProtoGrpcType["mmm"]["v1"];

// Its own lines on standard error would stand between ours; every error reaches a caller.
setLogVerbosity(logVerbosity.NONE);

export const PeerService = serviceCalled("Peer");
export const ControlService = serviceCalled("Control");

/** The library knows neither the names of the methods nor their types. */
function serviceCalled<Name extends "Peer" | "Control">(name: Name): Services[Name] {
  const service: unknown = makeClientConstructor(serviceDefinition(name), name);
  return service as Services[Name];
}

/** A whole state of 300 groups at 4 KB fits several times. */
export const MAX_MESSAGE_BYTES = 8 * 1024 * 1024;
