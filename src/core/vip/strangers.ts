/**
 * Hosts that must not be read yet, because they cannot answer for the VIP: the guard there lacks its
 * rights, or the register belongs to another cluster, whose monitors may still go by it.
 */
import type { NodeName } from "../ids.ts";
import { remembered } from "../remembered.ts";
import type { GroupPart, Vip } from "../state.ts";
import type { Turn } from "../turn.ts";
import { mayOverwrite } from "./stand.ts";
import type { RegisterView } from "./types.ts";

export function mayBeRead(turn: Turn, group: GroupPart, vip: Vip, node: NodeName): boolean {
  const { view } = turn.desk(group.name, vip.ip, node);
  return view !== null && strangeness(turn, vip, node, view) === null;
}

function strangeness(turn: Turn, vip: Vip, node: NodeName, view: RegisterView): string | null {
  if (view.gate === "none")
    return `the guard on ${node} cannot run as root with nftables, so it cannot serve ${vip.ip}; run scripts/setup-host there`;
  return foreignRegister(turn, vip, node, view);
}

/** Whose the register there is, and what to do about it; null: it is not another cluster's. */
export function foreignRegister(
  turn: Turn,
  vip: Vip,
  node: NodeName,
  view: RegisterView | null,
): string | null {
  const cluster = view?.token?.cluster;
  if (cluster === undefined || mayOverwrite(turn, cluster)) return null;
  return `the register of ${vip.ip} on ${node} belongs to cluster ${cluster}; if its monitors are gone for good, take it over: mmm adopt ${cluster}`;
}

const strangersAlarm = remembered((name) => `${name}: strangers`);

export function tellOfStrangers(turn: Turn, group: GroupPart): void {
  if (group.backend !== "nft" || group.master === null) return;
  const found: string[] = [];
  for (const vip of group.vips) {
    for (const { name } of group.nodes) {
      const { view } = turn.desk(group.name, vip.ip, name);
      if (name in vip.readSet || view === null) continue;
      const text = strangeness(turn, vip, name, view);
      if (text !== null) found.push(text);
    }
  }
  turn.alarm(strangersAlarm(group.name), found.length === 0 ? null : found.join("; "));
}
