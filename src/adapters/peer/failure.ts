/** Why a peer is not talked to, for people: gRPC's own texts are long. */
import { type ServiceError, status } from "@grpc/grpc-js";
import { tlsTrouble } from "../tls/trouble.ts";
import { ANSWER_LIMIT_MS } from "./call.ts";

export const NO_ANSWER = `no answer in ${ANSWER_LIMIT_MS} ms`;

const SYSTEM: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  EHOSTUNREACH: "no route to host",
  ENETUNREACH: "network is unreachable",
  ECONNRESET: "connection reset",
};

export function describe(error: ServiceError): string {
  const trouble = tlsTrouble(error);
  if (trouble !== null) return trouble;
  const system = /\bE[A-Z]{4,}\b/.exec(error.details)?.[0];
  if (system !== undefined) return SYSTEM[system] ?? system;
  if (error.code === status.DEADLINE_EXCEEDED || error.code === status.CANCELLED) return NO_ANSWER;
  if (error.code === status.UNIMPLEMENTED) return "not a monitor of redis-mmm";
  return status[error.code]?.toLowerCase().replaceAll("_", " ") ?? "unknown error";
}
