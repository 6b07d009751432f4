/**
 * `mmm monitor add | remove | replace`: one disk is added or removed at a time, by a leader whose own
 * stamp is committed. What each asks for is looked at anew each turn, so that a replacement, which is
 * a removal and then an addition, is finished by whoever leads next when it is asked again.
 */
import type { MonitorName } from "../ids.ts";
import type { Waiting } from "../local.ts";
import type { Command, MonitorCommand } from "../messages.ts";
import { type Order, refused, taken } from "../operation/order.ts";
import { type Member, quorumOf } from "../state.ts";
import type { Turn } from "../turn.ts";
import { getToKnow, type Newcomer } from "./newcomer.ts";

/** Monitors tell each other their votes each 250 ms. */
const HEARD_MS = 1_000;

export function isAboutMonitors(command: Command): command is MonitorCommand {
  return command.kind.startsWith("monitor-");
}

export function takeMonitorChange(turn: Turn, waiting: Waiting, command: MonitorCommand): Order {
  const first = turn.state.waiting.find((each) => isAboutMonitors(each.command));
  if (first !== undefined && first.requestId !== waiting.requestId)
    return refused("the monitors are being changed already; one change at a time");
  if (!turn.settled) return { kind: "later" };
  const members = turn.state.committed?.cluster.members ?? [];
  const member = members.find(({ name }) => name === command.name);
  switch (command.kind) {
    case "monitor-add":
      if (member !== undefined)
        return refused(
          `${command.name} is a monitor of this cluster already, at ${member.address}`,
        );
      return add(turn, waiting, command);
    case "monitor-remove":
      return remove(turn, members, command.name) ?? taken(told(members.length - 1, command, "no"));
    case "monitor-replace":
      return replace(turn, waiting, command, member);
  }
}

function told(count: number, { name }: MonitorCommand, be: "a" | "no"): string {
  return `${name} is ${be} monitor of this cluster now; of ${count}, ${quorumOf(count)} are a majority`;
}

function add(
  turn: Turn,
  waiting: Waiting,
  command: Extract<MonitorCommand, { kind: "monitor-add" | "monitor-replace" }>,
): Order {
  const { name, address } = command;
  const acquaintance = getToKnow(turn, waiting, name, address);
  if (acquaintance.kind === "waiting") return acquaintance.order;
  const { newcomer } = acquaintance;
  const members = turn.state.committed?.cluster.members ?? [];
  const twin = members.find(({ storageId }) => storageId === newcomer.storageId);
  if (twin !== undefined)
    return refused(
      `${name} has the data directory of ${twin.name}, or a copy of it: empty it, and start ${name} again`,
    );
  const count = members.length + 1;
  const heard = heardOf(turn, members).length + 1;
  if (heard < quorumOf(count))
    return refused(tooFew(`with ${name}`, count, heard, "repair the silent ones first"));
  enlist(turn, [...members, { name, ...newcomer }]);
  return taken(told(count, command, "a"));
}

/** null: it was proposed. */
function remove(turn: Turn, members: readonly Member[], name: MonitorName): Order | null {
  const others = members.filter((member) => member.name !== name);
  const names = members.map((member) => member.name).join(", ");
  if (others.length === members.length)
    return refused(`there is no monitor ${name}; there is ${names}`);
  if (others.length === 0)
    return refused(`${name} is the only monitor; a cluster has at least one`);
  const heard = heardOf(turn, others).length;
  if (heard < quorumOf(others.length)) {
    const advice = "nothing could be agreed on any more. Repair the silent ones first";
    return refused(tooFew(`without ${name}`, others.length, heard, advice));
  }
  // Whether those that answer this leader hear each other it does not know.
  if (name === turn.state.name && heard < others.length)
    return refused(
      `${name} leads, and those that are left must elect another: only ${heard} of the ${others.length} answer. Repair the silent ones first, or remove them before it`,
    );
  enlist(turn, others);
  return null;
}

type Replacement = Extract<MonitorCommand, { kind: "monitor-replace" }>;

