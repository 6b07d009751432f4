/**
 * One monitor: the core with everything around it, from the opened log and the locked data
 * directory until its end.
 */
import { ControlClient } from "../adapters/control/client.ts";
import { ControlServer } from "../adapters/control/server.ts";
import { ClockWatch } from "../adapters/clock.ts";
import { GrpcServer } from "../adapters/grpc-server.ts";
import { Refusals } from "../adapters/peer/admission.ts";
import { Peers } from "../adapters/peer/peers.ts";
import { PeerServer } from "../adapters/peer/server.ts";
import { credentialsFor, expecting } from "../adapters/tls/channel.ts";
import type { Envelope } from "../core/messages.ts";
import type { Target } from "../core/io.ts";
import { targetOf } from "../core/target.ts";
import type { Committed } from "../core/state.ts";
import type { Status } from "../core/status-types.ts";
import type { Log } from "../ports.ts";
import { messageOf } from "../errors.ts";
import { Answers } from "./answers.ts";
import { Chores } from "./chores.ts";
import type { DaemonOptions } from "./daemon-options.ts";
import type { Doctor } from "./doctor.ts";
import type { Neighbour } from "./history-gaps.ts";
import { doctorOf } from "./look.ts";
import { stayYoungWith } from "./memory.ts";
import { type Transport, withTransport } from "./peer-status.ts";
import { Performer } from "./perform.ts";
import { Requests } from "./requests.ts";
import { Runtime } from "./runtime.ts";

/** A leader gets this long to hand leadership over. */
const HANDOVER_MS = 1_000;

export class Daemon<S> {
  readonly #options: DaemonOptions<S>;
  readonly #runtime: Runtime<S>;
  readonly #peers: Peers;
  readonly #peerServer: PeerServer;
  readonly #server: GrpcServer;
  readonly #turnedAway = new Refusals();
  readonly #requests = new Requests();
  readonly #clockWatch = new ClockWatch();
  readonly #chores: Chores;
  #isLeaving = false;
  #seen: Committed | null = null;

