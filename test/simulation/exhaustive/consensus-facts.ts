/** What several monitors' consensus promises, checked after each step of each of them. */
import { answeredRound } from "../../../src/core/consensus/consensus.ts";
import type { ConsensusState, Slot } from "../../../src/core/consensus/types.ts";

/** The part of the state that carries the list of all proposals that led to it. */
export const GROUP = "group:main";

/** What has happened, as far as the promises are about it. */
export interface Facts {
  /** The longest committed history. */
  readonly committed: readonly string[];
  /** The newest committed version of each term. */
  readonly versions: Readonly<Record<number, number>>;
  /** Whose disk led which term. */
  readonly leaders: Readonly<Record<number, string>>;
  /** Per term and round: the newest leader's term when it was sent. */
  readonly sentUnder: Readonly<Record<string, number>>;
  readonly problem: string | null;
}

export const NOTHING: Facts = {
  committed: [],
  versions: {},
  leaders: {},
  sentUnder: {},
  problem: null,
};

/** What one monitor's state adds to it. */
export function seen(facts: Facts, state: ConsensusState): Facts {
  return withLeader(withCommit(facts, state), state);
}

function withCommit(facts: Facts, state: ConsensusState): Facts {
  const { committed } = state;
  if (committed === null) return facts;
  const { term, version } = committed.stamp;
  if ((facts.versions[term] ?? 0) < version) {
    const versions = { ...facts.versions, [term]: version };
    return withCommit({ ...facts, versions }, state);
  }
  const history = historyOf(committed);
  if (contains(facts.committed, history)) return facts;
  if (contains(history, facts.committed)) return { ...facts, committed: history };
  const problem = `[${history.join()}] is committed, and [${facts.committed.join()}] was`;
  return { ...facts, problem };
}

function withLeader(facts: Facts, { role, durable, leadership }: ConsensusState): Facts {
  if (role !== "leader") return facts;
  const { term, slot, storageId } = durable;
  const known = facts.leaders[term];
  if (known !== undefined && known !== storageId)
    return { ...facts, problem: `term ${term} has two leaders` };
  const newest = Math.max(0, ...Object.keys(facts.leaders).map(Number));
  if (term >= newest && !contains(historyOf(slot), facts.committed))
    return { ...facts, problem: `the leader of ${term} lacks [${facts.committed.join()}]` };
  const start = leadership?.start.version ?? 0;
  for (const [earlier, version] of Object.entries(facts.versions)) {
    if (Number(earlier) < term && start <= version)
      return { ...facts, problem: `the leader of ${term} lacks ${earlier}.${version}` };
  }
  return known === storageId
    ? facts
    : { ...facts, leaders: { ...facts.leaders, [term]: storageId } };
}

/** A round of a term that a majority answered was sent before anybody was elected later. */
export function withRounds(facts: Facts, state: ConsensusState): Facts {
  if (state.leadership === null) return facts;
  const { term } = state.durable;
  const newest = Math.max(...Object.keys(facts.leaders).map(Number));
  const key = `${term}.${state.leadership.round}`;
  const isNew = facts.sentUnder[key] === undefined;
  const sentUnder = isNew ? { ...facts.sentUnder, [key]: newest } : facts.sentUnder;
  const answered = sentUnder[`${term}.${answeredRound(state)}`] ?? 0;
  if (answered > term)
    return { ...facts, problem: `term ${term} has authority from when ${answered} had begun` };
  return isNew ? { ...facts, sentUnder } : facts;
}

function contains(history: readonly string[], beginning: readonly string[]): boolean {
  return beginning.every((entry, at) => history[at] === entry);
}

export function historyOf(slot: Slot | null): readonly string[] {
  return (slot?.parts[GROUP]?.["history"] ?? []) as readonly string[];
}
