/**
 * The result of one input: the next state, and what to do about it.
 *
 * Nothing in the protocol asks for a write to disk. `settle` compares the state before and after an
 * input and puts one `persist` in front of everything that rests on it, so that no message can
 * leave before what it promises is durable, whichever function sent it.
 */
import type { MonitorName } from "../ids.ts";
import { clusterIdOf, members, wasRemoved } from "./cluster.ts";
import type {
  ConsensusEffect,
  ConsensusEvent,
  ConsensusMessage,
  ConsensusState,
  Durable,
  Sender,
  Slot,
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
  const sender: Sender = { storageId, term, slot: slot?.stamp ?? null };
  const message = Object.assign(sender, body) as ConsensusMessage;
  return { kind: "send", to, message };
}

export function report(event: ConsensusEvent): ConsensusEffect {
  return { kind: "report", event };
}

/**
 * The whole turn: what it rests on is durable first, and news of the leader and of commits come last.
 * Only a leader's appends go ahead of its own write: a slot is decided by those who have written
 * it, and this monitor takes in no answer, and so does not count itself, before it is one of them.
 */
export function settle(before: ConsensusState, step: Step): Step {
  const { state, effects } = step;
  if (state === before) return step;
  const news = changes(before, state);
  if (isOtherPromise(before.durable, state.durable)) {
    return written(state, [], [...effects, ...news]);
  }
  const { slot } = before.durable;
  if (slot !== state.durable.slot) {
    const isAhead = state.role === "leader" ? isAppend : () => false;
    const ahead = effects.filter(isAhead).map((effect) => claimingOnly(slot, effect));
    const rest = effects.filter((effect) => !isAhead(effect));
    return written(state, ahead, [...rest, ...news]);
  }
  // What peers acknowledged rides along, but a commit rests on it: it is written once the news is out.
  if (state.role === "leader" && state.commit !== before.commit) {
    return written(state, [...effects, ...news], [], false);
  }
  return news.length === 0 ? step : { state, effects: [...effects, ...news] };
}

function written(
  state: ConsensusState,
  ahead: readonly ConsensusEffect[],
  rest: readonly ConsensusEffect[],
  isUrgent = true,
): Step {
  const { durable } = state;
  const persist: ConsensusEffect = { kind: "persist", durable, isUrgent };
  return { state, effects: [...ahead, persist, ...rest] };
}

/** What leaves while the new slot is being written must not say that its sender has it. */
function claimingOnly(slot: Slot | null, effect: ConsensusEffect): ConsensusEffect {
  if (effect.kind !== "send") return effect;
  return { ...effect, message: { ...effect.message, slot: slot?.stamp ?? null } };
}

/** Term and vote are promises to others. */
function isOtherPromise(was: Durable, is: Durable): boolean {
  return was.term !== is.term || was.votedFor !== is.votedFor;
}

function isAppend(effect: ConsensusEffect): boolean {
  return effect.kind === "send" && effect.message.kind === "append";
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
