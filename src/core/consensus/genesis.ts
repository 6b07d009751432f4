/**
 * How a cluster begins, and what a monitor does until it belongs to one.
 *
 * An empty monitor neither votes nor campaigns; it says hello. When *all* configured monitors are
 * there and all are empty, the one with the lowest name founds the cluster. A majority would not be
 * enough: the monitors that are missing could be the ones that remember.
 */
import type { At, Instant, MonitorName, StorageId } from "../ids.ts";
import { type ClusterPart, type Member, SCHEMA } from "../state.ts";
import { accept } from "./accepted.ts";
import { changedState } from "./changed.ts";
import { clusterIdOf, clusterOf, hasRoom, isBound } from "./cluster.ts";
import { answer, onAppend } from "./following.ts";
import {
  belong,
  FOUNDING,
  maybeFound,
  membersMet,
  passOn,
  PRESENT_MS,
  type Presence,
} from "./founding.ts";
import { ALL_PARDONED, judge, pardon, refuse } from "./identity.ts";
import { adoptTerm, electionTime, enterRole } from "./roles.ts";
import { andThen, type Body, send, type Step, still } from "./step.ts";
import type {
  ConsensusEffect,
  ConsensusMessage,
  ConsensusState,
  PeerRefusal,
  Slot,
} from "./types.ts";

type Of<K extends ConsensusMessage["kind"]> = Extract<ConsensusMessage, { kind: K }>;

/** How often an empty monitor says hello. */
export const HELLO_MS = 500;
function hello(state: ConsensusState, answer: boolean): Body {
  return {
    kind: "hello",
    clusterId: clusterIdOf(state),
    schema: SCHEMA,
    address: state.genesis?.ownAddress ?? "",
    peers: state.genesis?.peers ?? 0,
    bequest: state.genesis?.bequest ?? null,
    met: membersMet(state).length > 0,
    answer,
  };
}

export function sayHello(state: ConsensusState, to: MonitorName): ConsensusEffect {
  return send(state, to, hello(state, false));
}

/** An empty monitor says hello to everybody that was found. */
export function genesisTick(state: ConsensusState, at: At): Step {
  if (at.now < state.electionAt) return still(state);
  const effects = Object.keys(state.found).map((peer) => sayHello(state, peer));
  return andThen(
    { state: changedState(state, { electionAt: at.now + HELLO_MS }), effects },
    (next) => maybeFound(next, at),
  );
}

// ——— hello ———

export function onHello(
  state: ConsensusState,
  from: MonitorName,
  message: Of<"hello">,
  at: At,
): Step {
  const known = hasRoom(state, state.schemas, from)
    ? changedState(state, { schemas: { ...state.schemas, [from]: message.schema } })
    : state;
  const noted =
    state.durable.slot === null
      ? helloToEmpty(known, from, message, at)
      : helloToMember(known, from, message, at);
  if (message.answer) return noted;
  return andThen(noted, (next) => ({
    state: next,
    effects: [send(next, from, hello(next, true))],
  }));
}

function helloToEmpty(
  state: ConsensusState,
  from: MonitorName,
  message: Of<"hello">,
  at: At,
): Step {
  const before = state.present[from];
  // Since when an established cluster has not taken this monitor in.
  const since = message.clusterId !== null && before?.empty === false ? before.at : at.now;
  const next = notePresence(state, from, message, since);
  if (message.clusterId !== null) return wonder(state, next, from, at);
  const why = differenceOf(state, message);
  return why === null ? maybeFound(pardon(next, from), at) : refuse(next, from, why);
}

/** Why this monitor cannot found a cluster with that one. */
function differenceOf(
  { genesis }: ConsensusState,
  { schema, bequest }: Of<"hello">,
): PeerRefusal | null {
  if (schema !== SCHEMA) return { kind: "schema", theirs: schema };
  return bequest === (genesis?.bequest ?? null) ? null : { kind: "other-import", theirs: bequest };
}

/** The cluster of an established peer has not taken this monitor in, although it had the time. */
function wonder(before: ConsensusState, state: ConsensusState, from: MonitorName, at: At): Step {
  const first = before.present[from];
  const waited = first !== undefined && !first.empty && at.now - first.at >= PRESENT_MS;
  if (!waited || state.refused[from] !== undefined) return still(state);
  return refuse(state, from, { kind: "not-a-member" });
}

