/**
 * Since when the checks of a node have had their results, as this monitor sees them. For people only:
 * nothing is decided by it. Of `redis` each vote says it itself.
 */
import { isBehind } from "../node-state.ts";
import type { GroupPart } from "../state.ts";
import type { Instant } from "../ids.ts";
import type { NodeVote } from "./types.ts";
import { isAnswering } from "./votes.ts";

interface Result {
  readonly is: string;
  readonly since: Instant;
}

export interface CheckResults {
  readonly guard: Result;
  readonly link: Result;
  readonly lag: Result;
}

/** The same object, if none has changed: most turns find nothing new. */
export function resultsAfter(
  before: CheckResults | undefined,
  vote: NodeVote,
  group: GroupPart,
  now: Instant,
): CheckResults {
  const guard = after(before?.guard, guardResult(vote), now);
  const link = after(before?.link, linkResult(vote), now);
  const lag = after(before?.lag, lagResult(vote, group), now);
  const isSame = guard === before?.guard && link === before.link && lag === before.lag;
  return isSame ? before : { guard, link, lag };
}

function after(before: Result | undefined, is: string, now: Instant): Result {
  return before?.is === is ? before : { is, since: now };
}

function guardResult({ guard: { problem, gate } }: NodeVote): string {
  return problem === null ? gate : "problem";
}

/** What was last said of it counts no more once the node is silent. */
function linkResult(vote: NodeVote): string {
  return isAnswering(vote) ? (vote.info?.link ?? "none") : "unknown";
}

function lagResult(vote: NodeVote, group: GroupPart): string {
  if (!isAnswering(vote) || vote.info === null) return "unknown";
  if (isBehind(group, vote.info)) return "behind";
  return vote.info.link === "up" ? "near" : "unlinked";
}
