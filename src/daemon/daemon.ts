/**
 * One monitor: the core with everything around it, from the opened log and the locked data
 * directory until its end.
 */
import type { Identity } from "../adapters/config/identity.ts";
import { ControlServer } from "../adapters/control/server.ts";
import { ClockWatch } from "../adapters/clock.ts";
import { GrpcServer } from "../adapters/grpc-server.ts";
import { Peers } from "../adapters/peer/peers.ts";
import { PeerServer } from "../adapters/peer/server.ts";
import type { GroupName } from "../core/ids.ts";
import type { Envelope } from "../core/messages.ts";
import type { Target } from "../core/io.ts";
import type { Proposal } from "../core/reload/proposal.ts";
import type { Committed } from "../core/state.ts";
import type { Clock, Core, DurableStore, Journal, Log } from "../ports.ts";
import { Answers } from "./answers.ts";
import { finishedOperations } from "./history.ts";
import { withTransport } from "./peer-status.ts";
import { Performer } from "./perform.ts";
import { Requests } from "./requests.ts";
import { Runtime } from "./runtime.ts";
import type { NodeWorld } from "./world.ts";

export interface DaemonOptions<S> {
  readonly identity: Identity;
  readonly version: string;
  readonly core: Core<S>;
  readonly state: S;
  readonly clock: Clock;
  readonly store: DurableStore;
  readonly journal: Journal;
  readonly nodes: NodeWorld;
  readonly log: Log;
  /** What the configuration file proposes now. @throws ConfigErrors */
  readonly proposal: (group: GroupName) => Proposal | null;
  /** Called once, when it can go on no longer. */
  readonly onFault: (error: unknown) => void;
}

/** A leader gets this long to hand leadership over. */
const HANDOVER_MS = 1_000;

export class Daemon<S> {
  readonly #options: DaemonOptions<S>;
  readonly #runtime: Runtime<S>;
  readonly #peers: Peers;
  readonly #peerServer: PeerServer;
  readonly #server: GrpcServer;
  readonly #requests = new Requests();
  readonly #clockWatch = new ClockWatch();
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
    this.#peers = new Peers({ name: identity.name, self, now, onFound });
    const perform = (effect: Parameters<Performer["perform"]>[0]) => performer.perform(effect);
    const onTurn = (next: S) => this.#afterTurn(next);
    this.#runtime = new Runtime({ core, state, clock, store, perform, onTurn, onFault });
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
    this.#server = new GrpcServer(this.#peerServer, new ControlServer(this.#answers()));
  }

  /** @throws MmmError LISTEN_FAILED */
  async start(): Promise<void> {
    const { identity, nodes, log } = this.#options;
    const port = await this.#server.listen(identity.listen);
    nodes.onLost((group, node) => this.#runtime.push({ kind: "connection-lost", group, node }));
    for (const { name, address, port: at } of identity.peers) {
      this.#peers.add({ name, host: address, port: at });
    }
    this.#runtime.push({ kind: "tick" });
    const text = `${identity.name} listens on ${identity.listen.host}:${port}, with ${identity.peers.length} peers`;
    log.write("info", "monitor.started", text, {
      version: this.#options.version,
      pid: process.pid,
    });
  }

  /** Hands leadership over and ends; within two seconds. */
  async stop(): Promise<void> {
    if (this.#isLeaving) return;
    this.#isLeaving = true;
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
    const { clusterId } = core.view(this.#runtime.state, clock.at());
    const knows = (name: string) => this.#peers.knows(name);
    return { name: identity.name, from: identity.name, clusterId, version, knows };
  }

  #receive({ from, version, message }: Envelope): boolean {
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
      },
    };
  }

  #answers(): Answers {
    const { core, clock, identity, journal, version } = this.#options;
    const status = () => {
      const peers = this.#peers.reports();
      const refusals = this.#peerServer.refusals.list(clock.at().now);
      const own = core.status(this.#runtime.state, clock.at());
      return withTransport(own, { peers, refusals, version, name: identity.name });
    };
    return new Answers({
      name: identity.name,
      status,
      journal,
      requests: this.#requests,
      proposal: this.#options.proposal,
      addressOf: (monitor) => this.#peers.addressOf(monitor),
      command: ({ requestId, by, command }) => {
        return !this.#isLeaving && this.#runtime.push({ kind: "command", requestId, by, command });
      },
    });
  }

  #afterTurn(state: S): void {
    const { core, clock, log } = this.#options;
    const jump = this.#clockWatch.jumpSinceLast(clock.at());
    if (jump !== null) log.write("warn", "clock.jumped", `the wall clock was set by ${jump} ms`);
    const committed = core.committed(state);
    if (committed === null || committed === this.#seen) return;
    this.#seen = committed;
    this.#project(committed, core.view(state, clock.at()).removed);
  }

  /** What follows from the agreed state, outside of the core. */
  #project(committed: Committed, removed: boolean): void {
    const { nodes, journal } = this.#options;
    for (const { name, address } of committed.cluster.members) this.#peers.meet(name, address);
    journal.record(finishedOperations(committed));
    const watched = removed ? [] : committed.groups;
    nodes.warm(watched.flatMap((group) => group.nodes.map((node) => targetOf(group.name, node))));
  }
}

function targetOf(group: string, node: Committed["groups"][number]["nodes"][number]): Target {
  const { name, address, port, sshUser, sshPort, sshHostKey } = node;
  return { group, node: name, address, port, sshUser, sshPort, sshHostKey };
}
