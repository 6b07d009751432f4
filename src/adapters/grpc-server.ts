/**
 * Where a monitor is talked to: one port for its peers and operators, and a socket of its host for
 * the command line there.
 */
import { Server } from "@grpc/grpc-js";
import { MmmError, messageOf, systemCode } from "../errors.ts";
import type { ControlServer } from "./control/server.ts";
import { Door, type DoorOptions } from "./door.ts";
import { LocalDoor, shutDown } from "./local-door.ts";
import { type HostPort, showAddress } from "./peer/address.ts";
import type { PeerServer } from "./peer/server.ts";
import { addServices, type Services, SERVER_OPTIONS } from "./services.ts";
import type { TlsIdentity } from "./tls/identity.ts";

/** Answers that are under way at the end get this long. */
const GRACE_MS = 300;
const IN_THE_CLEAR: DoorOptions = { identity: null, onRefused: () => undefined };

export class GrpcServer {
  readonly #services: Services;
  readonly #server = new Server(SERVER_OPTIONS);
  readonly #door: Door;
  #local: LocalDoor | null = null;

  constructor(peer: PeerServer, control: ControlServer, options: DoorOptions = IN_THE_CLEAR) {
    this.#services = { peer, control };
    this.#door = new Door(this.#server, options);
    addServices(this.#server, this.#services, (caller) => this.#door.callerOf(caller));
  }

  /**
   * The port that it listens on: another than was asked for only if that was 0.
   * @throws MmmError LISTEN_FAILED
   */
  async listen(address: HostPort): Promise<number> {
    try {
      return await this.#door.listen(address);
    } catch (error) {
      throw listenError(address, error);
    }
  }

  /** Rejects with the system's error. */
  async listenLocally(path: string): Promise<void> {
    this.#local = new LocalDoor(this.#services);
    await this.#local.listen(path);
  }

  /** Whoever is connected has to come again, and is judged anew. */
  renew(identity: TlsIdentity): void {
    this.#door.renew(identity);
    this.#services.peer.endCalls();
  }

  async close(): Promise<void> {
    const { peer, control } = this.#services;
    control.close();
    peer.endCalls();
    this.#door.close();
    await Promise.all([this.#local?.close(GRACE_MS), shutDown(this.#server, GRACE_MS)]);
  }
}

function listenError(address: HostPort, error: unknown): MmmError {
  const what = `cannot listen on ${showAddress(address)}`;
  const code = systemCode(error);
  if (code === "EADDRINUSE") {
    const todo = `another process has it (ss -ltnp 'sport = :${address.port}'): end it, or choose another --listen`;
    return new MmmError("LISTEN_FAILED", { what, why: "the port is in use", todo, cause: error });
  }
  if (code === "EADDRNOTAVAIL") {
    const todo = "give --listen an address of this host (ip -brief address)";
    const why = "this host does not have that address";
    return new MmmError("LISTEN_FAILED", { what, why, todo });
  }
  return new MmmError("LISTEN_FAILED", { what, why: messageOf(error), cause: error });
}
