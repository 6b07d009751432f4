/**
 * A few monitors' consensus in virtual time, driven by the commands of a transcript.
 *
 * Time passes only in `advance`, where messages take one millisecond. Everywhere else messages wait
 * until `deliver` (those that wait now) or `stabilize` (until none is left).
 */
import {
  answeredRoundSentAt,
  beginRound,
  createConsensus,
  isEstablished,
  members,
  peerFound,
  peerGone,
  propose,
  receive,
  type Step,
  tick,
  transfer,
  wakeAt,
} from "../../src/core/consensus/consensus.ts";
import {
  type ConsensusEffect,
  type ConsensusMessage,
  type ConsensusState,
  DEFAULT_TIMERS,
  type Durable,
  type Part,
  type Parts,
} from "../../src/core/consensus/types.ts";
import { derive } from "../../src/core/entropy.ts";
import type { At } from "../../src/core/ids.ts";
import { CLUSTER_PART, type ClusterPart } from "../../src/core/state.ts";
import { describeEvent, describeMessage, isHeartbeat, showSlot } from "./describe.ts";

interface Monitor {
  readonly name: string;
  readonly peers: number;
  state: ConsensusState | null;
  disk: Durable;
  backup: Durable | null;
  crashBeforePersist: boolean;
}

/** From whom and to whom, by the transcript's names: two monitors may be called the same. */
interface Letter {
  readonly from: string;
  readonly to: string;
  readonly message: ConsensusMessage;
}

type Command = (args: readonly string[], options: Readonly<Record<string, string>>) => void;

