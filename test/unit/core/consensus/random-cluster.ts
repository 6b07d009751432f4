/**
 * A few monitors in virtual time under random faults, from a seed: messages are lost, doubled and
 * overtaken; links are cut one way; monitors crash before a write, after it, and between two sends.
 *
 * `Mutation` breaks one rule from outside, by changing what a monitor is given or remembers. A run
 * that does not notice shows that the checks check nothing.
 */
import { commitUpTo } from "../../../../src/core/consensus/accepted.ts";
import {
  answeredRoundSentAt,
  beginRound,
  createConsensus,
  isEstablished,
  members,
  peerFound,
  propose,
  readyPeers,
  receive,
  type Step,
  tick,
  transfer,
  wakeAt,
} from "../../../../src/core/consensus/consensus.ts";
import {
  type ConsensusEffect,
  type ConsensusMessage,
  type ConsensusState,
  DEFAULT_TIMERS,
  type Durable,
  type Part,
} from "../../../../src/core/consensus/types.ts";
import { derive } from "../../../../src/core/entropy.ts";
import type { At } from "../../../../src/core/ids.ts";
import type { ClusterPart } from "../../../../src/core/state.ts";
import { isNewer, sameStamp } from "../../../../src/core/stamp.ts";
import { Oracle } from "./oracle.ts";

export type Mutation =
  | "none"
  | "forgets its vote in a crash"
  | "speaks before it has written"
  | "commits with a minority"
  | "votes for anybody"
  | "takes older states"
  | "counts a round from its answers";

interface Monitor {
  readonly name: string;
  /** Another has the name now, elsewhere; this one runs on. */
  isFormer: boolean;
  /** Those that it looks for where they were, by their names. */
  readonly mistaken: Map<string, Monitor>;
  state: ConsensusState | null;
  disk: Durable;
  /** This monitor's clock is this far ahead. It differs after each start. */
  offset: number;
  /** Stopped until then: what arrives waits, and is seen before the time that has passed. */
  pausedUntil: number;
}

interface Happening {
  readonly at: number;
  readonly act: () => void;
}

type Change = (state: ConsensusState, at: At) => Step;

export interface Options {
  readonly seed: number;
  readonly monitors: number;
  readonly faultsMs: number;
  readonly mutation: Mutation;
  /** Leaders also remove members and add them again. */
  readonly membership: boolean;
  /** With another disk, elsewhere, while the old one may run on. */
  readonly replacement: boolean;
}

export class RandomCluster {
  readonly oracle = new Oracle();
  readonly #options: Options;
  #monitors: Monitor[];
  readonly #queue: Happening[] = [];
  readonly #cut = new Set<string>();
  #now = 0;
  #draws = 0;
  #value = 0;
  #faulty = false;
  readonly #loss: number;
  readonly #spread: number;
  readonly #calm: number;
  #disks = 0;
  steps = 0;

  constructor(options: Options) {
    this.#options = options;
    this.#loss = [0, 0.02, 0.2][this.#below(3)] ?? 0;
    this.#spread = [3, 60, 2_500][this.#below(3)] ?? 3;
    this.#calm = [100, 400, 1_500][this.#below(3)] ?? 100;
    this.#monitors = Array.from({ length: options.monitors }, (_, at) =>
      newMonitor(`mon${at + 1}`),
    );
    for (const monitor of this.#monitors) this.#boot(monitor);
  }

