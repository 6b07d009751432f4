/**
 * `mmm adopt`: an operator speaks for what nobody can be asked about. That the monitors of another
 * cluster are gone for good, so that hosts which carry its id may be taken over; or that a host which
 * is off serves nothing. What can be asked is asked: then no word is needed, or none is believed.
 */
import { waived } from "../groups/bequest.ts";
import { freshVotes } from "../health/votes.ts";
import type { ClusterId, MonitorName, NodeName } from "../ids.ts";
import type { Waiting } from "../local.ts";
import type { Command } from "../messages.ts";
import { type GroupPart, memberNames, nodeOf, type Operation, type Vip } from "../state.ts";
import type { Turn } from "../turn.ts";
import { awaitsProofOf } from "../vip/proofs.ts";
import { clusterId } from "../vip/stand.ts";
import { isAskable } from "../vip/upkeep.ts";
import { type Order, refused, taken } from "./order.ts";
import { incident, withPast } from "./outline.ts";

/** Unclaimed registers are looked at several times in this. */
const LOOK_MS = 1000;
/** Every monitor looks at a calm host in this, also while an operation begins. */
const LOOK_OF_ALL_MS = 8000;

type Adopt = Extract<Command, { kind: "adopt" }>;

export function takeAdopt(
  turn: Turn,
  group: GroupPart,
  waiting: Waiting,
  { cluster, empty, acceptDataLoss }: Adopt,
): Order {
  if (cluster !== null) return adoptCluster(turn, group, waiting, { cluster, acceptDataLoss });
  if (empty !== null) return vouchFor(turn, group, waiting, empty);
  return refused("name what to adopt: the id of a cluster, or --empty NODE");
}

// ——— hosts of another cluster ———

interface Foreign {
  readonly cluster: ClusterId;
  readonly node: NodeName;
  readonly vip: Vip;
  readonly leaseMs: number;
  /** Whether it was read since the command came. */
  readonly isRead: boolean;
}

type Asked = Pick<Adopt, "acceptDataLoss"> & { readonly cluster: ClusterId };

function adoptCluster(turn: Turn, group: GroupPart, waiting: Waiting, asked: Asked): Order {
  const { cluster } = asked;
  if (cluster === clusterId(turn)) return refused(`${cluster} is this cluster itself`);
  // One cluster had all of its groups: it lives if it keeps a lease of any of them.
  const foreign = turn.groups.flatMap((each) => foreignRegisters(turn, each, waiting));
  const theirs = foreign.filter((each) => each.cluster === cluster);
  const isLeft = group.bequest?.cluster === cluster;
  if (theirs.length === 0 && !isLeft) return refused(unknownCluster(cluster, foreign));
  if (turn.now - waiting.since < LOOK_MS) return { kind: "later" };
  const alive = theirs.find(({ leaseMs, isRead }) => leaseMs > 0 && isRead);
  if (alive !== undefined)
    return refused(
      `cluster ${cluster} is alive: ${alive.node} serves ${alive.vip.ip} under its lease, ${Math.round(alive.leaseMs)} ms of which are left; stop its monitors, and adopt when that has ended`,
    );
  turn.changeCluster((part) => ({ ...part, adopted: [...new Set([...part.adopted, cluster])] }));
  if (isLeft) giveUpWhatLacks(turn, group, asked);
  const nodes = [...new Set(theirs.map(({ node }) => node))].join(", ");
  return taken(
    nodes === ""
      ? `group ${group.name} goes on where cluster ${cluster} ended, once its master is found`
      : `${nodes} carried the id of cluster ${cluster} and belong to this one from now on`,
  );
}

function giveUpWhatLacks(turn: Turn, { name }: GroupPart, { acceptDataLoss }: Asked): void {
  if (!acceptDataLoss) return;
  turn.change(name, (part) =>
    part.bequest === undefined ? part : { ...part, bequest: waived(part.bequest) },
  );
}

