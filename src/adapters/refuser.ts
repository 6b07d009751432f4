/**
 * Tells those who are not let in why, in the only language that they listen to: every call is
 * answered with the reason, and soon the connection is closed. They never get near the services.
 */
import type { Socket } from "node:net";
import {
  Server,
  status,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { limitCalls } from "./call-limits.ts";
import type { Crowd } from "./crowd.ts";
import { Entrance } from "./entrance.ts";
import { grpcError } from "./grpc-error.ts";
import { ControlService, PeerService } from "./grpc.ts";

/** More at once are closed without a word. */
const MOST = 16;
const LINGER_MS = 1_000;

interface Refused {
  getPeer(): string;
  emit(event: "error", error: object): boolean;
}

export class Refuser {
  readonly #server = new Server({
    interceptors: [limitCalls()],
    "grpc.max_concurrent_streams": 1,
    "grpc.enable_channelz": 0,
  });
  readonly #entrance: Entrance;
  readonly #reasons = new Map<string, string>();

  /** @param crowd those who come to the door that it is at */
  constructor(crowd: Crowd) {
    this.#entrance = new Entrance(this.#server, crowd);
    for (const { service } of [PeerService, ControlService]) this.#refuseAll(service);
  }

  /** Takes over a connection. */
  turnAway(socket: Socket, why: string): void {
    const peer = peerOf(socket);
    if (this.#reasons.size >= MOST) {
      socket.destroy();
      return;
    }
    this.#reasons.set(peer, why);
    const timer = setTimeout(() => socket.destroy(), LINGER_MS);
    socket.once("close", () => {
      clearTimeout(timer);
      this.#reasons.delete(peer);
    });
    this.#entrance.letIn(socket);
  }

  close(): void {
    this.#server.forceShutdown();
  }

  #refuseAll(service: ServiceDefinition): void {
    const refuse = (call: Refused, answer: unknown) => {
      const details = this.#reasons.get(call.getPeer()) ?? "this connection is not allowed";
      const error = grpcError(status.UNAUTHENTICATED, details);
      if (typeof answer === "function") answer(error);
      else call.emit("error", error);
    };
    const names = Object.keys(service);
    const implementation = Object.fromEntries(names.map((name) => [name, refuse]));
    this.#server.addService(service, implementation as unknown as UntypedServiceImplementation);
  }
}

/** As gRPC names the other end of a call. */
export function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress}:${remotePort}`;
}
