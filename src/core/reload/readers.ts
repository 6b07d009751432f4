/**
 * Reader VIPs that a file adds or removes. Neither is served from one moment to the next: a new one may
 * be on some host already, put there by hand, and an old one is served until its host has let it go. So
 * both begin fenced, released by every host, and `vip/readers.ts` ends that, whoever leads.
 */
import type { Ip } from "../ids.ts";
import type { GroupPart, Vip } from "../state.ts";
import type { Stamp } from "../stamp.ts";
import { leaving, staying, unclaimed } from "../vip/epochs.ts";

/** The group with the reader VIPs of the file, in its order, and behind them those that still leave. */
export function withReaders(group: GroupPart, stamp: Stamp, wanted: readonly Ip[]): GroupPart {
  const known = group.vips.filter(({ role }) => role === "reader");
  const isSame =
    known.length === wanted.length &&
    known.every(({ ip, leaving: goes }, at) => {
      return ip === wanted[at] && goes !== true;
    });
  if (isSame) return group;
  const stay = wanted.map((ip) => {
    const vip = known.find((each) => each.ip === ip);
    return vip === undefined ? added(group, stamp, ip) : staying(vip);
  });
  const go = known.filter(({ ip }) => !wanted.includes(ip)).flatMap((vip) => removed(vip, stamp));
  const writers = group.vips.filter(({ role }) => role === "writer");
  return { ...group, vips: [...writers, ...stay, ...go] };
}

/** Before the adoption nothing is touched anywhere: then all are found, or not, together. */
function added(group: GroupPart, stamp: Stamp, ip: Ip): Vip {
  const names = group.nodes.map(({ name }) => name);
  const vip = unclaimed({ ip, role: "reader" }, stamp, names, group.settings);
  return group.master === null ? vip : { ...vip, kind: "fence" };
}

function removed(vip: Vip, stamp: Stamp): readonly Vip[] {
  if (vip.kind === "unclaimed") return [];
  return [vip.leaving === true ? vip : leaving(vip, stamp)];
}
