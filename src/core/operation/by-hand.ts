/**
 * When roles were changed by hand, or by a configuration file. Somebody made a replica master, and
 * the old master a replica: the VIP follows, if that replica held everything that was ever seen. Else
 * a person decides; the alarm of the roles says so.
 */
import { currentReplId } from "../health/lineage.ts";
import type { NodeInfo } from "../health/types.ts";
import type { Verdict } from "../health/verdict.ts";
import { presentInfo } from "../health/votes.ts";
import type { GroupPart } from "../state.ts";
import type { Turn } from "../turn.ts";
import type { Call } from "./admission.ts";

/** Whoever works by hand needs a moment between two commands. */
const SETTLED_AFTER_MS = 1000;

export function movedByHand(turn: Turn, group: GroupPart, verdict: Verdict): Call | null {
  const moved = isIdle(group) && verdict.kind === "undecided" ? (verdict.moved ?? null) : null;
  const lasted = turn.lasting(group.name, "moved by hand", moved !== null);
  if (
    verdict.kind !== "undecided" ||
    moved === null ||
    group.master === null ||
    lasted < SETTLED_AFTER_MS
  )
    return null;
  const { evidence } = turn.local(group.name);
  const info = presentInfo(evidence, moved, turn.now);
  if (info === null || !isHeir(info, group)) return null;
  return {
    cause: "by-hand",
    from: group.master,
    to: moved,
    text: verdict.text,
    votes: verdict.votes ?? {},
  };
}

/**
 * The master follows somebody, and nobody is master: a hand slipped, or it restarted from a file that
 * was older than its promotion. Whoever has the data becomes master, by the rules of a failover.
 */
export function demotedByHand(turn: Turn, group: GroupPart, verdict: Verdict): Call | null {
  const demoted = isIdle(group) && verdict.kind === "no-master";
  const lasted = turn.lasting(group.name, "demoted", demoted);
  if (verdict.kind !== "no-master" || lasted < SETTLED_AFTER_MS) return null;
  const { master, text, votes } = verdict;
  return { cause: "down", from: master, to: null, text, votes, isDemoted: true };
}

/**
 * An operation changes roles by itself. When it has ended, those of a majority that hear late of it still tell of a new
 * master that follows somebody: this must not count as if it had lasted since before. What they saw before it was master does
 * not count at all (`health/roles.ts`), as far as the clocks of two leaders agree on when that was.
 */
function isIdle({ operation }: GroupPart): boolean {
  return operation === null;
}

/** It continues the committed history, from a point that nothing acknowledged lies behind. */
export function isHeir(info: NodeInfo, group: GroupPart): boolean {
  if (info.role !== "master" || info.loading || info.replId2 !== currentReplId(group.lineage))
    return false;
  return info.secondOffset - 1 >= group.lineage.highWater;
}
