/**
 * One monitor: the core with everything around it, from the opened log and the locked data
 * directory until its end.
 */
import { ControlServer } from "../adapters/control/server.ts";
import { ClockWatch } from "../adapters/clock.ts";
import type { SelfCheck } from "../adapters/ping/self-check.ts";
import type { Envelope } from "../core/messages.ts";
import type { Input, Target } from "../core/io.ts";
import { targetOf } from "../core/target.ts";
import type { Committed, Member } from "../core/state.ts";
import type { Status } from "../core/status-types.ts";
import type { Log } from "../ports.ts";
import { Answers } from "./answers.ts";
import { Chores } from "./chores.ts";
import { Contacts } from "./contacts.ts";
import type { DaemonOptions } from "./daemon-options.ts";
import type { Doctor } from "./doctor.ts";
import type { Neighbour } from "./history-gaps.ts";
import { doctorOf } from "./look.ts";
import { stayYoungWith } from "./memory.ts";
import { type Transport, withTransport } from "./peer-status.ts";
import { Performer } from "./perform.ts";
import { Requests } from "./requests.ts";
import { Runtime } from "./runtime.ts";
import { selfCheckOf } from "./self-check.ts";

/** A leader gets this long to hand leadership over. */
const HANDOVER_MS = 1_000;

export class Daemon<S> {
  readonly #options: DaemonOptions<S>;
  readonly #runtime: Runtime<S>;
  readonly #contacts: Contacts;
  readonly #requests = new Requests();
  readonly #clockWatch = new ClockWatch();
  readonly #chores: Chores;
  readonly #selfCheck: SelfCheck;
  #isLeaving = false;
  #seen: Committed | null = null;
  #members: readonly Member[] = [];

  constructor(options: DaemonOptions<S>) {
    this.#options = options;
    const { clock, core, state, store, onFault } = options;
    const perform = (effect: Parameters<Performer["perform"]>[0]) => performer.perform(effect);
    const onTurn = (next: S) => this.#afterTurn(next);
    const { onWake } = options.own.doors;
    this.#runtime = new Runtime({ core, state, clock, store, perform, onTurn, onWake, onFault });
    const push = (input: Input) => void this.#runtime.push(input);
    this.#contacts = new Contacts({
      ...options,
      self: () => this.#self(),
      control: new ControlServer(this.#answers()),
      push,
      onMessage: (envelope) => this.#receive(envelope),
    });
    const performer = new Performer(this.#world(), push);
    this.#chores = this.#choresOf(options);
    const [now, committed] = [() => clock.at().now, () => core.committed(this.#runtime.state)];
    this.#selfCheck = selfCheckOf(options.local.pings, { now, committed, push });
  }

  /** @throws MmmError LISTEN_FAILED */
  async start(): Promise<void> {
    const { identity, nodes, log, version } = this.#options;
    nodes.onLost((group, node) => this.#runtime.push({ kind: "connection-lost", group, node }));
    const port = await this.#contacts.open();
    this.#runtime.push({ kind: "tick" });
    this.#chores.start();
    this.#selfCheck.start();
    const text = `${identity.name} listens on ${identity.listen.host}:${port}, with ${identity.peers.length} peers`;
    log.write("info", "monitor.started", text, { version, pid: process.pid });
  }

  /** What `mmm status` shows. */
  status(): Status {
    const { core, clock } = this.#options;
    return withTransport(core.status(this.#runtime.state, clock.at()), this.#transport());
  }

  renewCertificates(): void {
    this.#contacts.renewCertificates();
  }

  /** Hands leadership over and ends; within two seconds. */
  async stop(): Promise<void> {
    if (this.#isLeaving) return;
    this.#isLeaving = true;
    this.#chores.stop();
    this.#selfCheck.stop();
    this.#runtime.push({ kind: "shutdown" });
    await this.#handedOver();
    await this.#contacts.peers.drain();
    this.#runtime.stop();
    this.#requests.close();
    await this.#contacts.close();
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
    const { core, clock } = this.#options;
    const { storageId, clusterId, term } = core.view(this.#runtime.state, clock.at());
    return { storageId, clusterId, term, fileDiffers: this.#chores.ownFile };
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
      peers: this.#contacts.peers,
      reply: this.#requests.settle.bind(this.#requests),
      report: (event: Parameters<Log["event"]>[0]) => {
        log.event(event);
        this.#requests.report(event);
        this.#options.own.onEvent(event);
      },
    };
  }

  #choresOf({ identity, journal, fileDiffers }: DaemonOptions<S>): Chores {
    const { name } = identity;
    const answering = () => this.#contacts.answering();
    const clientOf = (monitor: Neighbour) => this.#contacts.clientOf(monitor);
    return new Chores({ name, journal, fileDiffers, clientOf, answering });
  }

  #answers(): Answers {
    const { identity, journal } = this.#options;
    return new Answers({
      name: identity.name,
      status: () => this.status(),
      clientOf: (monitor) => this.#contacts.clientOf(monitor),
      journal,
      requests: this.#requests,
      doctor: this.#doctor(),
      proposals: this.#options.proposals,
      readAnew: this.#options.own.readAnew,
      peers: () => this.status().cluster.monitors.filter(({ name }) => name !== identity.name),
      addressOf: (monitor) => this.#contacts.peers.addressOf(monitor),
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
      pings: () => this.#selfCheck.report(),
      clientOf: (monitor) => this.#contacts.clientOf(monitor),
    });
  }

  #transport(): Transport {
    const { clock, identity, version, certificates, own } = this.#options;
    const { wall } = clock.at();
    const { files } = this.#chores;
    const doors = own.doors.troubles;
    const { name } = identity;
    return { ...this.#contacts.report(), certificates, doors, files, wall, version, name };
  }

  #afterTurn(state: S): void {
    const { core, clock, log } = this.#options;
    const jump = this.#clockWatch.jumpSinceLast(clock.at());
    if (jump !== null) log.write("warn", "clock.jumped", `the wall clock was set by ${jump} ms`);
    this.#talkTo(core.members(state));
    const committed = core.committed(state);
    if (committed === null || committed === this.#seen) return;
    this.#seen = committed;
    this.#project(committed, core.view(state, clock.at()).removed);
    this.#options.own.onCommitted(committed);
  }

  /**
   * Whoever counts by the newest state is talked to, as consensus does it; from the start on, too, for the file may name
   * none but the founders.
   */
  #talkTo(members: readonly Member[]): void {
    if (members === this.#members) return;
    this.#members = members;
    for (const member of members) this.#contacts.peers.agree(member);
  }

  /** What follows from the agreed state, outside of the core. */
  #project(committed: Committed, removed: boolean): void {
    const { nodes, logins } = this.#options;
    this.#chores.record(committed);
    const watched = removed ? [] : committed.groups;
    stayYoungWith(watched);
    logins.cover(watched.flatMap(targetsOf));
    // Nobody asks the guards of a group that has no virtual IP.
    const kept = watched.filter(({ vips }) => vips.length > 0);
    // The first are logged in to first, and on a master's host a lease may have to be renewed.
    const ofMasters = kept.flatMap((group) =>
      targetsOf(group).filter(({ node }) => node === group.master),
    );
    nodes.warm([...ofMasters, ...kept.flatMap(targetsOf)]);
  }
}

function targetsOf({ name, nodes }: Committed["groups"][number]): readonly Target[] {
  return nodes.map((node) => targetOf(name, node));
}
