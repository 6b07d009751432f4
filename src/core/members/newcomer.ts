/**
 * Getting to know a monitor that is to be added. Its disk must be known before it counts, and it must
 * be there: a member that is silent from the beginning only makes the majority harder to reach.
 */
import { greet, readyPeers, transfer } from "../consensus/consensus.ts";
import type { PeerRefusal } from "../consensus/types.ts";
import type { Instant, MonitorName, StorageId } from "../ids.ts";
import type { Waiting } from "../local.ts";
import { type Order, refused } from "../operation/order.ts";
import { SCHEMA } from "../state.ts";
import type { Turn } from "../turn.ts";

const GREET_EVERY_MS = 300;
const PATIENCE_MS = 5_000;
/** An empty monitor says hello each half second. */
const THERE_MS = 1_500;
/** So long one that is to have the name of a former member has to say hello, before that one is taken, which answers at once. */
const EMPTY_FIRST_MS = 1_000;

export interface Newcomer {
  readonly storageId: StorageId;
  readonly address: string;
}

export type Acquaintance =
  | { readonly kind: "known"; readonly newcomer: Newcomer }
  | { readonly kind: "waiting"; readonly order: Order };

/** @param address where to look for it; null: it is among the configured peers */
export function getToKnow(
  turn: Turn,
  waiting: Waiting,
  name: MonitorName,
  address: string | null,
): Acquaintance {
  const { schemas } = turn.state.consensus;
  const presence = presenceOf(turn, waiting, name);
  if (presence !== undefined && isReached(turn, waiting, name, address)) {
    if ((schemas[name] ?? SCHEMA) < (turn.state.committed?.cluster.schema ?? SCHEMA))
      return waits(refused(`${name} is of an older version than the agreed state: upgrade it`));
    const { storageId } = presence;
    return { kind: "known", newcomer: { storageId, address: address ?? presence.address } };
  }
  if (turn.now - waiting.since > PATIENCE_MS)
    return waits(refused(whyUnreached(turn, waiting, name, address)));
  const greetedAt = waiting.greetedAt ?? -Infinity;
  if (turn.now - greetedAt < GREET_EVERY_MS) return waits({ kind: "later" });
  if (address !== null) turn.emit({ kind: "meet", name, address });
  turn.consensus(greet(turn.state.consensus, name));
  return waits({ kind: "later", greetedAt: turn.now });
}

/** What it said before anybody asked for it may have been said in an earlier life, of a disk that is gone. */
function presenceOf(turn: Turn, waiting: Waiting, name: MonitorName) {
  const presence = turn.state.consensus.present[name];
  if (presence === undefined || !isThere(turn, presence.at) || presence.at <= waiting.since)
    return undefined;
  return presence.empty || turn.now - waiting.since > EMPTY_FIRST_MS ? presence : undefined;
}

/**
 * Who says hello from somewhere may not be where it is said to be: then it would be a member that nobody reaches. Where
 * another of its name is talked to, one that was removed and runs on, it cannot have answered.
 */
function isReached(
  { state }: Turn,
  { since }: Waiting,
  name: MonitorName,
  address: string | null,
): boolean {
  const { found, present } = state.consensus;
  const isAnotherThere = found[name] !== undefined && found[name] !== address;
  return isAnotherThere || (present[name]?.answeredAt ?? -Infinity) > since;
}

function isThere({ now }: Turn, heardAt: Instant): boolean {
  return now - heardAt <= THERE_MS;
}

function waits(order: Order): Acquaintance {
  return { kind: "waiting", order };
}

/** Whom this monitor hears that does not count, or is empty. */
export function strangersHeard(turn: Turn): readonly MonitorName[] {
  return Object.entries(turn.state.consensus.present).flatMap(([name, { at }]) =>
    isThere(turn, at) ? [name] : [],
  );
}

/** Whoever hears it is to lead, and to add it: it cannot reach this one, or was started without its name. null: nobody does. */
function handOn(turn: Turn, name: MonitorName): string | null {
  const { consensus, peers, name: self } = turn.state;
  const hears = (peer: MonitorName): boolean => {
    const known = peers[peer];
    return known !== undefined && isThere(turn, known.heardAt) && known.strangers.includes(name);
  };
  const heir = readyPeers(consensus).find(hears);
  if (heir === undefined) return null;
  const text = `${name} answers ${heir}, and not ${self}, which leads`;
  if (turn.isProposing || turn.groups.some(({ operation }) => operation !== null))
    return `${text}, and is busy: ask again when nothing is under way`;
  turn.consensus(transfer(consensus, heir, turn.at));
  return `${text}: ${heir} takes over. Ask again`;
}

function whyUnreached(
  turn: Turn,
  waiting: Waiting,
  name: MonitorName,
  address: string | null,
): string {
  const presence = presenceOf(turn, waiting, name);
  if (presence === undefined) return handOn(turn, name) ?? whyUnknown(turn, name, address);
  return `${name} says hello to ${turn.state.name}, which gets no answer from it at ${address}: is that where it listens, and may it be reached there?`;
}

function whyUnknown(turn: Turn, name: MonitorName, address: string | null): string {
  const { refused: known, present } = turn.state.consensus;
  const why: PeerRefusal | undefined = known[name];
  if (why?.kind === "foreign-cluster")
    return `${name} belongs to cluster ${why.clusterId}; stop it, empty its data directory, and start it again`;
  if (address === null && present[name] === undefined)
    return `there is no monitor ${name}, and none of that name was heard of; say where it is: ${name}=HOST:PORT`;
  const members = turn.state.committed?.cluster.members ?? [];
  const peers = members.filter((member) => member.name !== name);
  const flags = peers.map((member) => `--peer ${member.name}=${member.address}`).join(" ");
  const where = address === null ? "" : ` at ${address}`;
  return `${name} does not answer${where}; start it there, with an empty data directory: mmm-mon --name ${name} ${flags}`;
}
