/**
 * The door to the network: it accepts connections, finds out who comes, and lets in or turns away.
 *
 * TLS stands here and not in gRPC's own server, for that one closes on whoever it does not accept
 * without a word to either side. The first byte of a connection tells TLS from plain text, so that a
 * wrong setting is named at both ends as what it is.
 */
import { createServer, type Server as NetServer, type Socket } from "node:net";
import {
  createServer as createTlsServer,
  type Server as TlsServer,
  type TLSSocket,
} from "node:tls";
import type { Server } from "@grpc/grpc-js";
import { systemCode } from "../errors.ts";
import type { Caller } from "./caller.ts";
import { type CrowdLimits, keepCrowdOut } from "./crowd.ts";
import { Entrance } from "./entrance.ts";
import { listenAt } from "./listening.ts";
import type { HostPort } from "./peer/address.ts";
import { peerOf, Refuser } from "./refuser.ts";
import type { TlsIdentity } from "./tls/identity.ts";
import { judge } from "./tls/judge.ts";
import { Revoked } from "./tls/revoked.ts";

export interface DoorOptions {
  /** null: whoever comes is let in, in the clear. */
  readonly identity: TlsIdentity | null;
  /** At each attempt. `from`: an address. */
  readonly onRefused: (from: string, reason: string) => void;
}

const TLS_HANDSHAKE = 0x16;
/** A fatal alert, "handshake failure": what a TLS client understands of a monitor without TLS. */
const ALERT = Uint8Array.of(0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28);
/** Whoever has said nothing until then is no client. */
const FIRST_BYTE_MS = 5_000;
const HANDSHAKE_MS = 5_000;
const MOST_CONNECTIONS = 512;
/** Of one address: some monitors, and all that people and programs ask from there at a time. */
const FROM_ONE_ADDRESS: CrowdLimits = { most: 48, perSecond: 50 };
/** Calls that are under way when certificates change may end by themselves until then. */
const DRAIN_MS = 5_000;

export class Door {
  readonly #options: DoorOptions;
  readonly #net: NetServer;
  readonly #tls: TlsServer | null;
  #revoked: Revoked;
  readonly #entrance: Entrance;
  readonly #refuser: Refuser;
  readonly #callers = new Map<string, { readonly caller: Caller; readonly socket: TLSSocket }>();
  /** Whose handshake began with the present files. */
  readonly #begun = new Set<string>();

  /** @param server those who are let in talk to it */
  constructor(server: Server, options: DoorOptions) {
    this.#options = options;
    this.#revoked = options.identity?.revoked ?? Revoked.none;
    this.#tls = options.identity === null ? null : this.#tlsServer(options.identity);
    this.#net = createServer({ noDelay: true });
    this.#net.maxConnections = MOST_CONNECTIONS;
    const crowd = keepCrowdOut(this.#net, FROM_ONE_ADDRESS, ({ remoteAddress }) => {
      this.#tell(remoteAddress, "it opens too many connections, or too fast");
    });
    this.#net.on("connection", (socket) => {
      if (!socket.destroyed) this.#accept(socket);
    });
    this.#entrance = new Entrance(server, crowd);
    this.#refuser = new Refuser(crowd);
  }

  /** The port that it listens on. Rejects with the system's error. */
  listen(place: HostPort): Promise<number> {
    return listenAt(this.#net, place);
  }

  /** @param peer as gRPC names the other end of a call */
  callerOf(peer: string): Caller {
    if (this.#tls === null) return { kind: "anyone" };
    return this.#callers.get(peer)?.caller ?? { kind: "refused", why: "the connection is gone" };
  }

  /**
   * From now on these are presented and trusted, and whoever came before has to come again: at once, in the midst of
   * a call, with a certificate that was revoked.
   */
  renew(identity: TlsIdentity): void {
    this.#revoked = identity.revoked;
    this.#tls?.setSecureContext(identity.context());
    this.#begun.clear();
    for (const { socket } of this.#callers.values()) {
      const certificate = socket.getPeerX509Certificate();
      if (certificate !== undefined && this.#revoked.has(certificate)) socket.destroy();
    }
    this.#entrance.drain(DRAIN_MS);
  }

  close(): void {
    this.#net.close();
    this.#refuser.close();
  }

  #tlsServer(identity: TlsIdentity): TlsServer {
    const server = createTlsServer({
      ...identity.context(),
      ALPNProtocols: ["h2"],
      handshakeTimeout: HANDSHAKE_MS,
      requestCert: true,
      // Judged below, where it can be told why.
      rejectUnauthorized: false,
    });
    server.on("secureConnection", (socket) => this.#onSecure(socket));
    server.on("tlsClientError", (error, socket) => {
      this.#tell(socket.remoteAddress, whyNoTls(error));
    });
    return server;
  }

  #accept(socket: Socket): void {
    // Whoever uses the connection sees its end; nobody else needs to.
    socket.on("error", () => undefined);
    const timer = setTimeout(() => socket.destroy(), FIRST_BYTE_MS);
    socket.once("close", () => clearTimeout(timer));
    socket.once("data", (first: Buffer) => {
      clearTimeout(timer);
      socket.pause();
      socket.unshift(first);
      this.#route(socket, first[0] === TLS_HANDSHAKE);
    });
  }

  #route(socket: Socket, isTls: boolean): void {
    if (this.#tls !== null && isTls) this.#beginTls(this.#tls, socket);
    else if (this.#tls !== null)
      this.#turnAway(
        socket,
        "it talks in the clear, and here only TLS is spoken (set tls_ca, tls_cert and tls_key there)",
      );
    else if (!isTls) this.#entrance.letIn(socket);
    else {
      this.#tell(socket.remoteAddress, "it speaks TLS, and this monitor runs with tls = off");
      socket.end(ALERT);
    }
  }

  #beginTls(tls: TlsServer, socket: Socket): void {
    const peer = peerOf(socket);
    this.#begun.add(peer);
    socket.once("close", () => this.#begun.delete(peer));
    tls.emit("connection", socket);
  }

  #onSecure(socket: TLSSocket): void {
    const peer = peerOf(socket);
    if (!this.#begun.delete(peer)) {
      // A handshake ends by the files with which it began. To be told so would keep a peer for a second, and cost a
      // leader its office; cut off, it asks again at once.
      socket.destroy();
      return;
    }
    const caller = judge(socket, this.#revoked, Date.now());
    if (caller.kind === "refused") {
      this.#turnAway(socket, caller.why);
      return;
    }
    this.#callers.set(peer, { caller, socket });
    socket.once("close", () => this.#callers.delete(peer));
    this.#entrance.letIn(socket);
  }

  #turnAway(socket: Socket, why: string): void {
    this.#tell(socket.remoteAddress, why);
    this.#refuser.turnAway(socket, why);
  }

  #tell(address: string | undefined, why: string): void {
    const from = address ?? "somebody";
    this.#options.onRefused(from, `${from}: ${why}`);
  }
}

function whyNoTls(error: Error): string {
  const code = systemCode(error) ?? error.message;
  if (code === "ERR_SSL_UNSUPPORTED_PROTOCOL") return "it does not speak TLS 1.3";
  if (code === "ECONNRESET")
    return "it broke the TLS handshake off: it may not accept the certificate of this monitor";
  return `TLS cannot be agreed on (${code})`;
}
