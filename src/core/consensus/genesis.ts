/**
 * How a cluster begins, and what a monitor does until it belongs to one.
 *
 * An empty monitor neither votes nor campaigns; it says hello. When *all* configured monitors are
 * there and all are empty, the one with the lowest name founds the cluster: its first state binds
 * a new cluster id and the disk of every member. That state is durable before anybody hears of it.
 * A majority would not be enough: the monitors that are missing could be the ones that remember.
 *
 * Term 1 has no leader. Its only slot is the founding one, so any member may pass it on to a member
 * that is still empty, and a founder that dies early leaves nothing behind that cannot go on.
 */
import { derive } from "../entropy.ts";
import type { At, MonitorName } from "../ids.ts";
import { CLUSTER_PART, type ClusterPart, type Member, SCHEMA } from "../state.ts";
import { accept } from "./accepted.ts";
import { clusterIdOf, clusterOf, isBound, members } from "./cluster.ts";
import { onAppend } from "./following.ts";
import { judge, refuse } from "./identity.ts";
import { adoptTerm, electionTime, enterRole } from "./roles.ts";
import { wholeSlot } from "./slot.ts";
import { andThen, type Body, report, send, type Step, still } from "./step.ts";
import type {
  ConsensusEffect,
  ConsensusMessage,
  ConsensusState,
  GenesisPlan,
  Part,
  Parts,
  PeerRefusal,
} from "./types.ts";

type Of<K extends ConsensusMessage["kind"]> = Extract<ConsensusMessage, { kind: K }>;
type Presence = ConsensusState["present"][MonitorName];

/** How often an empty monitor says hello. */
export const HELLO_MS = 500;
/** A monitor is present for so long after its hello. */
export const PRESENT_MS = 3_000;
const FOUNDING = { term: 1, version: 1 };
const CLUSTER_ID_SALT = 0x102;
/** Newcomers that are remembered, so that an operator can add them. */
const NEWCOMERS = 16;