  /** Faults for a while, then none: everybody must agree again. */
  run(): void {
    // Genesis needs everybody: in every other run the faults begin after it.
    this.#runUntil((this.#options.seed % 2) * 600);
    this.#faulty = true;
    this.#later(0, () => this.#trouble());
    this.#runUntil(this.#options.faultsMs);
    this.#faulty = false;
    this.#cut.clear();
    for (const monitor of this.#monitors) {
      monitor.pausedUntil = 0;
      monitor.mistaken.clear();
    }
    for (const monitor of this.#monitors) if (monitor.state === null) this.#boot(monitor);
    this.#runUntil(this.#now + 10_000);
    this.#expectAgreement();
  }

  #expectAgreement(): void {
    const leaders = this.#monitors.filter(({ state }) => state !== null && isEstablished(state));
    if (leaders.length !== 1) throw new Error(`${leaders.length} leaders after the faults ended`);
    const list = leaders[0]?.state == null ? [] : members(leaders[0].state);
    for (const { name, state, disk } of this.#monitors) {
      if (!list.some((member) => member.storageId === disk.storageId)) continue;
      if (!sameStamp(state?.commit ?? null, this.oracle.newestCommit)) {
        throw new Error(`${name} did not catch up`);
      }
      // Who heard another disk of that name goes on saying so until it hears the one that counts.
      if (this.#options.replacement) continue;
      const refused = list.find((member) => state?.refused[member.name] !== undefined);
      if (refused !== undefined) throw new Error(`${name} refuses ${refused.name}`);
    }
  }

  // ——— time ———

  #runUntil(end: number): void {
    while (true) {
      const next = this.#nextHappening(end);
      if (next === null) break;
      this.#now = Math.max(this.#now, next.at);
      next.act();
    }
    this.#now = end;
  }

