/**
 * This monitor among the others: its peers, and whoever comes to its doors, with the certificates that
 * both go by. What is said is decided elsewhere.
 */
import { ControlClient } from "../adapters/control/client.ts";
import type { ControlServer } from "../adapters/control/server.ts";
import { GrpcServer } from "../adapters/grpc-server.ts";
import { type Receiver, Refusals } from "../adapters/peer/admission.ts";
import { Peers } from "../adapters/peer/peers.ts";
import { PeerServer } from "../adapters/peer/server.ts";
import { credentialsFor, expecting } from "../adapters/tls/channel.ts";
import type { MonitorName } from "../core/ids.ts";
import type { Input } from "../core/io.ts";
import type { Envelope } from "../core/messages.ts";
import type { Member } from "../core/state.ts";
import { messageOf } from "../errors.ts";
import type { DaemonOptions } from "./daemon-options.ts";
import type { Neighbour } from "./history-gaps.ts";
import type { Transport } from "./peer-status.ts";

type Given = "identity" | "version" | "clock" | "log" | "certificates" | "socket";

export interface ContactsOptions extends Pick<DaemonOptions<never>, Given> {
  /** What is said of this monitor with each message. */
  readonly self: () => Pick<Receiver, "clusterId" | "term"> &
    Pick<Envelope, "fileDiffers"> &
    Pick<Member, "storageId">;
  readonly control: ControlServer;
  readonly push: (input: Input) => void;
  /** false: it cannot be taken in. */
  readonly onMessage: (envelope: Envelope) => boolean;
}

export class Contacts {
  readonly peers: Peers;
  readonly #options: ContactsOptions;
  readonly #peerServer: PeerServer;
  readonly #server: GrpcServer;
  readonly #turnedAway = new Refusals();

  constructor(options: ContactsOptions) {
    this.#options = options;
    const { identity, clock, certificates, control, push, onMessage } = options;
    const now = () => clock.at().now;
    const self = () => this.#self();
    const tls = () => certificates.identity;
    this.peers = new Peers({
      name: identity.name,
      configured: identity.peers.map(({ name, address, port }) => ({ name, host: address, port })),
      self,
      now,
      tls,
      onFound: (name, address) => push({ kind: "peer-found", name, address }),
      onGone: (name) => push({ kind: "peer-gone", name }),
    });
    const onRefused = this.#onMessageRefused.bind(this);
    this.#peerServer = new PeerServer({ self, now, onMessage, onRefused });
    this.#server = new GrpcServer(this.#peerServer, control, {
      identity: tls(),
      onRefused: this.#onCallerRefused.bind(this),
    });
  }

  /**
   * The port that it listens on.
   * @throws MmmError LISTEN_FAILED
   */
  async open(): Promise<number> {
    const port = await this.#server.listen(this.#options.identity.listen);
    await this.#listenLocally();
    this.peers.start();
    return port;
  }

  /** The command line of this host can do without it, and the monitor all the more. */
  async #listenLocally(): Promise<void> {
    const { socket, log } = this.#options;
    if (socket === null) return;
    try {
      await this.#server.listenLocally(socket);
    } catch (error) {
      const text = `mmm cannot ask this monitor through ${socket}: ${messageOf(error)}`;
      log.write("warn", "socket.failed", text);
    }
  }

  /**
   * As this monitor, to the one of that name alone. No name is looked up for it: see `resolve`.
   * @throws when it has no address yet, so that it was never reached either
   */
  clientOf({ name, address }: Neighbour): ControlClient {
    const { identity } = this.#options.certificates;
    const dialled = this.peers.dialled(address);
    if (dialled === null) throw new Error("its name has no address yet");
    return new ControlClient(address, credentialsFor(identity, expecting(name)), dialled);
  }

  /** The peers that answer. */
  answering(): readonly Neighbour[] {
    return this.peers.reports().flatMap(({ name, address, silentMs }) => {
      return silentMs === null && name !== null ? { name, address } : [];
    });
  }

  /** What is known of them, and of those who were not let in. */
  report(): Pick<Transport, "peers" | "refusals" | "turnedAway"> {
    const { now } = this.#options.clock.at();
    return {
      peers: this.peers.reports(),
      refusals: this.#peerServer.refusals.list(now),
      turnedAway: this.#turnedAway.list(now),
    };
  }

  /** Reads the certificate, and which are revoked, anew; who leads does not change. What cannot be used changes nothing. */
  renewCertificates(): void {
    const { certificates, clock, log } = this.#options;
    try {
      const identity = certificates.renew(clock.at().wall);
      if (identity === null) return;
      this.#server.renew(identity);
      this.peers.renew();
      const until = new Date(identity.validity.until).toISOString();
      const text = `new files are in force, with a certificate until ${until.slice(0, 10)} (SIGHUP)`;
      log.write("info", "certificate.renewed", text, { until });
    } catch (error) {
      const text = `the certificate was not renewed, the old one stays in force: ${messageOf(error)}`;
      log.write("error", "certificate.refused", text);
    }
  }

  async close(): Promise<void> {
    await this.#server.close();
    this.peers.close();
  }

  #self() {
    const { identity, version, self } = this.#options;
    const { name } = identity;
    const knows = (peer: MonitorName) => this.peers.knows(peer);
    return { name, from: name, version, knows, ...self() };
  }

  #onMessageRefused(from: string | null, reason: string): void {
    const text = `a message was refused: ${reason}`;
    this.#options.log.write("warn", "message.refused", text, { from, reason });
  }

  #onCallerRefused(from: string, reason: string): void {
    const { clock, log } = this.#options;
    if (!this.#turnedAway.add(from, reason, clock.at().now)) return;
    log.write("warn", "connection.refused", `a connection was refused: ${reason}`, {
      from,
      reason,
    });
  }
}
