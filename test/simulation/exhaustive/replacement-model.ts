/**
 * A monitor is replaced elsewhere under its own name and runs on, in every order of what may happen: the shipped code itself.
 *
 * mon4 leads. mon1 may be removed, and again a mon1 be added, the new disk or the old one. Anybody who may campaigns at any
 * time; anybody may be brought any state that ever was; a leader may be heard by one of them, of the two that are called mon1 by
 * either; anybody may crash, a leader also when its change is on its way and not written yet.
 *
 * `consensus-model.ts` has every message by itself. Here a question and its answer, or what a leader says until nothing is
 * missing, are one step; but a candidate asks what it asked at first, whatever it was brought since, and its answer may be heard
 * by its namesake too. Rounds and what is remembered of peers, which only keep them from doing something, are left out.
 */
import {
  beginRound,
  createConsensus,
  isEstablished,
  members,
  propose,
  receive,
} from "../../../src/core/consensus/consensus.ts";
import { isBound, mayCampaign } from "../../../src/core/consensus/cluster.ts";
import { campaign } from "../../../src/core/consensus/election.ts";
import { wholeSlot } from "../../../src/core/consensus/slot.ts";
import { settle, type Step } from "../../../src/core/consensus/step.ts";
import type {
  ConsensusMessage,
  ConsensusState,
  Durable,
  Part,
  Slot,
} from "../../../src/core/consensus/types.ts";
import { CLUSTER_PART, type ClusterPart, type Member } from "../../../src/core/state.ts";
import { isNewer, showStamp } from "../../../src/core/stamp.ts";
import { AT, founding, TIMERS } from "./cluster-of-model.ts";
import { type Facts, GROUP, historyOf, NOTHING, seen } from "./consensus-facts.ts";
import type { Model, Next } from "./explore.ts";
import { Numbers, NumberSets } from "./numbers.ts";

export interface ReplacementLimits {
  /** mon4 leads in 2. */
  readonly terms: number;
  readonly members: 3 | 4 | 5;
  /** Of the members, after what has been done in the beginning: nothing, or the new disk was added, and nobody told so. */
  readonly changes: number;
  readonly begins: "led" | "added";
  readonly crashes: number;
  /** How often somebody is brought a state. */
  readonly brought: number;
}

/** mon4, by its place. */
const LEADER = 1;
/** Two numbers as one. */
const PAIR = 2 ** 26;
/** What one says of what is missing, and the other of what it has then. */
const HOPS = 6;

interface Local {
  readonly state: ConsensusState;
  readonly disk: Durable;
  /** What it asks as a candidate. */
  readonly question: ConsensusMessage | null;
}

interface Letter {
  readonly from: string;
  readonly to: string;
  readonly message: ConsensusMessage;
}

interface Outcome {
  readonly local: number;
  readonly sent: readonly number[];
  readonly ahead: readonly number[];
}

/** And what was said to it. */
interface Heard {
  readonly state: Replacing;
  readonly sent: readonly number[];
}

/** All by their numbers. */
export interface Replacing {
  readonly locals: readonly number[];
  /** Every state that ever was. */
  readonly slots: number;
  readonly changes: number;
  readonly crashes: number;
  readonly brought: number;
  readonly facts: number;
}

export function replacementModel(limits: ReplacementLimits): Model<Replacing> {
  return new Replacement(limits);
}

class Replacement implements Model<Replacing> {
  readonly initial: Replacing;
  readonly #limits: ReplacementLimits;
  readonly #names: readonly string[];
  readonly #locals = new Numbers<Local>();
  readonly #letters = new Numbers<Letter>();
  readonly #slots = new Numbers<Slot>();
  readonly #slotSets = new NumberSets((slot) => this.#slots.twin(slot));
  readonly #facts = new Numbers<Facts>();
  readonly #factsAfter = new Map<number, number>();
  readonly #done = new Map<string, Outcome | null>();
  readonly #received = new Map<number, Outcome>();

