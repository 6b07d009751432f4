/**
 * How a connection comes to gRPC: one in each turn of the loop, for whoever has come talks at once, and many may come
 * at once. gRPC does not tell of its server of HTTP/2; its version is exact (package.json), and without that server no
 * monitor starts.
 */
import type { Http2Server } from "node:http2";
import type { Socket } from "node:net";
import { type Server, ServerCredentials } from "@grpc/grpc-js";
import { type Crowd, placeOf } from "./crowd.ts";
import { OneByOne } from "./one-by-one.ts";
import { endRestless } from "./taken-back.ts";

interface InsideServer {
  readonly http2Servers: ReadonlyMap<Http2Server, unknown>;
}

/** What a connection costs on which calls were taken back: as many connections more. */
const COSTS = 24;

export class Entrance {
  readonly #inside: ReturnType<Server["createConnectionInjector"]>;
  readonly #jobs = new OneByOne();
  readonly #waiting = new Set<Socket>();

  /** @param crowd those who come; whoever takes back what it asks has fewer connections for a while */
  constructor(server: Server, crowd: Crowd) {
    this.#inside = server.createConnectionInjector(ServerCredentials.createInsecure());
    const [http2] = (server as unknown as InsideServer).http2Servers.keys();
    if (http2 === undefined) throw new Error("gRPC has changed: it has no server of HTTP/2");
    http2.on("session", (session) => {
      const place = placeOf(session.socket.remoteAddress ?? "");
      endRestless(session, () => crowd.charge(place, COSTS));
    });
  }

  letIn(socket: Socket): void {
    // Whoever uses the connection sees its end.
    socket.on("error", () => undefined);
    this.#waiting.add(socket);
    this.#jobs.run(() => {
      this.#waiting.delete(socket);
      if (!socket.destroyed) this.#inside.injectConnection(socket);
    });
  }

  /** Whoever is in, or waits, has to come again, and may end what is under way until then. */
  drain(graceMs: number): void {
    this.#inside.drain(graceMs);
    for (const socket of this.#waiting) socket.destroy();
  }
}
