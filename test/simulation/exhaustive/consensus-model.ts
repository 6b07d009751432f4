/**
 * Three monitors' consensus, the shipped code itself, in every order of what may happen to them.
 *
 * A monitor may campaign at any time (so pre-votes, withheld votes and all times are left out: they
 * only keep it from doing so), propose as an established leader, begin a round, or crash and come
 * back with its disk. A message stays on its way for ever: it may arrive at any time, again and
 * again, or never. What leaves before a write may be all that a crash leaves of
 * a step. The cluster is founded: term 1, one slot, all three have it.
 *
 * What a state is made of: three monitors (without times), the set of messages that were ever sent,
 * and, for the promises, the longest committed history and who led which term. A history is the
 * list of proposals, which the state itself carries; so one contains another if it begins with it.
 */
import {
  beginRound,
  createConsensus,
  isEstablished,
  propose,
  receive,
} from "../../../src/core/consensus/consensus.ts";
import { campaign } from "../../../src/core/consensus/election.ts";
import { settle, type Step } from "../../../src/core/consensus/step.ts";
import type {
  ConsensusMessage,
  ConsensusState,
  Durable,
} from "../../../src/core/consensus/types.ts";
import { showStamp } from "../../../src/core/stamp.ts";
import { AT, founding, TIMERS } from "./cluster-of-model.ts";
import { type Facts, GROUP, historyOf, NOTHING, seen, withRounds } from "./consensus-facts.ts";
import type { Model, Next } from "./explore.ts";
import { Numbers, NumberSets } from "./numbers.ts";

export interface Limits {
  /** The founding term is 1. */
  readonly terms: number;
  /** Of each leader. */
  readonly proposals: number;
  /** Beside those that elections and proposals begin. */
  readonly rounds: number;
  /** All together. */
  readonly crashes: number;
}

const NAMES = ["mon1", "mon2", "mon3"];

/** Two numbers as one: there are never so many of the second. */
const PAIR = 2 ** 26;

/** A monitor as it stands: numbered, so that equal ones are the same number. */
interface Local {
  readonly state: ConsensusState;
  readonly disk: Durable;
  readonly rounds: number;
}

interface Letter {
  readonly from: number;
  readonly to: number;
  readonly message: ConsensusMessage;
}

interface Outcome {
  readonly local: number;
  readonly sent: readonly number[];
  /** Those of them that leave before this monitor has written. */
  readonly ahead: readonly number[];
}

/** All by their numbers. */
export interface ClusterState {
  readonly locals: readonly number[];
  readonly letters: number;
  readonly crashes: number;
  readonly facts: number;
}

export function consensusModel(limits: Limits): Model<ClusterState> {
  return new Consensus(limits);
}

class Consensus implements Model<ClusterState> {
  readonly initial: ClusterState;
  readonly #limits: Limits;
  readonly #locals = new Numbers<Local>();
  readonly #letters = new Numbers<Letter>();
  readonly #letterSets = new NumberSets((letter) => this.#letters.twin(letter));
  readonly #facts = new Numbers<Facts>();
  /** Of facts and of who did something: the facts afterwards. */
  readonly #factsAfter = new Map<number, number>();
  readonly #campaigns = new Map<number, Outcome | null>();
  readonly #proposals = new Map<number, Outcome | null>();
  readonly #rounds = new Map<number, Outcome | null>();
  /** By monitor and letter. */
  readonly #received = new Map<number, Outcome | null>();