function replace(
  turn: Turn,
  waiting: Waiting,
  command: Replacement,
  member: Member | undefined,
): Order {
  const { name } = command;
  if (member === undefined) return orLeftOut(add(turn, waiting, command), name);
  if (name === turn.state.name) return asItWas(turn, command, member) ?? leadsWhereItIs(turn);
  const acquaintance = getToKnow(turn, waiting, name, command.address ?? member.address);
  if (acquaintance.kind === "waiting") {
    const { order } = acquaintance;
    if (!isHeard(turn, waiting, name)) return order;
    return asItWas(turn, command, member) ?? orStays(turn, order, name);
  }
  const { storageId }: Newcomer = acquaintance.newcomer;
  if (storageId === member.storageId) return sameDisk(turn, command, member);
  const members = turn.state.committed?.cluster.members ?? [];
  return remove(turn, members, name) ?? { kind: "later" };
}

/** No other of its name says anything to it. */
function leadsWhereItIs(turn: Turn): Order {
  const { name } = turn.state;
  return refused(
    `${name} leads, and runs at ${whereIs(turn, name)}: stop it there, and ask again: whoever leads then takes another in its place`,
  );
}

/** null: it is not where another is to take its place. */
function asItWas(turn: Turn, command: Replacement, member: Member): Order | null {
  const { address, name } = command;
  const isThere = [null, member.address, whereIs(turn, name)].includes(address);
  return isThere ? sameDisk(turn, command, member) : null;
}

/** Where it is talked to; of this monitor, where it says that it is. */
function whereIs({ state }: Turn, name: MonitorName): string | null {
  const { found, genesis } = state.consensus;
  return (name === state.name ? genesis?.ownAddress : found[name]) ?? null;
}

/**
 * Whether it is the member that it was, by its votes: it answers what was said to it since, where it is talked to. One that was
 * wiped says nothing of hosts until it is a member again; what it said before may come late.
 */
function isHeard({ state }: Turn, { since }: Waiting, name: MonitorName): boolean {
  return (state.peers[name]?.sentAfter ?? -Infinity) > since;
}

/** Where another is to take its place nobody has answered: it stays agreed to be where it is. */
function orStays(turn: Turn, order: Order, name: MonitorName): Order {
  if (order.kind !== "refused") return order;
  const stays = `${name} itself answers at ${whereIs(turn, name)}, and stays a monitor of this cluster`;
  return refused(`${order.message}. ${stays}`);
}

/** Its removal is done: whoever hears that the rest is refused must know how things stand. */
function orLeftOut(order: Order, name: MonitorName): Order {
  if (order.kind !== "refused") return order;
  return refused(`${order.message}. Until it is replaced, ${name} is no monitor of this cluster`);
}

/** It is the member that it was: there is nothing to replace but its address. */
function sameDisk(
  turn: Turn,
  { name, address }: { name: string; address: string | null },
  member: Member,
): Order {
  if (address === null || address === member.address)
    return refused(
      `${name} answers with the data directory that was agreed on; to give it another, stop it, empty that directory, and start it again`,
    );
  const members = turn.state.committed?.cluster.members ?? [];
  enlist(
    turn,
    members.map((each) => (each.name === name ? { ...each, address } : each)),
  );
  return taken(`${name} is looked for at ${address} from now on`);
}

function enlist(turn: Turn, members: readonly Member[]): void {
  const sorted = members.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  turn.changeMembers(sorted);
}

/** Those that this leader hears, itself included. */
function heardOf(turn: Turn, members: readonly Member[]): readonly Member[] {
  const { peers, consensus, name: self } = turn.state;
  return members.filter(({ name }) => {
    if (name === self) return true;
    if (consensus.refused[name]?.kind === "went-back") return false;
    return turn.now - (peers[name]?.heardAt ?? -Infinity) <= HEARD_MS;
  });
}

function tooFew(how: string, count: number, heard: number, advice: string): string {
  return `${how} there would be ${count} monitors, and only ${heard} of them answer, of the ${quorumOf(count)} that are a majority: ${advice}`;
}
