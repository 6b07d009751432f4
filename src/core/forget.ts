/**
 * What a monitor remembers of a node is of one host and one Redis. When the agreed state drops the
 * node, or gives its name to another, that memory goes, with every answer that is still on its way.
 * So does what is known of a VIP that is dropped: it proves nothing once the VIP is there again. And what a monitor said is of
 * one disk: whoever has its name later did not say it.
 */
import type { Draft } from "./draft.ts";
import type { GroupName, Ip, MonitorName, NodeName } from "./ids.ts";
import type { GroupLocal, MonitorState } from "./local.ts";
import { groupIn, type Committed, type GroupPart, type Member, type Node } from "./state.ts";

export interface Gone {
  readonly group: GroupName;
  readonly nodes: readonly NodeName[];
  readonly vips: readonly Ip[];
}

/** What a turn offers of a monitor's memory. */
interface Memory {
  readonly state: Pick<Draft<MonitorState>, "name" | "groups" | "flights" | "peers">;
  local(group: GroupName): GroupLocal;
  setLocal(group: GroupName, patch: Partial<GroupLocal>): void;
}

/** A state, and the one that came after it. */
type Change = readonly [before: Committed | null, after: Committed | null];

/** Who counts goes by the newest state, accepted or committed. */
export function forgetGone(memory: Memory, ofNewest: Change, ofCommitted: Change): void {
  forgetNodes(memory, ofNewest);
  forgetNodes(memory, ofCommitted);
  forgetMonitors(memory, ofNewest);
}

function forgetNodes(memory: Memory, change: Change): void {
  for (const gone of goneParts(...change)) {
    memory.state.flights = flightsWithout(memory.state.flights, gone);
    memory.setLocal(gone.group, memoryWithout(memory.local(gone.group), gone));
  }
}

/** Nothing of this one's own. */
function forgetMonitors(memory: Memory, change: Change): void {
  const { state } = memory;
  for (const name of goneMonitors(...change)) {
    if (name === state.name) continue;
    state.peers = without(state.peers, name);
    for (const group of Object.keys(state.groups))
      memory.setLocal(group, { evidence: without(memory.local(group).evidence, name) });
  }
}

/** Monitors that count no more, by their disk. */
function goneMonitors(...[before, after]: Change): readonly MonitorName[] {
  const was = before?.cluster.members ?? [];
  const is = after?.cluster.members ?? [];
  if (was === is) return [];
  const isThere = ({ name, storageId }: Member) =>
    is.some((member) => member.name === name && member.storageId === storageId);
  return was.filter((member) => !isThere(member)).map(({ name }) => name);
}

function without<T>(record: Readonly<Record<string, T>>, name: string) {
  const { [name]: _, ...others } = record;
  return others;
}

/** Groups that were agreed on, or nearly so, and are not any more. */
export function goneGroups(
  before: readonly (Committed | null)[],
  after: readonly (Committed | null)[],
): readonly GroupName[] {
  const names = (states: typeof before): readonly GroupName[] =>
    states.flatMap((state) => state?.groups.map(({ name }) => name) ?? []);
  const kept = new Set(names(after));
  return [...new Set(names(before))].filter((name) => !kept.has(name));
}

/** Nodes and VIPs that `after` does not have as `before` had them. */
export function goneParts(before: Committed | null, after: Committed | null): readonly Gone[] {
  if (before === null || before === after) return [];
  return before.groups.flatMap((group) => {
    const now = groupIn(after, group.name);
    const nodes = goneIn(group, now);
    const vips = goneVips(group, now);
    return nodes.length + vips.length === 0 ? [] : [{ group: group.name, nodes, vips }];
  });
}

function goneIn(before: GroupPart, after: GroupPart | undefined): readonly NodeName[] {
  if (after?.nodes === before.nodes) return [];
  const isSame = (a: Node, b: Node) =>
    a.name === b.name && a.address === b.address && a.port === b.port;
  return before.nodes
    .filter((node) => after?.nodes.some((each) => isSame(each, node)) !== true)
    .map(({ name }) => name);
}

function goneVips(before: GroupPart, after: GroupPart | undefined): readonly Ip[] {
  if (after?.vips === before.vips) return [];
  return before.vips
    .map(({ ip }) => ip)
    .filter((ip) => after?.vips.some((vip) => vip.ip === ip) !== true);
}

type Flights = MonitorState["flights"];

export function flightsWithout(flights: Flights, { group, nodes, vips }: Gone): Flights {
  return flights.filter(({ flight }) => {
    if (flight.group !== group || flight.kind === "task") return true;
    const isOfVip = flight.kind === "guard" && vips.includes(flight.vip);
    return !isOfVip && !nodes.includes(flight.node);
  });
}

export function memoryWithout(
  local: GroupLocal,
  { nodes, vips }: Gone,
): Pick<GroupLocal, "watches" | "evidence" | "checks" | "desks" | "campaigns"> {
  const kept = <T>(of: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(of).filter(([name]) => !nodes.includes(name)));
  const left = <T>(of: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(of).filter(([ip]) => !vips.includes(ip)));
  const each = <T>(of: Readonly<Record<string, Readonly<Record<string, T>>>>) =>
    Object.fromEntries(Object.entries(of).map(([key, inner]) => [key, kept(inner)]));
  const { watches, evidence, checks, desks, campaigns } = local;
  return {
    watches: kept(watches),
    evidence: each(evidence),
    checks: kept(checks),
    desks: each(left(desks)),
    campaigns: left(campaigns),
  };
}
