/**
 * How the replicated state of a VIP may change: the reducers of rules 1, 8 and 11.
 *
 * A new *epoch* is needed whenever another node is authorized, or other nodes are to be read, or an
 * attempt starts anew. Whatever leaves these alone keeps the epoch. `holders` names who may serve
 * the VIP; a chosen node joins them when it becomes claimable, not before, for no claim is sent
 * to it until then.
 */
import type { Ip, NodeName } from "../ids.ts";
import type { GroupPart, LeaseTimes, Vip } from "../state.ts";
import { isNewer, type Stamp } from "../stamp.ts";
import type { Turn } from "../turn.ts";

/** Replaces one VIP of a group. */
export function withVip(group: GroupPart, ip: Ip, change: (vip: Vip) => Vip): GroupPart {
  return { ...group, vips: group.vips.map((vip) => (vip.ip === ip ? change(vip) : vip)) };
}

/** Nobody is to serve it; `holders` are those who are not proven empty. */
export function fenced(vip: Vip, epoch: Stamp, holders: readonly NodeName[] = vip.holders): Vip {
  return { ...vip, kind: "fence", node: null, claimable: false, epoch, holders };
}

/**
 * `node` is to serve it, once all others are proven empty. `unproven`: those who are not, yet. A
 * silent old holder leaves the read set, so that followers can keep the new one alive at once; it
 * stays a possible holder all the same. Once nobody is unproven, no reader of an older epoch can renew
 * anything any more, so `node` counts as `in` from here on, whatever it was.
 */
export function movedTo(
  vip: Vip,
  epoch: Stamp,
  node: NodeName,
  options: { readonly unproven: readonly NodeName[]; readonly silent: readonly NodeName[] },
): Vip {
  const silent = options.silent.filter((name) => name !== node);
  const admitted = options.unproven.length === 0 ? { [node]: "in" as const } : {};
  const readSet = { ...without(vip.readSet, silent), ...admitted };
  return {
    ...vip,
    kind: "move",
    node,
    claimable: false,
    epoch,
    holders: options.unproven,
    readSet,
  };
}

/**
 * Rule 11, of a move whose node did not count: every other possible holder is proven empty, and the node itself was
 * marked, so no reader of an older epoch can renew anything any more.
 */
export function admitted(vip: Vip, epoch: Stamp): Vip {
  if (vip.kind !== "move" || vip.node === null) throw new Error(`${vip.ip}: nobody to be admitted`);
  return { ...vip, epoch, readSet: { ...vip.readSet, [vip.node]: "in" } };
}

/** The point of no return: every other possible holder is proven empty. Keeps the epoch. */
export function claimable(vip: Vip): Vip {
  if (vip.kind !== "move" || vip.node === null)
    throw new Error(`${vip.ip}: nothing to make claimable`);
  return { ...vip, claimable: true, holders: [vip.node] };
}

/** The claim is confirmed: keeps the epoch, so nothing has to be marked again. */
export function settled(vip: Vip): Vip {
  if (!vip.claimable)
    throw new Error(`${vip.ip}: a claim that was never allowed cannot be confirmed`);
  return { ...vip, kind: "hold", claimable: false };
}

/** `node` serves it again, or for the first time. Only when nobody else may serve it. */
export function heldBy(vip: Vip, epoch: Stamp, node: NodeName): Vip {
  const others = vip.holders.filter((name) => name !== node);
  if (others.length > 0)
    throw new Error(`${vip.ip}: hold(${node}) while ${others.join(", ")} may serve it`);
  return { ...vip, kind: "hold", node, claimable: false, epoch, holders: [node] };
}

/** The same authorization under a new epoch: a register was lost, a suspicion, a take-over. */
export function renewed(vip: Vip, epoch: Stamp): Vip {
  return { ...vip, epoch };
}

/**
 * Rule 12: other times are another epoch, or a monitor that accepted them alone would renew by them.
 * The longest of the earlier ones are kept, for leases that were given by them run on.
 */
export function timed(vip: Vip, epoch: Stamp, times: LeaseTimes): Vip {
  const { leaseMs, permitMs, former } = vip;
  return {
    ...vip,
    ...times,
    epoch,
    former: {
      leaseMs: Math.max(leaseMs, former?.leaseMs ?? 0),
      permitMs: Math.max(permitMs, former?.permitMs ?? 0),
    },
  };
}

/** No lease of the earlier times is left. Keeps the epoch. */
export function settledTimes(vip: Vip): Vip {
  const { former: _, ...rest } = vip;
  return rest;
}

/** One that is new: nobody is to serve it yet, and every host may until its register was read. */
export function unclaimed(
  { ip, role }: Pick<Vip, "ip" | "role">,
  epoch: Stamp,
  names: readonly NodeName[],
  { leaseMs, permitMs }: LeaseTimes,
): Vip {
  return {
    ip,
    role,
    kind: "unclaimed",
    node: null,
    claimable: false,
    epoch,
    readSet: Object.fromEntries(names.map((name) => [name, "in" as const])),
    holders: names,
    gated: [],
    leaseMs,
    permitMs,
  };
}

/** Nobody is to serve it any more, and when nobody can, it is forgotten. */
export function leaving(vip: Vip, epoch: Stamp): Vip {
  return { ...fenced(vip, epoch), leaving: true };
}

/** It is wanted after all; who shall serve it is chosen anew. */
export function staying(vip: Vip): Vip {
  const { leaving: _, ...rest } = vip;
  return rest;
}

export function without(readSet: Vip["readSet"], names: readonly NodeName[]): Vip["readSet"] {
  return Object.fromEntries(Object.entries(readSet).filter(([name]) => !names.includes(name)));
}

/** Whether a stamp is of this leadership's own making. */
export function isOurs(turn: Turn, stamp: Stamp): boolean {
  return stamp.term === turn.term && isNewer(stamp, { term: turn.term, version: 0 });
}
