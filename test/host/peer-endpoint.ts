/** One end of the peer protocol, without a core: what arrives is kept for the test to look at. */
import { ControlServer, type ControlBackend } from "../../src/adapters/control/server.ts";
import { GrpcServer } from "../../src/adapters/grpc-server.ts";
import { Peers } from "../../src/adapters/peer/peers.ts";
import { parsePeer } from "../../src/adapters/peer/address.ts";
import { PeerServer } from "../../src/adapters/peer/server.ts";
import type { TlsIdentity } from "../../src/adapters/tls/identity.ts";
import type { Envelope, PeerMessage } from "../../src/core/messages.ts";
import { healthMessage } from "../helpers/health-message.ts";

export interface EndpointOptions {
  readonly name: string;
  readonly port: number;
  readonly host?: string;
  readonly peers: readonly string[];
  readonly clusterId?: string | null;
  readonly disk?: string;
  readonly greets?: boolean;
  readonly accepts?: boolean;
  readonly tls?: TlsIdentity;
}

export class Endpoint implements AsyncDisposable {
  readonly received: Envelope[] = [];
  readonly found: string[] = [];
  readonly gone: string[] = [];
  readonly turnedAway: string[] = [];
  #tls: TlsIdentity | null;
  readonly peers: Peers;
  readonly server: PeerServer;
  readonly #grpc: GrpcServer;

  private constructor(options: EndpointOptions) {
    const { name, clusterId = null, disk = "s1" } = options;
    this.#tls = options.tls ?? null;
    const tls = () => this.#tls;
    const now = () => performance.now();
    const self = () => ({
      name,
      from: name,
      storageId: disk,
      clusterId,
      term: 0,
      version: "test",
      fileDiffers: "",
      knows: (other: string) => this.peers.knows(other),
    });
    // As the core does it, which says hello at once.
    const onFound = (other: string, address: string) => {
      this.found.push(`${other}=${address}`);
      if (options.greets === true) this.peers.send(other, health(0));
    };
    const onGone = (other: string) => void this.gone.push(other);
    const configured = options.peers.map((peer) => {
      const parsed = parsePeer(peer);
      if (parsed === null) throw new Error(`${peer} is no peer`);
      return parsed;
    });
    this.peers = new Peers({ name, configured, self, now, tls, onFound, onGone });
    const onMessage = (envelope: Envelope) => {
      if (options.accepts === false) return false;
      this.received.push(envelope);
      return true;
    };
    this.server = new PeerServer({ self, now, onMessage });
    this.#grpc = new GrpcServer(this.server, new ControlServer({} as ControlBackend), {
      identity: this.#tls,
      onRefused: (_from, reason) => void this.turnedAway.push(reason),
    });
  }

  static async open(options: EndpointOptions): Promise<Endpoint> {
    const endpoint = new Endpoint(options);
    await endpoint.#grpc.listen({ host: options.host ?? "127.0.0.1", port: options.port });
    endpoint.peers.start();
    return endpoint;
  }

  /** As after SIGHUP. */
  renew(identity: TlsIdentity): void {
    this.#tls = identity;
    this.#grpc.renew(identity);
    this.peers.renew();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.peers.close();
    await this.#grpc.close();
  }
}

export function health(seq: number): PeerMessage {
  return healthMessage({ seq });
}

export function heartbeat(round: number): PeerMessage {
  const sender = { storageId: "s1", term: 1, slot: null };
  return {
    kind: "consensus",
    message: {
      ...sender,
      kind: "append",
      round,
      version: 1,
      delta: null,
      commit: null,
      note: null,
    },
  };
}

export function farewell(): PeerMessage {
  const sender = { storageId: "s1", term: 1, slot: null };
  const members = [{ name: "mon1", storageId: "s1", address: "mon1:7400" }];
  const cluster = { schema: 1, clusterId: "00c0ffee", members, adopted: [], requests: [] };
  const stamp = { term: 1, version: 2 };
  const delta = { stamp, base: null, parts: { cluster }, changed: { cluster: stamp } };
  return { kind: "consensus", message: { ...sender, kind: "farewell", delta } };
}