  /** The earliest message, fault or deadline before `end`. The queue is short: a scan is enough. */
  #nextHappening(end: number): Happening | null {
    let first = -1;
    let time = end;
    this.#queue.forEach((each, index) => {
      if (each.at < time) [first, time] = [index, each.at];
    });
    let waking: Monitor | null = null;
    for (const monitor of this.#monitors) {
      const due = monitor.state === null ? end : wakeAt(monitor.state) - monitor.offset;
      const at = Math.max(due, monitor.pausedUntil);
      if (at < time) [waking, time] = [monitor, at];
    }
    if (waking !== null) {
      const woken = waking;
      return { at: time, act: () => this.#turn(woken, tick) };
    }
    return first < 0 ? null : (this.#queue.splice(first, 1)[0] ?? null);
  }

  #later(ms: number, act: () => void): void {
    this.#queue.push({ at: this.#now + ms, act });
  }

  #below(limit: number): number {
    this.#draws += 1;
    return derive(this.#options.seed * 65_536 + this.#draws, this.#options.seed) % limit;
  }

  #chance(probability: number): boolean {
    return this.#below(1_000_000) < probability * 1_000_000;
  }

  #one(): Monitor {
    const monitor = this.#monitors[this.#below(this.#monitors.length)];
    if (monitor === undefined) throw new Error("no monitors");
    return monitor;
  }

  // ——— turns ———

  #turn(monitor: Monitor, change: Change): void {
    const before = monitor.state;
    if (before === null || monitor.pausedUntil > this.#now) return;
    this.steps += 1;
    const at = { now: this.#now + monitor.offset, wall: 0, entropy: this.#below(2 ** 32) };
    const { state, effects } = change(before, at);
    // Just after a vote a crash is most likely to do harm.
    const voted = state.durable.votedFor !== before.durable.votedFor;
    const crash = this.#faulty && effects.length > 0 && this.#chance(voted ? 0.08 : 0.002);
    const cutAt = crash ? this.#cutAt(effects.length) : effects.length;
    // Nobody will ever know of it: what was founded so far, say, may be founded otherwise.
    if (crash && cutAt === 0) return this.#crash(monitor);
    this.#look(monitor, before, state);
    this.#perform(monitor, effects, cutAt);
    monitor.state = state;
    if (crash) this.#crash(monitor);
  }

  /** How much of a step is done before the crash: often nothing. */
  #cutAt(count: number): number {
    const speaks = this.#options.mutation === "speaks before it has written";
    return !speaks && this.#chance(0.5) ? 0 : this.#below(count + 1);
  }

  #perform(monitor: Monitor, effects: readonly ConsensusEffect[], cutAt: number): void {
    const late = this.#options.mutation === "speaks before it has written";
    effects.forEach((effect, index) => {
      if (index >= cutAt) return;
      if (effect.kind === "persist") {
        if (late && cutAt < effects.length) return;
        this.oracle.persisted(monitor.disk, effect.durable);
        monitor.disk = effect.durable;
      } else if (effect.kind === "send") this.#send(monitor, effect.to, effect.message);
      else if (effect.event.kind === "committed") this.oracle.committed(effect.event.stamp);
      else if (effect.event.kind === "peer-refused") {
        this.#refused(monitor, effect.event.peer, effect.event.why.kind);
      }
    });
  }

  /** Nobody here is a stranger, and no disk went back. */
  #refused(monitor: Monitor, peer: string, why: string): void {
    const outside = monitor.disk.slot === null || this.#options.membership;
    if (outside && why === "not-a-member") return;
    if (this.#options.replacement && why === "storage-replaced") return;
    throw new Error(`${monitor.name} refuses ${peer}: ${why}`);
  }

  #look(monitor: Monitor, before: ConsensusState, after: ConsensusState): void {
    this.#lookAtSlot(before, after);
    const { leadership, durable } = after;
    if (leadership === null) return;
    const answeredAt = answeredRoundSentAt(after);
    if (answeredAt !== null && answeredAt !== answeredRoundSentAt(before)) {
      const mutant = this.#options.mutation === "counts a round from its answers";
      this.oracle.answered(durable.term, mutant ? this.#now : answeredAt - monitor.offset);
    }
  }

  #lookAtSlot(before: ConsensusState, after: ConsensusState): void {
    const slot = after.durable.slot;
    const was = before.durable.slot;
    if (slot === null || slot === was) return;
    const own = after.leadership !== null || slot.stamp.term === 1;
    if (own) this.oracle.created(slot, was?.stamp ?? null);
    else this.oracle.accepted(slot);
    const { leadership, durable } = after;
    if (leadership !== null && before.leadership === null && was !== null) {
      this.oracle.elected(durable.storageId, durable.term, was.stamp, this.#now);
    }
  }

  // ——— the network ———

  #send(from: Monitor, to: string, message: ConsensusMessage): void {
    if (message.term > from.disk.term && this.#options.mutation === "none") {
      throw new Error(`${from.name} spoke of a term that it had not written`);
    }
    if (this.#faulty && this.#chance(this.#loss)) return;
    const copies = this.#faulty && this.#chance(0.05) ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const delay = 1 + (this.#faulty ? this.#below(this.#spread) : 0);
      const { name } = from;
      for (const monitor of this.#meant(from, to, message))
        this.#later(delay, () => this.#deliver(name, monitor, message));
    }
  }

  /** Whoever has that name, or had it as far as the sender knows. A farewell may be for either. */
  #meant(from: Monitor, to: string, { kind }: ConsensusMessage): readonly Monitor[] {
    const all = this.#monitors.filter(({ name }) => name === to);
    if (kind === "farewell" && this.#chance(0.5)) return all;
    return [from.mistaken.get(to) ?? all.find(({ isFormer }) => !isFormer) ?? []].flat();
  }

  #deliver(from: string, monitor: Monitor, message: ConsensusMessage): void {
    if (this.#cut.has(`${from}->${monitor.name}`)) return;
    if (monitor.pausedUntil > this.#now) {
      const wait = monitor.pausedUntil - this.#now;
      return this.#later(wait, () => this.#deliver(from, monitor, message));
    }
    this.#turn(monitor, (state, at) => {
      const [given, letter] = this.#mutate(state, message);
      const step = receive(given, from, letter, at);
      if (given !== state) return undone(state, step);
      const hasty = this.#options.mutation === "commits with a minority";
      return hasty ? committedAtOnce(step) : step;
    });
  }

  #mutate(
    state: ConsensusState,
    message: ConsensusMessage,
  ): readonly [ConsensusState, ConsensusMessage] {
    switch (this.#options.mutation) {
      case "votes for anybody":
        return votingForAnybody(state, message);
      case "takes older states":
        return takingOlderStates(state, message);
      case "none":
      case "forgets its vote in a crash":
      case "speaks before it has written":
      case "commits with a minority":
      case "counts a round from its answers":
        return [state, message];
    }
  }

  // ——— faults and work ———

  #trouble(): void {
    if (!this.#faulty) return;
    const troubles = [
      () => this.#crash(this.#one()),
      () => this.#cutOff(this.#one()),
      () => this.#cut.add(`${this.#one().name}->${this.#one().name}`),
      () => this.#cut.clear(),
      () => this.#handOver(),
      () => this.#pause(this.#one()),
      () => this.#work(),
      () => this.#work(),
      () => this.#restartAll(),
    ];
    troubles[this.#below(troubles.length)]?.();
    this.#later(1 + this.#below(2 * this.#calm), () => this.#trouble());
    this.#later(1 + this.#below(200), () => this.#work());
  }

  #crash(monitor: Monitor): void {
    monitor.state = null;
    this.#later(20 + this.#below(this.#chance(0.7) ? 300 : 5_000), () => {
      if (monitor.state === null) this.#boot(monitor);
    });
    if (this.#options.mutation === "forgets its vote in a crash") {
      monitor.disk = { ...monitor.disk, votedFor: null };
    }
  }

  #pause(monitor: Monitor): void {
    monitor.pausedUntil = this.#now + this.#below(this.#chance(0.5) ? 500 : 4_000);
  }

  #cutOff(monitor: Monitor): void {
    for (const { name } of this.#monitors) {
      this.#cut.add(`${monitor.name}->${name}`);
      this.#cut.add(`${name}->${monitor.name}`);
    }
  }

  /** One that was removed: another takes its name, and not everybody hears where at once. */
  #replace(former: Monitor): void {
    const list = this.#committedMembers();
    if (former.isFormer || list === null || list.includes(former.disk.storageId)) return;
    const { name } = former;
    const isBygone = (each: Monitor): boolean => each.isFormer && each.name === name;
    former.isFormer = true;
    // Of those that had the name only the last runs on, and none that never was a member.
    const kept = this.#monitors.filter((each) => {
      return !isBygone(each) || (each === former && each.disk.slot !== null);
    });
    if (this.#chance(0.3)) former.state = null;
    this.#disks += 1;
    const fresh = newMonitor(name, `disk-${name}-${this.#disks}`);
    this.#monitors = [...kept, fresh];
    for (const other of kept) {
      if (!kept.includes(former) || this.#chance(0.5)) continue;
      other.mistaken.set(name, former);
      this.#later(this.#below(5_000), () => other.mistaken.delete(name));
    }
    this.#boot(fresh);
    for (const other of kept)
      if (other.name !== name) this.#turn(other, (state, at) => peerFound(state, name, name, at));
  }

  /** The disks that count, as the newest leader has it; null: nobody leads. */
  #committedMembers(): readonly string[] | null {
    const states = this.#monitors.flatMap(({ state }) => state ?? []).filter(isEstablished);
    const newest = states.toSorted((a, b) => b.durable.term - a.durable.term)[0];
    const slot = newest?.committed ?? null;
    if (newest === undefined || slot === null || slot !== newest.durable.slot) return null;
    return members(newest).map(({ storageId }) => storageId);
  }

  #restartAll(): void {
    if (!this.#chance(0.1)) return;
    for (const monitor of this.#monitors) {
      this.#crash(monitor);
      this.#boot(monitor);
    }
  }

  #boot(monitor: Monitor): void {
    monitor.offset = this.#below(1_000_000);
    monitor.pausedUntil = 0;
    const at = { now: this.#now + monitor.offset, wall: 0, entropy: this.#below(2 ** 32) };
    monitor.state = createConsensus({
      durable: monitor.disk,
      plan: {
        peers: this.#options.monitors - 1,
        ownAddress: monitor.name,
        groups: { "group:a": { value: 0 }, "group:b": { value: 0 } },
      },
      timers: DEFAULT_TIMERS,
      at,
    });
    for (const { name } of this.#monitors) {
      this.#turn(monitor, (state, now) => peerFound(state, name, name, now));
    }
  }

  /** Any monitor that believes to lead proposes, one after the other and several at once. */
  #work(): void {
    const replaces = this.#options.replacement && this.#chance(0.3);
    if (replaces) for (const monitor of this.#monitors) this.#replace(monitor);
    for (const monitor of this.#monitors) {
      if (this.#options.membership && this.#chance(0.1)) this.#changeMembers(monitor);
      for (let burst = this.#below(3); burst >= 0; burst -= 1) {
        if (monitor.state === null || !isEstablished(monitor.state)) break;
        this.#value += 1;
        const part = this.#chance(0.5) ? "group:a" : "group:b";
        const value = this.#value;
        this.#turn(monitor, (state, at) =>
          propose(state, at, (parts) => {
            const { "group:b": b, ...rest } = parts;
            if (b !== undefined && value % 17 === 0) return rest;
            return { ...parts, [part]: { value } };
          }),
        );
        if (this.#chance(0.5)) this.#turn(monitor, beginRound);
      }
    }
  }

  #changeMembers(monitor: Monitor): void {
    const isMissing = ({ name }: Monitor): boolean =>
      monitor.state !== null && !members(monitor.state).some((member) => member.name === name);
    const other = this.#monitors.find((each) => !each.isFormer && isMissing(each)) ?? this.#one();
    if (other.isFormer) return;
    const { name, storageId } = other.disk;
    if (monitor.state === null || !isEstablished(monitor.state)) return;
    try {
      this.#turn(monitor, (state, at) =>
        propose(state, at, (parts) => {
          const cluster = parts["cluster"] as unknown as ClusterPart;
          const others = cluster.members.filter((member) => member.name !== name);
          const grown = others.length === cluster.members.length;
          const list = grown ? [...others, { name, storageId, address: name }] : others;
          return { ...parts, cluster: { ...cluster, members: list } as unknown as Part };
        }),
      );
    } catch (error) {
      const refused = error instanceof Error && error.message.startsWith("a proposal");
      if (!refused) throw error;
    }
  }

  #handOver(): void {
    for (const monitor of this.#monitors) {
      const to = monitor.state === null ? undefined : readyPeers(monitor.state)[0];
      if (to !== undefined) this.#turn(monitor, (state, at) => transfer(state, to, at));
    }
  }
}

