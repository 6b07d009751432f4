/**
 * Hosts that a reader VIP left because they refused what it needs there. Only trying shows whether such a host
 * is well again, and if somebody serves the VIP, to try costs it a lease. So a leader remembers them for a while,
 * lest the balance move the VIP to and fro. That is its own experience; the next leader may try once more.
 */
import type { NodeName } from "../ids.ts";
import { rememberedPair } from "../remembered.ts";
import type { GroupPart, Vip } from "../state.ts";
import type { Turn } from "../turn.ts";
import { troubleWith } from "./desk.ts";

/** While it is served elsewhere another try can wait. */
const SHUNNED_MS = 600_000;
/** While it is not, a try costs nothing, but each is agreed on and told. */
const SHUNNED_IN_NEED_MS = 30_000;

/**
 * Its host refuses what it needs there, and shows no lease. A lease that somebody else renews shows that
 * the VIP is served all the same, and then there is nothing to be won.
 */
export function isRefused(turn: Turn, group: GroupPart, vip: Vip): boolean {
  if (vip.node === null) return false;
  const { refusal, view } = turn.desk(group.name, vip.ip, vip.node);
  const isShown = group.backend === "nft" ? view?.leaseMs : view?.addresses.length;
  return refusal !== null && (isShown ?? 0) === 0;
}

/** It leaves the host where it is refused. */
export function shun(turn: Turn, group: GroupPart, vip: Vip): void {
  if (vip.node === null || !isRefused(turn, group, vip)) return;
  const why = troubleWith(turn.desk(group.name, vip.ip, vip.node), group.backend) ?? "";
  turn.setDesk(group.name, vip.ip, vip.node, { shunned: { at: turn.now, why } });
}

/** Where it is not to go by itself; in need means that nobody else serves it, or nobody who is fit. */
export function shunned(
  turn: Turn,
  group: GroupPart,
  vip: Vip,
  { inNeed }: { readonly inNeed: boolean },
): readonly NodeName[] {
  const forMs = inNeed ? SHUNNED_IN_NEED_MS : SHUNNED_MS;
  return group.nodes
    .map(({ name }) => name)
    .filter((name) => {
      const at = turn.desk(group.name, vip.ip, name).shunned?.at ?? -Infinity;
      return name !== vip.node && turn.now - at < forMs;
    });
}

const refusedAlarm = rememberedPair((name, ip) => `${name}: ${ip} refused`);

export function tellOfShunned(turn: Turn, group: GroupPart, vip: Vip): void {
  const id = refusedAlarm(group.name, vip.ip);
  const names = vip.leaving === true ? [] : shunned(turn, group, vip, { inNeed: false });
  if (names.length === 0) return turn.alarm(id, null);
  const who = names.map((name) => {
    return `${name} (${turn.desk(group.name, vip.ip, name).shunned?.why ?? ""})`;
  });
  const text = `${vip.ip} was refused by ${who.join(" and ")}; it is not tried there again for ten minutes, but in need`;
  turn.alarm(id, text);
}
