/** What gRPC sends to a caller in place of an answer. */
import type { status } from "@grpc/grpc-js";

export type GrpcError = Error & { readonly code: status; readonly details: string };

/** @param details a sentence for whoever called */
export function grpcError(code: status, details: string): GrpcError {
  return Object.assign(new Error(details), { code, details });
}