export class Monitors {
  readonly #monitors = new Map<string, Monitor>();
  #letters: Letter[] = [];
  #cut = new Set<string>();
  /** Whom a monitor means by a name, if it is not the one that the transcript calls so. */
  readonly #meant = new Map<string, string>();
  #output: string[] = [];
  #now = 1_000;
  #turns = 0;
  #disks = 0;
  #heartbeats = 0;
  #hellos = 0;
  #advancing = false;
  readonly #commands: Readonly<Record<string, Command>> = {
    monitors: ([count = "3"], { peers }) => this.#start(Number(count), peers),
    cluster: ([count = "3"]) => this.#cluster(Number(count)),
    advance: ([ms = "0"]) => this.#advance(Number(ms)),
    skip: ([ms = "0"]) => {
      this.#now += Number(ms);
    },
    tick: ([name = ""]) => this.#turn(name, tick),
    deliver: (links, options) => this.#deliver(links, options),
    stabilize: () => this.#stabilize(),
    propose: ([name = "", change = ""]) => this.#propose(name, change),
    round: ([name = ""]) => this.#turn(name, beginRound),
    transfer: ([name = "", to = ""]) => this.#turn(name, (state, at) => transfer(state, to, at)),
    cut: (links) => links.forEach((link) => this.#cut.add(link)),
    partition: (groups) => this.#partition(groups),
    heal: () => this.#cut.clear(),
    drop: () => this.#dropAll(),
    crash: ([name = "", when]) => this.#crash(name, when),
    restart: (names) => names.forEach((name) => this.#restart(name)),
    gone: ([name = "", ...peers]) =>
      peers.forEach((peer) => this.#turn(peer, (state, at) => peerGone(state, name, at))),
    wipe: ([name = ""]) => this.#wipe(name),
    backup: ([name = ""]) => {
      this.#monitor(name).backup = this.#monitor(name).disk;
    },
    restore: ([name = ""]) => this.#restore(name),
    elsewhere: ([name = "", former = ""]) => this.#elsewhere(name, former),
    mistakes: ([by = "", former = ""]) =>
      void this.#meant.set(`${by}->${this.#monitor(former).name}`, former),
    meet: ([a = "", b = ""]) => this.#meet(a, b),
    dial: ([a = "", b = ""]) => this.#dial(a, b),
    add: ([name = ""], { peers = "0" }) => this.#add(name, Number(peers)),
    member: ([name = "", verb = "", member = ""]) => this.#member(name, verb, member),
    resend: ([link = ""]) => this.#resend(link),
    state: (names) => this.#show(names),
    authority: ([name = ""]) => this.#authority(name),
  };
  #sent: Letter[] = [];

  run(words: readonly string[]): readonly string[] {
    this.#output = [];
    const [name = "", ...rest] = words;
    const command = this.#commands[name];
    if (command === undefined) return [`unknown command: ${name}`];
    const options = rest.filter((word) => /^[a-z]+=/.test(word) && name !== "propose");
    const args = rest.filter((word) => !options.includes(word));
    try {
      command(args, Object.fromEntries(options.map((word) => word.split("=", 2))));
    } catch (error) {
      this.#say(`error: ${error instanceof Error ? error.message : String(error)}`);
    }
    this.#sayChatter();
    return this.#output.length === 0 ? ["ok"] : this.#output;
  }

  #say(line: string): void {
    this.#output.push(line);
  }

  #sayChatter(): void {
    if (this.#heartbeats > 0) this.#say(`(${this.#heartbeats} heartbeats and answers)`);
    if (this.#hellos > 0) this.#say(`(${this.#hellos} hellos)`);
    this.#heartbeats = 0;
    this.#hellos = 0;
  }

  #at(): At {
    this.#turns += 1;
    return { now: this.#now, wall: 0, entropy: derive(this.#turns, 7) };
  }

  #monitor(name: string): Monitor {
    const monitor = this.#monitors.get(name);
    if (monitor === undefined) throw new Error(`no monitor ${name}`);
    return monitor;
  }

  // ——— turns ———

  #turn(name: string, change: (state: ConsensusState, at: At) => Step): void {
    const monitor = this.#monitor(name);
    if (monitor.state === null) return this.#say(`${name} is not running`);
    const step = change(monitor.state, this.#at());
    monitor.state = step.state;
    for (const effect of step.effects) {
      if (effect.kind === "persist" && monitor.crashBeforePersist) {
        monitor.crashBeforePersist = false;
        monitor.state = null;
        return this.#say(`${name} crashes before it has persisted ${showSlot(effect.durable)}`);
      }
      this.#perform(monitor, name, effect);
    }
  }

  #perform(monitor: Monitor, name: string, effect: ConsensusEffect): void {
    if (effect.kind === "persist") {
      monitor.disk = effect.durable;
      this.#say(`${name} persists ${showSlot(effect.durable)}`);
    } else if (effect.kind === "report") {
      this.#say(`${name} reports ${describeEvent(effect.event)}`);
    } else {
      const to = this.#meant.get(`${name}->${effect.to}`) ?? effect.to;
      this.#post({ from: name, to, message: effect.message });
    }
  }

  #post(letter: Letter): void {
    if (isHeartbeat(letter.message)) this.#heartbeats += 1;
    else if (this.#advancing && letter.message.kind === "hello") this.#hellos += 1;
    else this.#say(`${letter.from} → ${letter.to}: ${describeMessage(letter.message)}`);
    this.#letters.push(letter);
    this.#sent.push(letter);
  }

  #hand(letter: Letter): void {
    const { from, to, message } = letter;
    if (this.#cut.has(`${from}->${to}`) || this.#monitors.get(to)?.state == null) return;
    const { name } = this.#monitor(from);
    this.#turn(to, (state, at) => receive(state, name, message, at));
  }

  // ——— time and messages ———

  #advance(ms: number): void {
    const end = this.#now + ms;
    this.#advancing = true;
    while (this.#now < end) {
      const letters = this.#letters;
      this.#letters = [];
      for (const letter of letters) this.#hand(letter);
      for (const [name, { state }] of this.#monitors) {
        if (state !== null && wakeAt(state) <= this.#now) this.#turn(name, tick);
      }
      this.#now = this.#letters.length > 0 ? this.#now + 1 : Math.min(end, this.#nextWake());
    }
    this.#advancing = false;
  }

