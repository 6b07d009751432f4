/**
 * An old master that comes back while its failover waits, as another process and with less than was seen of it. Whoever
 * follows it copies what is left, and a replica does that by itself as soon as it can. So it is held as any other old
 * master, in the black hole, where nobody can copy it. The failover goes on, to a replica that has the data once that
 * is there; or else a person decides whose data count, be it those of the old master itself.
 *
 * Only where nobody may hold more it is turned back to.
 */
import { candidateOf } from "../health/facts.ts";
import { forkOf, nextHighWater, positionOf } from "../health/lineage.ts";
import { rebirthOf } from "../health/reborn.ts";
import type { NodeInfo } from "../health/types.ts";
import { presentInfos } from "../health/votes.ts";
import type { NodeName } from "../ids.ts";
import type { Node } from "../state.ts";
import { blackHole } from "./black-hole.ts";
import type { Running } from "./common.ts";
import { answersAsMaster } from "./last-word.ts";

/** Milestone, and step. */
const HELD = "held";

/** True if nobody is to copy the old master, which is then on its way to the black hole. */
export function holdOld(running: Running): boolean {
  const { turn, group, work, from, op } = running;
  if (op.cause === "by-hand" || !answersAsMaster(running)) return false;
  if (mayHoldMore(running).length === 0) return false;
  const hole = blackHole(op.id.version);
  if (work.reached(HELD) === undefined) {
    const text = "the old master came back without its newest data; nobody may copy it";
    turn.report({ kind: "repair", group: group.name, node: from.name, text });
  }
  work.reach(HELD);
  work.redis(from, HELD, { kind: "follow", ...hole });
  return true;
}

/** By this attempt: the newest votes may still tell of the master that it was. */
export function isHeld({ work }: Running): boolean {
  return work.reached(HELD) !== undefined;
}

/**
 * Who cannot be chosen holds data all the same, and would follow the old master whatever that comes back with. It
 * follows again with everybody else, once it is known whom.
 */
export function keepApart({ turn, group, work, op }: Running, frozen: readonly Node[]): void {
  const { evidence } = turn.local(group.name);
  for (const node of group.nodes) {
    if (node.name === op.from || frozen.includes(node)) continue;
    const { info, reachable } = candidateOf(evidence, node.name, turn.now);
    if (reachable && info?.role === "replica")
      work.redis(node, "keep apart", { kind: "follow", ...blackHole(op.id.version) });
  }
}

/** What a person must know of it; "": nothing. */
export function describeOld(old: NodeName, others: readonly NodeName[]): string {
  if (others.length === 0) return "";
  return `${old} came back without its newest data, and ${others.join(", ")} may hold more; `;
}

/** Who may hold more than the old master, if that came back with less than was seen of it. */
export function mayHoldMore(running: Running): readonly NodeName[] {
  const { turn, group, op } = running;
  const { info, reachable } = candidateOf(turn.local(group.name).evidence, op.from, turn.now);
  if (!reachable || info === null) return [];
  const isSame = info.runId === op.runIds[op.from];
  // Who forces a failover finds everything as it was, should that come to nothing.
  if (isSame && op.cause === "operator") return [];
  // Held or not; and however long it has been there, as another process it has not just taken a new id.
  const old: NodeInfo = { ...info, role: "master", uptimeS: isSame ? info.uptimeS : 0 };
  if (!hasGoneBack(running, old)) return [];
  return group.nodes.filter((node) => mayExceed(running, node, old)).map(({ name }) => name);
}

/** An AOF says nothing of positions; but with no key at all it was lost. */
function hasGoneBack({ turn, group }: Running, old: NodeInfo): boolean {
  const infos = presentInfos(turn.local(group.name).evidence, group.nodes, turn.now);
  const rebirth = rebirthOf(old, group.lineage, nextHighWater(group.lineage, infos));
  return rebirth === "gone-back" || (rebirth === "unknown" && old.empty);
}

function mayExceed({ turn, group, op }: Running, { name, admin }: Node, old: NodeInfo): boolean {
  if (name === op.from) return false;
  const { info, reachable } = candidateOf(turn.local(group.name).evidence, name, turn.now);
  // Of whom nobody hears may have everything, unless a person gave it up.
  if (!reachable || info === null || info.loading) return admin !== "offline";
  // Who has copied the old master already has no more than that.
  if (info.empty || info.replId === old.replId) return false;
  const position = positionOf(info, group.lineage);
  return position === null || position > (forkOf(old, group.lineage) ?? 0);
}