  constructor(limits: ReplacementLimits) {
    this.#limits = limits;
    const others = ["mon2", "mon3", "mon5"].slice(0, limits.members - 2);
    const founders = ["mon1", "mon4", ...others];
    this.#names = [...founders, "mon1"];
    const slot = founding(founders);
    const locals = founders.map((name) => this.#boot(diskOf(name, `disk ${name}`, slot)));
    const newDisk = this.#boot(diskOf("mon1", "disk new", null));
    const begun = this.#led({
      locals: [...locals, newDisk],
      slots: this.#slotSets.of([]),
      changes: 0,
      crashes: 0,
      brought: 0,
      facts: this.#facts.of(NOTHING),
    });
    this.initial = limits.begins === "led" ? begun : this.#added(begun);
  }

  /** By mon4, which everybody has heard of. */
  #led(empty: Replacing): Replacing {
    const others = [...this.#names.keys()].filter((index) => index !== LEADER);
    let state = this.#with(empty, LEADER, this.#campaign(this.#local(empty, LEADER)));
    for (const voter of others) state = this.#asked(state, LEADER, voter, false) ?? state;
    for (const follower of others) state = this.#heard(state, LEADER, follower, false) ?? state;
    return state;
  }

  /** mon2 and mon3 have heard that mon1 was removed. */
  #added(led: Replacing): Replacing {
    const change = (state: Replacing, disk: string | null): Replacing =>
      this.#with(state, LEADER, this.#change(this.#local(state, LEADER), disk));
    let state = change(led, null);
    for (const follower of [2, 3]) state = this.#heard(state, LEADER, follower, false) ?? state;
    return change(state, "disk new");
  }

  /** mon2 and mon3 are alike: what differs only in which is which has the same key. */
  key = (state: Replacing): string => {
    const { locals, slots, changes, crashes, brought, facts } = state;
    const counts = `${changes} ${crashes} ${brought}`;
    const key = `${counts} ${facts} ${locals.join()} ${slots}`;
    if (this.#limits.members < 4) return key;
    const [first = 0, second = 0, third = 0, fourth = 0, ...rest] = locals;
    const turned = [first, second, fourth, third, ...rest].map((each) => this.#locals.twin(each));
    const twin = `${counts} ${this.#facts.twin(facts)} ${turned.join()} ${this.#slotSets.twin(slots)}`;
    return key < twin ? key : twin;
  };

  broken = (state: Replacing): string | null => this.#facts.at(state.facts).problem;

  next = (state: Replacing): readonly Next<Replacing>[] => {
    const all: Next<Replacing>[] = [];
    const add = (what: () => string, next: Replacing | null): void => {
      if (next !== null) all.push({ what, state: next });
    };
    for (const index of this.#names.keys()) this.#addOwn(state, index, add);
    for (const a of this.#names.keys())
      for (const b of this.#names.keys())
        if (this.#names[a] !== this.#names[b]) this.#addPair(state, a, b, add);
    return all;
  };

  #addOwn(
    state: Replacing,
    index: number,
    add: (what: () => string, next: Replacing | null) => void,
  ): void {
    const { terms, crashes, brought } = this.#limits;
    const number = this.#local(state, index);
    const local = this.#locals.at(number);
    const me = this.#called(index);
    if (local.state.durable.term < terms)
      add(() => `${me} campaigns`, this.#with(state, index, this.#campaign(number)));
    if (state.crashes < crashes) add(() => `${me} crashes`, this.#crashed(state, index));
    this.#addChanges(state, index, add);
    if (state.brought >= brought) return;
    for (const slot of this.#slotSets.at(state.slots))
      add(
        () => `${me} is brought ${showStamp(this.#slots.at(slot).stamp)}`,
        this.#brought(state, index, slot),
      );
  }

  #addChanges(
    state: Replacing,
    index: number,
    add: (what: () => string, next: Replacing | null) => void,
  ): void {
    if (state.changes >= this.#limits.changes) return;
    const number = this.#local(state, index);
    const changed = { ...state, changes: state.changes + 1 };
    for (const disk of [null, "disk mon1", "disk new"]) {
      const outcome = this.#change(number, disk);
      if (outcome === null) continue;
      const what = (): string =>
        `${this.#called(index)} ${disk === null ? "removes mon1" : `adds ${disk}`}`;
      add(what, this.#with(changed, index, outcome));
      if (state.crashes >= this.#limits.crashes) continue;
      const crashed = this.#crashed(changed, index);
      for (const letter of outcome.ahead)
        for (const to of this.#meant(letter))
          add(
            () => `${what()}, which ${this.#called(to)} hears, and crashes before it has written`,
            this.#delivered(crashed, to, letter).state,
          );
    }
  }

  #addPair(
    state: Replacing,
    a: number,
    b: number,
    add: (what: () => string, next: Replacing | null) => void,
  ): void {
    const [one, other] = [this.#called(a), this.#called(b)];
    add(() => `${one} asks ${other}`, this.#asked(state, a, b, false));
    add(() => `${one} leads ${other}`, this.#heard(state, a, b, false));
    if (this.#names[a] === "mon1")
      add(() => `${one} asks ${other}, and its namesake hears`, this.#asked(state, a, b, true));
    if (this.#names[b] === "mon1")
      add(() => `${one} leads ${other}, and its namesake hears`, this.#heard(state, a, b, true));
  }

  #called(index: number): string {
    return index === this.#names.length - 1 ? "new mon1" : (this.#names[index] ?? "");
  }

  // ——— what one does, looked up ———

  #boot(disk: Durable): number {
    const state = createConsensus({
      durable: disk,
      plan: { peers: this.#limits.members - 1, ownAddress: disk.name, groups: {} },
      timers: TIMERS,
      at: AT,
    });
    return this.#locals.of({ state: bare(state), disk: bareDisk(disk), question: null });
  }

  #campaign(number: number): Outcome | null {
    return this.#once(`campaign ${number}`, number, ({ state }) => {
      const may = state.role !== "leader" && state.role !== "empty" && mayCampaign(state);
      return may ? settle(state, campaign(state, AT, false)) : null;
    });
  }

  #change(number: number, disk: string | null): Outcome | null {
    return this.#once(`change ${number} ${disk}`, number, ({ state }) => {
      if (!isEstablished(state)) return null;
      const list = members(state);
      if (list.some(({ name }) => name === "mon1") === (disk !== null)) return null;
      const others = list.filter(({ name }) => name !== "mon1");
      const added = disk === null ? [] : [{ name: "mon1", storageId: disk, address: "mon1" }];
      try {
        return propose(state, AT, (parts, stamp) => ({
          [GROUP]: { history: [...historyOf(state.durable.slot), showStamp(stamp)] },
          [CLUSTER_PART]: withMembers(parts[CLUSTER_PART], [...added, ...others]),
        }));
      } catch {
        // The change before is not decided yet.
        return null;
      }
    });
  }

  #round(number: number): Outcome | null {
    return this.#once(`round ${number}`, number, ({ state }) =>
      state.role === "leader" ? beginRound(state, AT) : null,
    );
  }

  #once(key: string, number: number, run: (local: Local) => Step | null): Outcome | null {
    const known = this.#done.get(key);
    if (known !== undefined) return known;
    const local = this.#locals.at(number);
    const step = run(local);
    const outcome = step && this.#outcomeOf(local, step);
    this.#done.set(key, outcome);
    return outcome;
  }

  #receive(number: number, letter: number): Outcome {
    const key = number * PAIR + letter;
    const known = this.#received.get(key);
    if (known !== undefined) return known;
    const local = this.#locals.at(number);
    const { from, message } = this.#letters.at(letter);
    const outcome = this.#outcomeOf(local, receive(local.state, from, message, AT));
    this.#received.set(key, outcome);
    return outcome;
  }

  #outcomeOf({ disk: before, question }: Local, { state, effects }: Step): Outcome {
    let disk = before;
    let asks = state.role === "candidate" ? question : null;
    const sent: number[] = [];
    let ahead: readonly number[] = [];
    for (const effect of effects) {
      if (effect.kind === "persist") [disk, ahead] = [bareDisk(effect.durable), [...sent]];
      if (effect.kind !== "send") continue;
      const { to, message } = effect;
      if (message.kind === "vote") asks = message;
      sent.push(this.#letters.of({ from: before.name, to, message }));
    }
    return { local: this.#locals.of({ state: bare(state), disk, question: asks }), sent, ahead };
  }

  // ——— what it means for all ———

  #local(state: Replacing, index: number): number {
    return state.locals[index] ?? 0;
  }

  #with(before: Replacing, index: number, outcome: Outcome | null): Replacing {
    if (outcome === null || outcome.local === this.#local(before, index)) return before;
    const { slot } = this.#locals.at(outcome.local).state.durable;
    const slots =
      slot === null ? before.slots : this.#slotSets.with(before.slots, [this.#slots.of(slot)]);
    const facts = this.#factsOf(before.facts, outcome.local);
    return { ...before, locals: before.locals.with(index, outcome.local), slots, facts };
  }

  #delivered(before: Replacing, index: number, letter: number): Heard {
    const outcome = this.#receive(this.#local(before, index), letter);
    return { state: this.#with(before, index, outcome), sent: outcome.sent };
  }

  #meant(letter: number): readonly number[] {
    const { to } = this.#letters.at(letter);
    return [...this.#names.keys()].filter((index) => this.#names[index] === to);
  }

  /** `both`: what is meant for the one is heard by its namesake too, which does not answer. */
  #heardBy(before: Replacing, index: number, letter: number, both: boolean): Heard {
    const heard = this.#delivered(before, index, letter);
    const namesake = this.#meant(letter).find((each) => each !== index);
    if (!both || namesake === undefined) return heard;
    return { state: this.#delivered(heard.state, namesake, letter).state, sent: heard.sent };
  }

  /** All of what is meant for the one; and what it says to that. */
  #allHeardBy(before: Replacing, index: number, letters: readonly number[], both: boolean): Heard {
    let state = before;
    const sent: number[] = [];
    for (const letter of letters) {
      if (!this.#meant(letter).includes(index)) continue;
      const heard = this.#heardBy(state, index, letter, both);
      state = heard.state;
      sent.push(...heard.sent);
    }
    return { state, sent };
  }

  #asked(before: Replacing, asker: number, voter: number, both: boolean): Replacing | null {
    const { question } = this.#locals.at(this.#local(before, asker));
    const [from = "", to = ""] = [this.#names[asker], this.#names[voter]];
    if (question === null) return null;
    const letter = this.#letters.of({ from, to, message: question });
    const { state, sent } = this.#delivered(before, voter, letter);
    return this.#allHeardBy(state, asker, sent, both).state;
  }

  #heard(before: Replacing, leader: number, follower: number, both: boolean): Replacing | null {
    const round = this.#round(this.#local(before, leader));
    if (round === null) return null;
    let heard: Heard = { state: this.#with(before, leader, round), sent: round.sent };
    for (let hop = 0; hop < HOPS && heard.sent.length > 0; hop += 1) {
      const isDown = hop % 2 === 0;
      const index = isDown ? follower : leader;
      heard = this.#allHeardBy(heard.state, index, heard.sent, both && isDown);
    }
    return heard.state;
  }

  #brought(before: Replacing, index: number, number: number): Replacing | null {
    const { durable } = this.#locals.at(this.#local(before, index)).state;
    const slot = this.#slots.at(number);
    const list = membersOf(slot);
    const isOlder = durable.slot !== null && !isNewer(slot.stamp, durable.slot.stamp);
    if (isOlder || !isBound(list, durable.name, durable.storageId)) return null;
    const by = list.find(({ name }) => name !== durable.name);
    if (by === undefined) return null;
    const letter = this.#letters.of({
      from: by.name,
      to: durable.name,
      message: {
        kind: "genesis",
        storageId: by.storageId,
        term: slot.stamp.term,
        slot: slot.stamp,
        delta: wholeSlot(slot),
      },
    });
    return this.#delivered({ ...before, brought: before.brought + 1 }, index, letter).state;
  }

  /** It comes back with its disk. */
  #crashed(before: Replacing, index: number): Replacing {
    const { disk } = this.#locals.at(this.#local(before, index));
    const outcome = { local: this.#boot(disk), sent: [], ahead: [] };
    return this.#with({ ...before, crashes: before.crashes + 1 }, index, outcome);
  }

  #factsOf(before: number, local: number): number {
    const key = before * PAIR + local;
    const looked = this.#factsAfter.get(key);
    if (looked !== undefined) return looked;
    const known = this.#facts.at(before);
    const facts = seen(known, this.#locals.at(local).state);
    const after = facts === known ? before : this.#facts.of(facts);
    this.#factsAfter.set(key, after);
    return after;
  }
}

function membersOf(slot: Slot): readonly Member[] {
  return (slot.parts[CLUSTER_PART] as unknown as ClusterPart).members;
}

function withMembers(part: Part | undefined, list: readonly Member[]): Part {
  return { ...part, members: list } as unknown as Part;
}

function diskOf(name: string, storageId: string, slot: Slot | null): Durable {
  const term = slot === null ? 0 : 1;
  return { name, storageId, term, votedFor: null, slot, acknowledged: {} };
}

function bareDisk(disk: Durable): Durable {
  return { ...disk, acknowledged: {} };
}

/** Without times, rounds, and what peers are remembered for. */
function bare(state: ConsensusState): ConsensusState {
  const { leadership } = state;
  const quiet = { round: 0, sentAt: {}, ackRound: {}, answeredRound: 0, answeredAt: null };
  return {
    ...state,
    durable: bareDisk(state.durable),
    heardLeaderAt: 0,
    electionAt: 0,
    heardRound: 0,
    note: null,
    schemas: {},
    refused: {},
    told: {},
    leadership: leadership && { ...leadership, ...quiet, seenAtRound: {}, underWay: {} },
  };
}
