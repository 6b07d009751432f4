/** What each command of an operator does, and the rules that refuse it with a reason. */
import { takeDrop } from "../groups/drop-group.ts";
import { candidateOf } from "../health/facts.ts";
import type { Waiting } from "../local.ts";
import type { GroupCommand } from "../messages.ts";
import { takeReload } from "../reload/reload.ts";
import type { NodeName } from "../ids.ts";
import { type GroupPart, type Node, nodeOf } from "../state.ts";
import type { Turn } from "../turn.ts";
import { takeReaderMove } from "../vip/reader-orders.ts";
import { takeAcknowledge } from "./acknowledge.ts";
import { takeAdopt } from "./adopt.ts";
import { takeFailover } from "./failover-order.ts";
import { type Order, refused, taken } from "./order.ts";
import { incident, withPast } from "./outline.ts";
import { takePause, takeResume } from "./pausing.ts";
import { planSwitchover, takeSwitchover } from "./switchover-order.ts";
import { waitAnew } from "./waiting.ts";

type Kind = GroupCommand["kind"];
type CommandOf<K extends Kind> = Extract<GroupCommand, { readonly kind: K }>;
type Taker<K extends Kind> = (
  turn: Turn,
  group: GroupPart,
  waiting: Waiting,
  command: CommandOf<K>,
) => Order;

const TAKERS: { readonly [K in Kind]: Taker<K> } = {
  switchover: takeSwitchover,
  "plan-switchover": planSwitchover,
  failover: takeFailover,
  "set-online": takeAdmin,
  "set-offline": takeAdmin,
  "set-mode": takeMode,
  pause: takePause,
  resume: takeResume,
  acknowledge: takeAcknowledge,
  "move-reader": takeReaderMove,
  adopt: takeAdopt,
  reload: takeReload,
  "drop-group": takeDrop,
};

export function take(turn: Turn, group: GroupPart, waiting: Waiting, command: GroupCommand): Order {
  if (group.leaving === true && command.kind !== "drop-group" && command.kind !== "adopt")
    return refused(`group ${group.name} is being dropped`);
  const taker = TAKERS[command.kind] as Taker<Kind>;
  return taker(turn, group, waiting, command);
}

function takeAdmin(
  turn: Turn,
  group: GroupPart,
  { by }: Waiting,
  command: CommandOf<"set-online" | "set-offline">,
): Order {
  const node = nodeOf(group, command.node);
  if (node === undefined) return refused(`there is no node ${command.node} in group ${group.name}`);
  const admin = command.kind === "set-online" ? "online" : "offline";
  if (admin === "offline" && node.name === group.master) {
    return refused(`${node.name} is the master; move the role first: mmm switchover`);
  }
  if (admin === "offline" && isBecomingMaster(group, node.name)) {
    return refused(
      `${node.name} is becoming the master; ask again when mmm status shows how that ended`,
    );
  }
  if (
    admin === "online" &&
    !candidateOf(turn.local(group.name).evidence, node.name, turn.now).reachable
  ) {
    return refused(`${node.name} does not answer`);
  }
  turn.change(group.name, (part, stamp) => {
    const nodes = part.nodes.map((each) =>
      each.name === node.name ? withAdmin(each, admin) : each,
    );
    const reason = adminChange(nodeOf(part, node.name) ?? node, admin);
    if (reason === null) return part;
    const told = { kind: admin, by, from: node.name, reason } as const;
    return withPast({ ...part, nodes }, incident(told, stamp, turn.at.wall));
  });
  return taken(`${node.name} is ${admin} now`);
}

type Admin = "online" | "offline";

function withAdmin(node: Node, admin: Admin): Node {
  return { ...node, admin, outages: admin === "online" ? [] : node.outages };
}

/** For the history; null: it is so already. */
function adminChange({ name, admin: before, outages }: Node, admin: Admin): string | null {
  const count = admin === "online" ? outages.length : 0;
  if (before === admin && count === 0) return null;
  const change = before === admin ? `${name} is ${admin}` : `${name} ${before} → ${admin}`;
  return count === 0
    ? change
    : `${change}; ${count} ${count === 1 ? "outage" : "outages"} forgotten`;
}

/** Whoever is only preferred for it, and not chosen yet, is passed over. */
function isBecomingMaster({ operation }: GroupPart, node: NodeName): boolean {
  return operation?.to === node && operation.phase !== "fence" && operation.phase !== "undo";
}

function takeMode(
  turn: Turn,
  group: GroupPart,
  { by }: Waiting,
  { mode }: CommandOf<"set-mode">,
): Order {
  // Who says so again means from now on.
  waitAnew(turn, group);
  turn.change(group.name, (part, stamp) => {
    if (part.mode === mode) return part;
    const told = { kind: "mode", by, reason: `mode ${part.mode} → ${mode}` } as const;
    return withPast({ ...part, mode }, incident(told, stamp, turn.at.wall));
  });
  return taken(`the mode of group ${group.name} is ${mode} now`);
}