  #nextWake(): number {
    const wakes = [...this.#monitors.values()].flatMap(({ state }) => state ?? []).map(wakeAt);
    return Math.max(this.#now + 1, Math.min(...wakes));
  }

  /** Of what waits, `only` those of that kind, or all. */
  #deliver(
    links: readonly string[],
    { drop = "", keep = "", only }: Readonly<Record<string, string | undefined>> = {},
  ): void {
    const letters = this.#letters;
    this.#letters = [];
    const later: Letter[] = [];
    for (const letter of letters) {
      const link = `${letter.from}->${letter.to}`;
      if (drop.split(",").includes(link)) continue;
      if (keep.split(",").includes(link)) later.push(letter);
      else if (links.length > 0 && !links.includes(link)) later.push(letter);
      else if (only !== undefined && letter.message.kind !== only) later.push(letter);
      else this.#hand(letter);
    }
    this.#letters = [...later, ...this.#letters];
  }

  #stabilize(): void {
    for (let hops = 0; this.#letters.length > 0 && hops < 100; hops += 1) this.#deliver([]);
  }

  /** Everything that was ever sent on a link, once more: duplicates, and late. */
  #resend(link: string): void {
    this.#letters.push(...this.#sent.filter(({ from, to }) => `${from}->${to}` === link));
  }

  #dropAll(): void {
    this.#letters = [];
  }

  #partition(words: readonly string[]): void {
    const groups = words
      .join(" ")
      .split("|")
      .map((group) => group.trim().split(" "));
    for (const group of groups) {
      const others = groups.filter((each) => each !== group).flat();
      for (const a of group) for (const b of others) this.#cut.add(`${a}->${b}`);
    }
  }

  // ——— monitors ———

  #start(count: number, peers: string | undefined): void {
    const names = Array.from({ length: count }, (_, at) => `mon${at + 1}`);
    for (const name of names) this.#add(name, Number(peers ?? count - 1));
    for (const a of names) for (const b of names) if (a < b) this.#meet(a, b);
  }

  /** Founded, and led by mon1. What this takes is the story of other transcripts. */
  #cluster(count: number): void {
    this.#letters = [];
    this.#cut.clear();
    this.#start(count, undefined);
    if (count === 1) this.#turn("mon1", tick);
    this.#stabilize();
    this.#now += 2_000;
    this.#turn("mon1", tick);
    this.#stabilize();
    this.#turn("mon1", beginRound);
    this.#stabilize();
    this.#output = [];
    this.#heartbeats = 0;
    this.#sent = [];
    this.#show([]);
  }

  #add(name: string, peers: number): void {
    const disk = this.#blank(name);
    this.#monitors.set(name, {
      name,
      peers,
      disk,
      state: null,
      backup: null,
      crashBeforePersist: false,
    });
    this.#boot(name);
  }

  /** Another of that name, with a disk of its own; the one that had it runs on where it was. */
  #elsewhere(name: string, former: string): void {
    const monitor = this.#monitor(name);
    this.#monitors.set(former, monitor);
    this.#add(name, monitor.peers);
    for (const [other, { state }] of this.#monitors)
      if (state !== null && other !== name && other !== former) this.#meet(name, other);
  }

  #blank(name: string): Durable {
    this.#disks += 1;
    const storageId = `disk${this.#disks}`;
    return { name, storageId, term: 0, votedFor: null, slot: null, acknowledged: {} };
  }

  #boot(name: string): void {
    const monitor = this.#monitor(name);
    const groups: Parts = { "group:main": { value: 0 }, "group:other": { value: 0 } };
    const plan = { peers: monitor.peers, ownAddress: `${name}:7400`, groups };
    monitor.state = createConsensus({
      durable: monitor.disk,
      plan,
      timers: DEFAULT_TIMERS,
      at: this.#at(),
    });
  }

  #meet(a: string, b: string): void {
    this.#dial(a, b);
    this.#dial(b, a);
  }

  #dial(a: string, b: string): void {
    const { name } = this.#monitor(b);
    this.#turn(a, (state, at) => peerFound(state, name, `${b}:7400`, at));
  }

  #crash(name: string, when: string | undefined): void {
    const monitor = this.#monitor(name);
    if (when === "before-persist") monitor.crashBeforePersist = true;
    else monitor.state = null;
  }

  #restart(name: string): void {
    this.#boot(name);
    for (const [other, { state }] of this.#monitors) {
      if (other !== name && state !== null) this.#meet(name, other);
    }
  }

  #wipe(name: string): void {
    const monitor = this.#monitor(name);
    monitor.state = null;
    monitor.disk = this.#blank(name);
    this.#say(`${name} has a new disk: ${monitor.disk.storageId}`);
  }

  #restore(name: string): void {
    const monitor = this.#monitor(name);
    if (monitor.backup === null) throw new Error(`no backup of ${name}`);
    monitor.state = null;
    monitor.disk = monitor.backup;
    this.#say(`${name} has its backup: ${showSlot(monitor.disk)}`);
  }

  // ——— proposals ———

  #propose(name: string, change: string): void {
    const [key = "", value = ""] = change.split("=", 2);
    this.#turn(name, (state, at) =>
      propose(state, at, (parts) => {
        const { [`group:${key}`]: _, ...rest } = parts;
        return value === "" ? rest : { ...parts, [`group:${key}`]: { value } };
      }),
    );
  }

  #member(name: string, verb: string, member: string): void {
    const { disk } = this.#monitor(member);
    const added = { name: member, storageId: disk.storageId, address: `${member}:7400` };
    this.#turn(name, (state, at) =>
      propose(state, at, (parts) => {
        const cluster = parts[CLUSTER_PART] as unknown as ClusterPart;
        const others = cluster.members.filter((each) => each.name !== member);
        const next = verb === "add" ? [...cluster.members, added] : others;
        const replaced = verb === "replace" ? [...others, added] : next;
        return {
          ...parts,
          [CLUSTER_PART]: { ...cluster, members: replaced } as unknown as Part,
        };
      }),
    );
  }

  // ——— looking ———

  #show(names: readonly string[]): void {
    for (const [name, monitor] of this.#monitors) {
      if (names.length > 0 && !names.includes(name)) continue;
      if (monitor.state === null) {
        this.#say(`${name}: not running, disk ${showSlot(monitor.disk)}`);
      } else {
        this.#say(`${name}: ${describeState(monitor.state)}`);
      }
    }
  }

  #authority(name: string): void {
    const { state } = this.#monitor(name);
    if (state === null) return this.#say(`${name} is not running`);
    const sent = answeredRoundSentAt(state);
    const established = isEstablished(state) ? "established" : "not established";
    const age = sent === null ? "no round answered" : `round sent ${this.#now - sent} ms ago`;
    this.#say(`${name}: ${established}, ${age}`);
  }
}

function describeState(state: ConsensusState): string {
  const { role, leader, commit, committed, durable, refused } = state;
  const values = Object.entries(committed?.parts ?? {})
    .filter(([name]) => name !== CLUSTER_PART)
    .map(([name, part]) => `${name.slice(6)}=${JSON.stringify(part["value"])}`);
  const list = members(state).map((member) => member.name);
  const no = Object.keys(refused).map((name) => `, refuses ${name}`);
  const decided = commit === null ? "nothing" : `${commit.term}.${commit.version}`;
  return (
    `${role}, leader ${leader ?? "none"}, ${showSlot(durable)}, ` +
    `committed ${decided} (${values.join(" ")}), members ${list.join(" ")}${no.join("")}`
  );
}