  constructor(limits: Limits) {
    this.#limits = limits;
    const locals = NAMES.map((name) => this.#boot(diskOf(name)));
    const letters = this.#letterSets.of([]);
    this.initial = { locals, letters, crashes: 0, facts: this.#facts.of(NOTHING) };
  }

  /** mon2 and mon3 are alike: what differs only in which is which has the same key. */
  key = (state: ClusterState): string => {
    const { locals, letters, crashes, facts } = state;
    const key = `${crashes} ${facts} ${locals.join()} ${letters}`;
    const [first = 0, second = 0, third = 0] = locals;
    const turned = [first, third, second].map((each) => this.#locals.twin(each));
    const twin = `${crashes} ${this.#facts.twin(facts)} ${turned.join()} ${this.#letterSets.twin(letters)}`;
    return key < twin ? key : twin;
  };

  broken = (state: ClusterState): string | null => this.#facts.at(state.facts).problem;

  next = (state: ClusterState): readonly Next<ClusterState>[] => {
    const all: Next<ClusterState>[] = [];
    const add = (index: number, what: () => string, outcome: Outcome | null): void => {
      if (outcome === null) return;
      all.push({ what, state: this.#after(state, index, outcome) });
      if (outcome.ahead.length === 0 || state.crashes >= this.#limits.crashes) return;
      const late = (): string => `${what()}, and crashes before it has written`;
      all.push({ what: late, state: this.#crashed(state, index, outcome.ahead) });
    };
    for (const [index, local] of state.locals.entries()) {
      const name = NAMES[index] ?? "";
      // All are alike in the beginning, so whoever is first is mon1.
      if (index === 0 || state.letters !== this.initial.letters)
        add(index, () => `${name} campaigns`, this.#campaign(local));
      add(index, () => `${name} proposes`, this.#propose(local));
      add(index, () => `${name} begins a round`, this.#round(local));
      if (state.crashes < this.#limits.crashes)
        all.push({ what: () => `${name} crashes`, state: this.#crashed(state, index, []) });
    }
    for (const number of this.#letterSets.at(state.letters)) {
      const { from, to, message } = this.#letters.at(number);
      const what = (): string =>
        `${NAMES[to]} receives ${message.kind} ${message.term} of ${NAMES[from]}`;
      add(to, what, this.#receive(state.locals[to] ?? 0, number));
    }
    return all;
  };

  // ——— what one monitor does: looked up, for it depends on nothing else ———

  #boot(disk: Durable): number {
    const state = createConsensus({
      durable: disk,
      plan: { peers: 2, ownAddress: disk.name, groups: {} },
      timers: TIMERS,
      at: AT,
    });
    return this.#locals.of({ state: timeless(state), disk, rounds: 0 });
  }

  #campaign(local: number): Outcome | null {
    return this.#once(this.#campaigns, local, local, ({ state }) => {
      const may = state.role !== "leader" && state.durable.term < this.#limits.terms;
      return may ? settle(state, campaign(state, AT, false)) : null;
    });
  }

  #propose(local: number): Outcome | null {
    return this.#once(this.#proposals, local, local, ({ state }) => {
      if (!isEstablished(state)) return null;
      const { term } = state.durable;
      const own = historyOf(state.durable.slot).filter((entry) => entry.startsWith(`${term}.`));
      if (own.length >= this.#limits.proposals) return null;
      return propose(state, AT, (parts, stamp) => ({
        ...parts,
        [GROUP]: { history: [...historyOf(state.durable.slot), showStamp(stamp)] },
      }));
    });
  }

  #round(local: number): Outcome | null {
    return this.#once(this.#rounds, local, local, ({ state, rounds }) =>
      state.role === "leader" && rounds < this.#limits.rounds ? beginRound(state, AT) : null,
    );
  }

  #receive(local: number, letter: number): Outcome | null {
    return this.#once(this.#received, local * PAIR + letter, local, ({ state }) => {
      const { from, message } = this.#letters.at(letter);
      return receive(state, NAMES[from] ?? "", message, AT);
    });
  }

  #once(
    outcomes: Map<number, Outcome | null>,
    key: number,
    number: number,
    run: (local: Local) => Step | null,
  ): Outcome | null {
    const known = outcomes.get(key);
    if (known !== undefined) return known;
    const local = this.#locals.at(number);
    const step = run(local);
    const outcome = step && this.#outcomeOf(local, step, outcomes === this.#rounds);
    outcomes.set(key, outcome);
    return outcome;
  }

  #outcomeOf(local: Local, step: Step, round: boolean): Outcome {
    let { disk } = local;
    const sent: number[] = [];
    let ahead: readonly number[] = [];
    const from = NAMES.indexOf(disk.name);
    for (const effect of step.effects) {
      if (effect.kind === "persist") [disk, ahead] = [effect.durable, [...sent]];
      if (effect.kind === "send")
        sent.push(
          this.#letters.of({ from, to: NAMES.indexOf(effect.to), message: effect.message }),
        );
    }
    const rounds = step.state.role === "leader" ? local.rounds + (round ? 1 : 0) : 0;
    return { local: this.#locals.of({ state: timeless(step.state), disk, rounds }), sent, ahead };
  }

  // ——— what it means for all ———

  /** It comes back with its disk; what it had sent is on its way. */
  #crashed(before: ClusterState, index: number, sent: readonly number[]): ClusterState {
    const { disk } = this.#locals.at(before.locals[index] ?? 0);
    const crashed = { ...before, crashes: before.crashes + 1 };
    return this.#after(crashed, index, { local: this.#boot(disk), sent, ahead: [] });
  }

  #after(before: ClusterState, index: number, { local, sent }: Outcome): ClusterState {
    const locals = before.locals.with(index, local);
    const letters = this.#letterSets.with(before.letters, sent);
    return { ...before, locals, letters, facts: this.#factsOf(before.facts, local) };
  }

  #factsOf(before: number, local: number): number {
    const key = before * PAIR + local;
    const looked = this.#factsAfter.get(key);
    if (looked !== undefined) return looked;
    const { state } = this.#locals.at(local);
    const known = this.#facts.at(before);
    const facts = withRounds(seen(known, state), state);
    const after = facts === known ? before : this.#facts.of(facts);
    this.#factsAfter.set(key, after);
    return after;
  }
}

function diskOf(name: string): Durable {
  const slot = founding(NAMES);
  return { name, storageId: `disk ${name}`, term: 1, votedFor: null, slot, acknowledged: {} };
}

/** Without what only times tell, and what peers are remembered for. */
function timeless(state: ConsensusState): ConsensusState {
  return { ...state, heardLeaderAt: 0, electionAt: 0, note: null };
}