function foreignRegisters(turn: Turn, group: GroupPart, waiting: Waiting): readonly Foreign[] {
  return group.vips.flatMap((vip) =>
    group.nodes.flatMap(({ name: node }): readonly Foreign[] => {
      const { view, viewAskedAt } = turn.desk(group.name, vip.ip, node);
      const cluster = view?.token?.cluster;
      if (cluster === undefined || cluster === clusterId(turn)) return [];
      const leaseMs = view?.leaseMs ?? 0;
      return [{ cluster, node, vip, leaseMs, isRead: viewAskedAt >= waiting.since }];
    }),
  );
}

function unknownCluster(cluster: ClusterId, foreign: readonly Foreign[]): string {
  const others = [...new Set(foreign.map((each) => each.cluster))].join(", ");
  return `no host carries the id of cluster ${cluster}${others === "" ? ", nor that of any other" : `; the ids are ${others}`}`;
}

// ——— hosts that are off ———

function vouchFor(turn: Turn, group: GroupPart, waits: Waiting, empty: NodeName): Order {
  const { by } = waits;
  if (nodeOf(group, empty) === undefined)
    return refused(`there is no node ${empty} in group ${group.name}`);
  const waiting = group.vips.filter((vip) => awaitsProofOf(vip, empty)).map(({ ip }) => ip);
  if (waiting.length === 0) return refused(`nothing waits for a proof that ${empty} serves no VIP`);
  if (isAskable(turn, group, empty))
    return refused(`the guard of ${empty} answers, so it can be asked`);
  const heard = heardByOthers(turn, group, waits, empty);
  if (heard.kind !== "not") return heard.order;
  const { wall } = turn.at;
  turn.change(group.name, (part, stamp) => {
    const vips = part.vips.map((vip) =>
      waiting.includes(vip.ip) ? withoutHolder(vip, empty) : vip,
    );
    const reason = `${empty} serves no VIP (${waiting.join(", ")}), by the word of ${by}`;
    const told = incident({ kind: "adopt", by, from: empty, reason }, stamp, wall);
    return withPast({ ...part, vips, operation: withWord(part.operation, empty, by) }, told);
  });
  return taken(`${empty} is taken to serve no VIP, on your word`);
}

type Hearing =
  | { readonly kind: "not" }
  | { readonly kind: "is" | "unknown"; readonly order: Order };

/** A host that another monitor hears is not off, whatever people are told by a leader that does not reach it. */
function heardByOthers(turn: Turn, group: GroupPart, { since }: Waiting, node: NodeName): Hearing {
  const members = memberNames(turn.state.committed).filter((name) => name !== turn.state.name);
  const looks = freshVotes(turn.local(group.name).evidence, members, node, turn.now).flatMap(
    ({ monitor, held: { vote, receivedAt } }) => {
      const { heardMs, problem } = vote.guard;
      return heardMs === null || problem !== null ? [] : [{ monitor, at: receivedAt - heardMs }];
    },
  );
  const hears = looks.filter(({ at }) => at > since).map(({ monitor }) => monitor);
  if (hears.length > 0) return { kind: "is", order: refused(heardText(turn, node, hears)) };
  const isAwaited = turn.now - since < LOOK_OF_ALL_MS;
  const areToLook = looks.some(({ at }) => turn.now - at < LOOK_OF_ALL_MS);
  return isAwaited && areToLook ? { kind: "unknown", order: { kind: "later" } } : { kind: "not" };
}

function heardText(turn: Turn, node: NodeName, monitors: readonly MonitorName[]): string {
  const who = `${monitors.join(" and ")} ${monitors.length === 1 ? "hears" : "hear"}`;
  return `${who} the guard of ${node}, so it is not off; ${turn.state.name}, which leads, does not reach it: mend that way, or let another monitor lead`;
}

/** What an operation rests on is found in its own entry of the history; when it was said, in that of the word. */
function withWord(operation: Operation | null, node: NodeName, by: string): Operation | null {
  if (operation === null) return null;
  const reason = `${operation.reason}; ${by} said that ${node} serves no VIP`;
  const fencing = operation.from === node ? "vouched" : operation.fencing;
  return { ...operation, reason, fencing };
}

function withoutHolder(vip: Vip, node: string): Vip {
  return { ...vip, holders: vip.holders.filter((name) => name !== node) };
}