function notePresence(
  state: ConsensusState,
  from: MonitorName,
  message: Of<"hello">,
  at: Instant,
): ConsensusState {
  if (!hasRoom(state, state.present, from)) return state;
  const empty = message.clusterId === null;
  const led = (message.slot?.term ?? 0) > FOUNDING.term ? message.clusterId : null;
  const { storageId, peers, bequest, met } = message;
  const address = state.found[from] ?? message.address;
  const answeredAt = message.answer ? at : lastAnswer(state, from, storageId);
  const presence: Presence = { storageId, address, empty, led, peers, bequest, met, at };
  const answered = answeredAt === undefined ? presence : { ...presence, answeredAt };
  return changedState(state, { present: { ...state.present, [from]: answered } });
}

/** Of the disk that it has now. */
function lastAnswer({ present }: ConsensusState, from: MonitorName, disk: StorageId) {
  const before = present[from];
  return before?.storageId === disk ? before.answeredAt : undefined;
}

/** A newcomer, a wiped member and a former one are told of, remembered for an operator, and otherwise ignored. */
function helloToMember(
  state: ConsensusState,
  from: MonitorName,
  message: Of<"hello">,
  at: At,
): Step {
  const { accepted, ...step } = judge(state, from, message);
  const isForeign = message.clusterId !== null && message.clusterId !== clusterIdOf(state);
  if (isForeign || (message.clusterId !== null && accepted)) return step;
  return andThen(step, (next) => {
    const noted = notePresence(next, from, message, at.now);
    return { state: noted, effects: accepted ? passOn(noted, from) : [] };
  });
}

// ——— what an empty monitor takes ———

export function onGenesis(
  state: ConsensusState,
  from: MonitorName,
  message: Of<"genesis">,
  at: At,
): Step {
  const { delta } = message;
  const cluster = clusterOf(delta.parts);
  if (cluster === null || delta.base !== null) return still(state);
  const why = strangerTo(state, cluster);
  if (why !== null) return refuse(state, from, why);
  if (!isBound(cluster.members, from, message.storageId)) return still(state);
  const { stamp, parts, changed } = delta;
  if (stamp.term !== FOUNDING.term) return join(state, from, { stamp, parts, changed }, at);
  if (!areMyPeers(state, cluster.members) || isBesideOther(state, cluster)) return still(state);
  return belong(accept(state, { stamp, parts, changed }), at, `${from} brought the founding state`);
}

/** Of this very cluster somebody may have led who died before anybody had what that one stamped. */
function isBesideOther(state: ConsensusState, { clusterId }: ClusterPart): boolean {
  return membersMet(state).some((name) => state.present[name]?.led !== clusterId);
}

/** As if its leader had said so: it holds the state, and has promised nothing to anybody. */
function join(state: ConsensusState, from: MonitorName, slot: Slot, at: At): Step {
  const welcome = { ...ALL_PARDONED, electionAt: electionTime(state.timers, at) };
  const taken = accept(changedState(state, welcome), slot);
  return andThen(adoptTerm(taken, slot.stamp.term, at), (next) =>
    enterRole(next, "follower", `${from} brought the state`),
  );
}

/** Exactly those that are configured here: so two configurations that overlap found no two clusters. */
function areMyPeers(state: ConsensusState, founders: readonly Member[]): boolean {
  const peers = founders.filter((member) => member.name !== state.durable.name);
  const known = peers.every((member) => state.found[member.name] !== undefined);
  return known && peers.length === state.genesis?.peers;
}

function strangerTo(state: ConsensusState, cluster: ClusterPart): PeerRefusal | null {
  const { name, storageId } = state.durable;
  const self = cluster.members.find((member) => member.name === name);
  if (self === undefined) return { kind: "not-a-member" };
  if (self.storageId === storageId) return null;
  return { kind: "storage-replaced", expected: self.storageId, found: storageId };
}

/**
 * A leader's append to an empty monitor: it was added, or its leader believes that it has something.
 * To the latter it answers version 0, in the leader's term, which shows that its disk went back.
 */
export function onAppendWhileEmpty(
  state: ConsensusState,
  from: MonitorName,
  message: Of<"append">,
  at: At,
): Step {
  const cluster = message.delta?.base === null ? clusterOf(message.delta.parts) : null;
  if (cluster === null) {
    return andThen(adoptTerm(state, message.term, at), (next) => answer(next, from, message));
  }
  const why = strangerTo(state, cluster);
  if (why !== null) return refuse(state, from, why);
  if (!isBound(cluster.members, from, message.storageId)) return still(state);
  return andThen(onAppend(changedState(state, ALL_PARDONED), from, message, at), (next) =>
    next.durable.slot === null ? still(next) : enterRole(next, "follower", `${from} leads`),
  );
}
