/**
 * The VIP of the local lab: forwards each connection to the host whose guard holds the lease, and
 * resets it the moment that host holds it no more, as a packet filter would.
 */
import { connect, createServer, type Server, type Socket } from "node:net";

export interface Backend {
  readonly address: string;
  readonly serves: () => boolean;
}

export class LocalRelay {
  readonly #backends: readonly Backend[];
  readonly #port: number;
  readonly #open = new Map<Socket, Backend>();
  readonly #server: Server;

  constructor(backends: readonly Backend[], port: number) {
    this.#backends = backends;
    this.#port = port;
    this.#server = createServer((client) => this.#accept(client));
  }

  /** Only this machine may use it: there is an unprotected Redis behind it. */
  listen(vip: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(this.#port, vip, resolve);
    });
  }

  /** Called whenever a lease may have changed. */
  check(): void {
    for (const [client, backend] of this.#open) {
      if (!backend.serves()) this.#reset(client);
    }
  }

  #accept(client: Socket): void {
    const backend = this.#backends.find((one) => one.serves());
    client.on("error", () => undefined);
    if (backend === undefined || client.remoteAddress !== client.localAddress) {
      client.resetAndDestroy();
      return;
    }
    const server = connect({ host: backend.address, port: this.#port, noDelay: true });
    client.setNoDelay(true);
    this.#open.set(client, backend);
    server.on("error", () => this.#reset(client));
    server.on("close", () => this.#reset(client));
    client.on("close", () => {
      this.#open.delete(client);
      server.destroy();
    });
    client.pipe(server);
    server.pipe(client);
  }

  #reset(client: Socket): void {
    this.#open.delete(client);
    if (!client.destroyed) client.resetAndDestroy();
  }
}