function hello(state: ConsensusState, answer: boolean): Body {
  return {
    kind: "hello",
    clusterId: clusterIdOf(state),
    schema: SCHEMA,
    address: state.genesis?.ownAddress ?? "",
    peers: state.genesis?.peers ?? 0,
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
  return andThen({ state: { ...state, electionAt: at.now + HELLO_MS }, effects }, (next) =>
    found(next, at),
  );
}

// ——— founding ———

function found(state: ConsensusState, at: At): Step {
  const plan = state.genesis;
  if (plan === null || !mayFound(state, plan, at)) return still(state);
  const cluster = foundingCluster(state, plan, at);
  const parts: Parts = { ...plan.groups, [CLUSTER_PART]: cluster as unknown as Part };
  const changed = Object.fromEntries(Object.keys(parts).map((name) => [name, FOUNDING]));
  const begun = belong(
    accept(state, { stamp: FOUNDING, parts, changed }),
    at,
    "founded the cluster",
  );
  return andThen(begun, (next) => ({
    state: next,
    effects: Object.keys(next.present).flatMap((peer) => passOn(next, peer)),
  }));
}

/** Everybody that is configured; all fresh, empty, and with the same idea of how many. */
function mayFound(state: ConsensusState, plan: GenesisPlan, at: At): boolean {
  const present = presentPeers(state, at);
  const agree = present.every(([, peer]) => peer.empty && peer.peers === plan.peers);
  const lowest = present.every(([name]) => state.durable.name < name);
  const known = present.every(([name]) => state.schemas[name] === SCHEMA);
  return present.length === plan.peers && agree && lowest && known;
}

/** A peer that says hello but is not configured here is a stranger. */
function presentPeers(
  state: ConsensusState,
  at: At,
): readonly (readonly [MonitorName, Presence])[] {
  return Object.entries(state.present).filter(
    ([name, peer]) => state.found[name] !== undefined && at.now - peer.at <= PRESENT_MS,
  );
}

function foundingCluster(state: ConsensusState, plan: GenesisPlan, at: At): ClusterPart {
  const { name, storageId } = state.durable;
  const peers = presentPeers(state, at).map(([peer, { storageId: disk, address }]) => ({
    name: peer,
    storageId: disk,
    address,
  }));
  const all: readonly Member[] = [{ name, storageId, address: plan.ownAddress }, ...peers];
  return {
    schema: SCHEMA,
    clusterId: (derive(at.entropy, CLUSTER_ID_SALT) || 1).toString(16).padStart(8, "0"),
    members: [...all].sort((a, b) => (a.name < b.name ? -1 : 1)),
    adopted: [],
    requests: [],
  };
}

/** From now on this monitor belongs to the cluster of its slot. */
function belong(state: ConsensusState, at: At, reason: string): Step {
  const { term } = state.durable;
  const next: ConsensusState = {
    ...state,
    durable: { ...state.durable, term: Math.max(term, FOUNDING.term) },
    electionAt: electionTime(state.timers, at),
    refused: {},
  };
  const names = members(next).map((member) => member.name);
  const clusterId = clusterIdOf(next);
  const entered = enterRole(next, "follower", reason);
  if (clusterId === null) return entered;
  return andThen(entered, (entry) => ({
    state: entry,
    effects: [report({ kind: "genesis", clusterId, members: names })],
  }));
}

/** The founding state, to a member that was empty when it last said hello. */
function passOn(state: ConsensusState, to: MonitorName): readonly ConsensusEffect[] {
  const { slot } = state.durable;
  const peer = state.present[to];
  if (slot === null || slot.stamp.term !== FOUNDING.term || peer === undefined) return [];
  if (!peer.empty || !isBound(members(state), to, peer.storageId)) return [];
  return [send(state, to, { kind: "genesis", delta: wholeSlot(slot) })];
}

// ——— hello ———

export function onHello(
  state: ConsensusState,
  from: MonitorName,
  message: Of<"hello">,
  at: At,
): Step {
  const known = { ...state, schemas: { ...state.schemas, [from]: message.schema } };
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
  const next = notePresence(state, from, message, at);
  if (message.clusterId !== null) return wonder(state, next, from, at);
  const why: PeerRefusal | null =
    message.schema === SCHEMA ? null : { kind: "schema", theirs: message.schema };
  return why === null ? found(next, at) : refuse(next, from, why);
}

/** The cluster of an established peer has not taken this monitor in, although it had the time. */
function wonder(before: ConsensusState, state: ConsensusState, from: MonitorName, at: At): Step {
  const first = before.present[from];
  const waited = first !== undefined && !first.empty && at.now - first.at >= PRESENT_MS;
  if (!waited || state.refused[from] !== undefined) return still(state);
  return refuse(state, from, { kind: "not-a-member" });
}

/** Of an empty peer `at` is when it last said hello; of one that is not, when it first did. */
function notePresence(
  state: ConsensusState,
  from: MonitorName,
  message: Of<"hello">,
  at: At,
): ConsensusState {
  const empty = message.clusterId === null;
  const before = state.present[from];
  const since = !empty && before !== undefined && !before.empty ? before.at : at.now;
  const { storageId, peers } = message;
  const address = state.found[from] ?? message.address;
  const presence: Presence = { storageId, address, empty, peers, at: since };
  return { ...state, present: { ...state.present, [from]: presence } };
}

/** A newcomer and a wiped member are told of, remembered for an operator, and otherwise ignored. */
function helloToMember(
  state: ConsensusState,
  from: MonitorName,
  message: Of<"hello">,
  at: At,
): Step {
  const { accepted, ...step } = judge(state, from, message);
  if (message.clusterId !== null) return step;
  const room = state.present[from] !== undefined || Object.keys(state.present).length < NEWCOMERS;
  return andThen(step, (next) => {
    const noted = room ? notePresence(next, from, message, at) : next;
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
  if (cluster === null || delta.base !== null || delta.stamp.term !== FOUNDING.term) {
    return still(state);
  }
  const why = strangerTo(state, cluster);
  if (why !== null) return refuse(state, from, why);
  const sent = isBound(cluster.members, from, message.storageId);
  if (!sent || !areMyPeers(state, cluster.members)) return still(state);
  const { stamp, parts, changed } = delta;
  return belong(accept(state, { stamp, parts, changed }), at, `${from} brought the founding state`);
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
    return andThen(adoptTerm(state, message.term, at), (next) => ({
      state: next,
      effects: [send(next, from, { kind: "append-reply", round: message.round, version: 0 })],
    }));
  }
  const why = strangerTo(state, cluster);
  if (why !== null) return refuse(state, from, why);
  if (!isBound(cluster.members, from, message.storageId)) return still(state);
  return andThen(onAppend({ ...state, refused: {} }, from, message, at), (next) =>
    next.durable.slot === null ? still(next) : enterRole(next, "follower", `${from} leads`),
  );
}