  constructor(options: DaemonOptions<S>) {
    this.#options = options;
    const { identity, clock, core, state, store, onFault } = options;
    const now = () => clock.at().now;
    const self = () => this.#self();
    const onFound = (name: string, address: string) => {
      this.#runtime.push({ kind: "peer-found", name, address });
    };
    const onGone = (name: string) => {
      this.#runtime.push({ kind: "peer-gone", name });
    };
    const tls = () => options.certificates.identity;
    this.#peers = new Peers({ name: identity.name, self, now, tls, onFound, onGone });
    const perform = (effect: Parameters<Performer["perform"]>[0]) => performer.perform(effect);
    const onTurn = (next: S) => this.#afterTurn(next);
    const { onWake } = options.own.doors;
    this.#runtime = new Runtime({ core, state, clock, store, perform, onTurn, onWake, onFault });
    const performer = new Performer(this.#world(), (input) => void this.#runtime.push(input));
    this.#peerServer = new PeerServer({
      self,
      now,
      onMessage: (envelope) => this.#receive(envelope),
      onRefused: (from, reason) => {
        const text = `a message was refused: ${reason}`;
        options.log.write("warn", "message.refused", text, { from, reason });
      },
    });
    this.#chores = this.#choresOf(options);
    this.#server = new GrpcServer(this.#peerServer, new ControlServer(this.#answers()), {
      identity: tls(),
      onRefused: (from, reason) => {
        if (!this.#turnedAway.add(from, reason, now())) return;
        const text = `a connection was refused: ${reason}`;
        options.log.write("warn", "connection.refused", text, { from, reason });
      },
    });
  }

  /** @throws MmmError LISTEN_FAILED */
  async start(): Promise<void> {
    const { identity, nodes, log } = this.#options;
    const port = await this.#server.listen(identity.listen);
    await this.#listenLocally();
    nodes.onLost((group, node) => this.#runtime.push({ kind: "connection-lost", group, node }));
    for (const { name, address, port: at } of identity.peers) {
      this.#peers.add({ name, host: address, port: at });
    }
    this.#runtime.push({ kind: "tick" });
    this.#chores.start();
    const text = `${identity.name} listens on ${identity.listen.host}:${port}, with ${identity.peers.length} peers`;
    log.write("info", "monitor.started", text, {
      version: this.#options.version,
      pid: process.pid,
    });
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

  /** What `mmm status` shows. */
  status(): Status {
    const { core, clock } = this.#options;
    return withTransport(core.status(this.#runtime.state, clock.at()), this.#transport());
  }

  /** Reads the certificate, and which are revoked, anew; who leads does not change. What cannot be used changes nothing. */
  renewCertificates(): void {
    const { certificates, clock, log } = this.#options;
    try {
      const identity = certificates.renew(clock.at().wall);
      if (identity === null) return;
      this.#server.renew(identity);
      this.#peers.renew();
      const until = new Date(identity.validity.until).toISOString();
      const text = `new files are in force, with a certificate until ${until.slice(0, 10)} (SIGHUP)`;
      log.write("info", "certificate.renewed", text, { until });
    } catch (error) {
      const text = `the certificate was not renewed, the old one stays in force: ${messageOf(error)}`;
      log.write("error", "certificate.refused", text);
    }
  }

  /** Hands leadership over and ends; within two seconds. */
  async stop(): Promise<void> {
    if (this.#isLeaving) return;
    this.#isLeaving = true;
    this.#chores.stop();
    this.#runtime.push({ kind: "shutdown" });
    await this.#handedOver();
    await this.#peers.drain();
    this.#runtime.stop();
    this.#requests.close();
    await this.#server.close();
    this.#peers.close();
    this.#options.nodes.close();
    this.#options.log.write("info", "monitor.ended", "ended as it was asked to");
  }

  async #handedOver(): Promise<void> {
    const { core, clock } = this.#options;
    const until = clock.at().now + HANDOVER_MS;
    do await new Promise((later) => setTimeout(later, 20));
    while (core.view(this.#runtime.state, clock.at()).leads && clock.at().now < until);
  }

  #self() {
    const { core, clock, identity, version } = this.#options;
    const { clusterId, term } = core.view(this.#runtime.state, clock.at());
    const knows = (name: string) => this.#peers.knows(name);
    const fileDiffers = this.#chores.ownFile;
    const { name } = identity;
    return { name, from: name, clusterId, term, version, fileDiffers, knows };
  }

  #receive({ from, version, fileDiffers, message }: Envelope): boolean {
    this.#chores.heard(from, fileDiffers);
    return this.#runtime.push({ kind: "message", from, version, message });
  }

  #world() {
    const { nodes, log } = this.#options;
    return {
      ...nodes,
      log,
      peers: this.#peers,
      reply: this.#requests.settle.bind(this.#requests),
      report: (event: Parameters<Log["event"]>[0]) => {
        log.event(event);
        this.#requests.report(event);
        this.#options.own.onEvent(event);
      },
    };
  }

  #choresOf({ identity, journal, fileDiffers }: DaemonOptions<S>): Chores {
    const answering = () =>
      this.#peers.reports().flatMap(({ name, address, silentMs }) => {
        return silentMs === null && name !== null ? { name, address } : [];
      });
    const clientOf = (monitor: Neighbour) => this.#clientOf(monitor);
    return new Chores({ name: identity.name, journal, fileDiffers, clientOf, answering });
  }

  /**
   * As this monitor, to the one of that name alone. No name is looked up for it: see `resolve`.
   * @throws when it has no address yet, so that it was never reached either
   */
  #clientOf({ name, address }: Neighbour): ControlClient {
    const { identity } = this.#options.certificates;
    const dialled = this.#peers.dialled(address);
    if (dialled === null) throw new Error("its name has no address yet");
    return new ControlClient(address, credentialsFor(identity, expecting(name)), dialled);
  }

  #answers(): Answers {
    const { identity, journal } = this.#options;
    return new Answers({
      name: identity.name,
      status: () => this.status(),
      clientOf: (monitor) => this.#clientOf(monitor),
      journal,
      requests: this.#requests,
      doctor: this.#doctor(),
      proposals: this.#options.proposals,
      readAnew: this.#options.own.readAnew,
      peers: () => this.status().cluster.monitors.filter(({ name }) => name !== identity.name),
      addressOf: (monitor) => this.#peers.addressOf(monitor),
      command: ({ requestId, by, command }) => {
        return !this.#isLeaving && this.#runtime.push({ kind: "command", requestId, by, command });
      },
    });
  }

  #doctor(): Doctor {
    const { core, clock } = this.#options;
    return doctorOf({
      ...this.#options,
      status: () => core.status(this.#runtime.state, clock.at()),
      committed: () => core.committed(this.#runtime.state),
      clientOf: (monitor) => this.#clientOf(monitor),
    });
  }

  #transport(): Transport {
    const { clock, identity, version, certificates, own } = this.#options;
    const doors = own.doors.troubles;
    const { now, wall } = clock.at();
    const refusals = this.#peerServer.refusals.list(now);
    const turnedAway = this.#turnedAway.list(now);
    const peers = this.#peers.reports();
    const { files } = this.#chores;
    const known = { peers, refusals, turnedAway, certificates, doors, files };
    return { ...known, wall, version, name: identity.name };
  }

  #afterTurn(state: S): void {
    const { core, clock, log } = this.#options;
    const jump = this.#clockWatch.jumpSinceLast(clock.at());
    if (jump !== null) log.write("warn", "clock.jumped", `the wall clock was set by ${jump} ms`);
    const committed = core.committed(state);
    if (committed === null || committed === this.#seen) return;
    this.#seen = committed;
    this.#project(committed, core.view(state, clock.at()).removed);
    this.#options.own.onCommitted(committed);
  }

  /** What follows from the agreed state, outside of the core. */
  #project(committed: Committed, removed: boolean): void {
    const { nodes, logins } = this.#options;
    for (const { name, address } of committed.cluster.members) this.#peers.meet(name, address);
    this.#chores.record(committed);
    const watched = removed ? [] : committed.groups;
    stayYoungWith(watched);
    logins.cover(watched.flatMap(targetsOf));
    // Nobody asks the guards of a group that has no virtual IP.
    nodes.warm(watched.filter(({ vips }) => vips.length > 0).flatMap(targetsOf));
  }
}

function targetsOf({ name, nodes }: Committed["groups"][number]): readonly Target[] {
  return nodes.map((node) => targetOf(name, node));
}
