/** The one port of a monitor: its peers and its operators talk to it there. */
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { MmmError, messageOf, systemCode } from "../errors.ts";
import type { ControlServer } from "./control/server.ts";
import { ControlService, MAX_MESSAGE_BYTES, PeerService } from "./grpc.ts";
import { type HostPort, showAddress } from "./peer/address.ts";
import type { PeerServer } from "./peer/server.ts";

/** Answers that are under way at the end get this long. */
const GRACE_MS = 300;

export class GrpcServer {
  readonly #server = new Server({
    "grpc.max_concurrent_streams": 64,
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
    "grpc.enable_channelz": 0,
    // Connections of hosts that vanished do not pile up.
    "grpc.keepalive_time_ms": 5_000,
    "grpc.keepalive_timeout_ms": 5_000,
  });
  readonly #peer: PeerServer;
  readonly #control: ControlServer;

  constructor(peer: PeerServer, control: ControlServer) {
    this.#peer = peer;
    this.#control = control;
    const { exchange, identify } = peer;
    this.#server.addService(PeerService.service, { Exchange: exchange, Identify: identify });
    this.#server.addService(ControlService.service, {
      Status: control.status,
      Info: control.info,
      History: control.history,
      Operate: control.operate,
      Watch: control.watch,
      Identify: identify,
    });
  }

  /**
   * The port that it listens on: another than was asked for only if that was 0.
   * @throws MmmError LISTEN_FAILED
   */
  listen(address: HostPort): Promise<number> {
    return new Promise((settle, fail) => {
      const target = showAddress(address);
      this.#server.bindAsync(target, ServerCredentials.createInsecure(), (error, port) => {
        if (error === null) settle(port);
        else fail(listenError(address, error));
      });
    });
  }

  async close(): Promise<void> {
    this.#control.close();
    this.#peer.close();
    await new Promise<void>((settle) => {
      const timer = setTimeout(() => {
        this.#server.forceShutdown();
        settle();
      }, GRACE_MS);
      this.#server.tryShutdown(() => {
        clearTimeout(timer);
        settle();
      });
    });
  }
}

function listenError(address: HostPort, error: Error): MmmError {
  const what = `cannot listen on ${showAddress(address)}`;
  const code = systemCode(error) ?? /\bE[A-Z]{4,}\b/.exec(error.message)?.[0];
  if (code === "EADDRINUSE") {
    const todo = `another process has it (ss -ltnp 'sport = :${address.port}'): end it, or choose another --listen`;
    return new MmmError("LISTEN_FAILED", { what, why: "the port is in use", todo, cause: error });
  }
  if (code === "EADDRNOTAVAIL") {
    const todo = "give --listen an address of this host (ip -brief address)";
    return new MmmError("LISTEN_FAILED", {
      what,
      why: "this host does not have that address",
      todo,
    });
  }
  return new MmmError("LISTEN_FAILED", { what, why: messageOf(error), cause: error });
}
