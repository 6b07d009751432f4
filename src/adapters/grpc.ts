/**
 * The two services as gRPC sees them, from the embedded descriptor: no file is read at run time,
 * so a bundle works from anywhere.
 */
import { loadPackageDefinition, logVerbosity, setLogVerbosity } from "@grpc/grpc-js";
import { fromJSON } from "@grpc/proto-loader";
import { descriptor } from "./gen/descriptor.ts";
import type { ProtoGrpcType } from "./gen/mmm.ts";

/** The library's type of a descriptor asks for comments, which a descriptor need not have. */
type Descriptor = Parameters<typeof fromJSON>[0];

const definition = fromJSON(descriptor as unknown as Descriptor, {
  longs: Number,
  enums: String,
  defaults: true,
  oneofs: true,
});

// Its own lines on standard error would stand between ours; every error reaches a caller.
setLogVerbosity(logVerbosity.NONE);

const loaded = loadPackageDefinition(definition) as unknown as ProtoGrpcType;

export const PeerService = loaded.mmm.v1.Peer;
export const ControlService = loaded.mmm.v1.Control;

/** A whole state of 300 groups at 4 KB fits several times. */
export const MAX_MESSAGE_BYTES = 8 * 1024 * 1024;