function newMonitor(name: string, storageId = `disk-${name}`): Monitor {
  const disk = { name, storageId, term: 0, votedFor: null, slot: null, acknowledged: {} };
  return {
    name,
    isFormer: false,
    mistaken: new Map(),
    state: null,
    disk,
    offset: 0,
    pausedUntil: 0,
  };
}

// ——— mutations ———

/** Takes back what a mutation changed for the turn alone. */
function undone(before: ConsensusState, step: Step): Step {
  const { slot } = step.state.durable;
  const untouched = slot?.parts === before.durable.slot?.parts;
  const durable: Durable = {
    ...step.state.durable,
    acknowledged: before.durable.acknowledged,
    slot: untouched ? before.durable.slot : slot,
  };
  const effects = step.effects.map((effect) =>
    effect.kind === "persist" ? { ...effect, durable } : effect,
  );
  return { state: { ...step.state, durable }, effects };
}

function committedAtOnce(step: Step): Step {
  const { leadership, durable, commit } = step.state;
  if (leadership === null || durable.slot === null) return step;
  const state = commitUpTo(step.state, durable.slot.stamp);
  if (state.commit === null || state.commit === commit) return step;
  const event = { kind: "committed", stamp: state.commit } as const;
  return { state, effects: [...step.effects, { kind: "report", event }] };
}

function votingForAnybody(
  state: ConsensusState,
  message: ConsensusMessage,
): readonly [ConsensusState, ConsensusMessage] {
  const own = state.durable.slot?.stamp;
  const asks = message.kind === "vote" || message.kind === "pre-vote";
  if (!asks || own === undefined || message.slot === null) return [state, message];
  if (!isNewer(own, message.slot)) return [state, message];
  return [
    { ...state, durable: { ...state.durable, acknowledged: {} } },
    { ...message, slot: own },
  ];
}

function takingOlderStates(
  state: ConsensusState,
  message: ConsensusMessage,
): readonly [ConsensusState, ConsensusMessage] {
  const slot = state.durable.slot;
  if (message.kind !== "append" || message.delta === null || slot === null) return [state, message];
  const stamp = { term: message.delta.stamp.term, version: message.delta.base?.version ?? 0 };
  const durable = { ...state.durable, acknowledged: {}, slot: { ...slot, stamp } };
  return [{ ...state, durable }, message];
}
