/**
 * The result of one input: the next state, and what to do about it.
 *
 * Nothing in the protocol asks for a write to disk. `settle` compares the state before and after an
 * input and puts one `persist` in front of everything else, so that no message can leave before
 * what it rests on is durable, whichever function sent it.
 */
import type { MonitorName } from "../ids.ts";
import { clusterIdOf, members, wasRemoved } from "./cluster.ts";
import type {
  ConsensusEffect,
  ConsensusEvent,
  ConsensusMessage,
  ConsensusState,
  Sender,
} from "./types.ts";

export interface Step {
  readonly state: ConsensusState;
  readonly effects: readonly ConsensusEffect[];
}

type WithoutSender<M> = M extends unknown ? Omit<M, keyof Sender> : never;
/** A message but for what every message says of its sender. */
export type Body = WithoutSender<ConsensusMessage>;

const NO_EFFECTS: readonly ConsensusEffect[] = [];

export function still(state: ConsensusState): Step {
  return { state, effects: NO_EFFECTS };
}

export function andThen(step: Step, next: (state: ConsensusState) => Step): Step {
  const { state, effects } = next(step.state);
  if (step.effects.length === 0) return { state, effects };
  return { state, effects: effects.length === 0 ? step.effects : [...step.effects, ...effects] };
}

export function send(state: ConsensusState, to: MonitorName, body: Body): ConsensusEffect {
  const { storageId, term, slot } = state.durable;
  const message = { ...body, storageId, term, slot: slot?.stamp ?? null } as ConsensusMessage;
  return { kind: "send", to, message };
}

export function report(event: ConsensusEvent): ConsensusEffect {
  return { kind: "report", event };
}

/** The whole turn: durable things first, and news of the leader and of commits last. */
export function settle(before: ConsensusState, step: Step): Step {
  const { state, effects } = step;
  if (state === before) return step;
  const persist = mustPersist(before, state);
  const news = changes(before, state);
  if (!persist && news.length === 0) return step;
  const first: readonly ConsensusEffect[] = persist
    ? [{ kind: "persist", durable: state.durable }]
    : NO_EFFECTS;
  return { state, effects: [...first, ...effects, ...news] };
}

/**
 * Term, vote and slot are promises to others. What peers acknowledged rides along, and is written
 * for its own sake only when a leader is about to rely on it: at a commit.
 */
function mustPersist(before: ConsensusState, after: ConsensusState): boolean {
  const was = before.durable;
  const is = after.durable;
  if (was.term !== is.term || was.votedFor !== is.votedFor || was.slot !== is.slot) return true;
  return after.role === "leader" && after.commit !== before.commit;
}

function changes(before: ConsensusState, after: ConsensusState): readonly ConsensusEffect[] {
  const news: ConsensusEffect[] = [];
  if (after.leader !== before.leader) {
    news.push(report({ kind: "leader", leader: after.leader, term: after.durable.term }));
  }
  if (after.commit !== null && after.commit !== before.commit) {
    news.push(report({ kind: "committed", stamp: after.commit }));
  }
  if (wasRemoved(after) && !wasRemoved(before)) {
    const names = members(after).map(({ name }) => name);
    news.push(report({ kind: "removed", clusterId: clusterIdOf(after) ?? "", members: names }));
  }
  return news;
}
