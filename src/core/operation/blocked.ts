/**
 * Whose writes an operation blocked and could not give back before it ended: its node was out of reach. That is agreed
 * on, so that whoever leads when it can be reached again ends it, in whatever mode, however much later.
 */
import type { NodeName } from "../ids.ts";
import { remembered } from "../remembered.ts";
import type { GroupPart, Node, Operation } from "../state.ts";
import type { Turn } from "../turn.ts";

/** More replicas than anybody has: the mark of an operation that blocks writes. */
export const BLOCKED_FROM = 1_000_000;
export const BLOCKED = { kind: "set-min-replicas", value: String(BLOCKED_FROM) } as const;

/** What the node's min-replicas-to-write was before an operation changed it, as far as anybody knows. */
export function formerMinReplicas({ blocked }: GroupPart, node: Node): string {
  return blocked?.[node.name] ?? "0";
}

/** What is to be restored later of a node whose min-replicas-to-write is `value` now. */
export function toBeRestored(group: GroupPart, node: Node, value: string): string {
  return Number(value) < BLOCKED_FROM ? value : formerMinReplicas(group, node);
}

export function isLeftBlocked({ blocked }: GroupPart, node: Node): boolean {
  return blocked !== undefined && node.name in blocked;
}

/** The operation ends though nobody knows whether this node takes writes again. */
export function leftBlocked(group: GroupPart, node: Node, { saved }: Operation): GroupPart {
  const before = saved[node.name];
  if (before === undefined) return group;
  return { ...group, blocked: { ...group.blocked, [node.name]: before.minReplicas } };
}

/** True once nothing is agreed on any more about a node that was just seen to take writes. */
export function isGivenBack(turn: Turn, group: GroupPart, node: Node): boolean {
  if (!isLeftBlocked(group, node)) return true;
  if (!turn.isChanging(group.name))
    turn.change(group.name, (part) => withoutBlocked(part, [node.name]));
  return false;
}

/** As if none of these nodes had been blocked. */
export function withoutBlocked(group: GroupPart, nodes: readonly NodeName[]): GroupPart {
  const { blocked, ...others } = group;
  const left = Object.entries(blocked ?? {}).filter(([name]) => !nodes.includes(name));
  return left.length === 0 ? others : { ...others, blocked: Object.fromEntries(left) };
}

const blockedAlarm = remembered((name) => `${name}: blocked`);

export function tellOfBlocked(turn: Turn, group: GroupPart): void {
  const names = Object.keys(group.blocked ?? {});
  const text =
    names.length === 0
      ? null
      : `${names.join(", ")} may still refuse writes (min-replicas-to-write): an operation was turned back while nobody reached it; this ends when a monitor does`;
  turn.alarm(blockedAlarm(group.name), text);
}
