/**
 * Whether a vote says something that its peers should not wait 250 ms for.
 *
 * Held votes do not age by themselves (see votes.ts), so a silence that passes a limit of the
 * verdict is news too: without that, a detection would take up to a quarter of a second longer.
 */
import type { NodeName } from "../ids.ts";
import { type GroupSettings, renewalIntervalMs } from "../settings.ts";
import type { GroupPart } from "../state.ts";
import { isSwitching } from "./scrutiny.ts";
import type { NodeInfo, NodeVote } from "./types.ts";
import { isUnheard, type UnheardLimits } from "./votes.ts";

/** Probes closer to each other do not make a monitor more impatient: the network has its own pauses. */
const LEAST_UNHEARD_MS = 250;
/** Who keeps a lease for its leader hears the guard as often as renewals are due, and asks others in between (rule 7). */
const KEEPER_UNHEARD_MS = 350;

/** A permit's answer may have to be followed by a round, among monitors or to other guards, before it is used. */
const ROUND_TRIPS = 2;

/** Rule 10: a holder whose Redis, and guard if they ask it, a majority has not heard for so long gets a new epoch. */
export function holderUnheardMs({ probeIntervalMs }: GroupSettings, rttMs = 0): UnheardLimits {
  const redisMs = Math.max(LEAST_UNHEARD_MS, 2 * probeIntervalMs);
  return { redisMs, guardMs: Math.max(redisMs, KEEPER_UNHEARD_MS + ROUND_TRIPS * rttMs) };
}

/** A leader's renewals tell it of the guard, and have a limit of their own: below. */
export function leadersOwn(limits: UnheardLimits): UnheardLimits {
  return { ...limits, guardMs: 0 };
}

/** Within this a guard answers a renewal, as a rule: Redis may be slow on a host that is well. */
const ANSWER_MS = 50;

/**
 * Rule 10, too: so long the leader must have had no answer of the holder's guard, to which its renewals go.
 * @param rttMs to the holder and back
 */
export function guardUnheardMs(settings: GroupSettings, leaseMs: number, rttMs: number): number {
  const renewedMs = renewalIntervalMs(leaseMs) + ANSWER_MS + ROUND_TRIPS * rttMs;
  return Math.max(holderUnheardMs(settings).redisMs, renewedMs);
}

/** The limits for any node; null: whether one is heard of that holds nothing is not urgent. */
export function unheardLimitsOf(group: GroupPart, node: NodeName): UnheardLimits | null {
  return isHolder(group, node) ? holderUnheardMs(group.settings) : null;
}

export function isHolder({ vips }: GroupPart, node: NodeName): boolean {
  return vips.some((vip) => vip.node === node);
}

/** `before` is the vote that was last sent. */
export function isNews(before: NodeVote | undefined, after: NodeVote, group: GroupPart): boolean {
  if (before === undefined) return true;
  return (
    isOtherVote(before, after) ||
    (!isSwitching(group) && isOtherInfo(before.info, after.info)) ||
    passedLimit(before, after, group.settings) ||
    becameUnheard(before, after, group)
  );
}

function becameUnheard(before: NodeVote, after: NodeVote, group: GroupPart): boolean {
  const limits = unheardLimitsOf(group, after.node);
  return limits !== null && !isUnheard(before, limits) && isUnheard(after, limits);
}

/** Whether it says something else of the node, but for its times. */
function isOtherVote(before: NodeVote, after: NodeVote): boolean {
  return (
    before.vote !== after.vote ||
    before.reason !== after.reason ||
    before.linkSeenUpFor !== after.linkSeenUpFor ||
    before.guard.gate !== after.guard.gate ||
    before.guard.problem !== after.guard.problem
  );
}

/** What of an INFO decides something by itself; offsets and counters do not. */
export function isOtherInfo(before: NodeInfo | null, after: NodeInfo | null): boolean {
  if (before === after) return false;
  if (before === null || after === null) return true;
  return DECISIVE.some((field) => before[field] !== after[field]);
}

const DECISIVE = [
  "runId",
  "role",
  "replId",
  "link",
  "loading",
  "syncing",
  "masterHost",
  "masterPort",
  "priority",
] as const satisfies readonly (keyof NodeInfo)[];

/** The limits of the verdict's rules, for the vote itself and for the silence behind it. */
function passedLimit(before: NodeVote, after: NodeVote, settings: GroupSettings): boolean {
  if (after.vote === "up" || after.vote === "abstain") return false;
  return limitsOf(settings).some(
    (limit) =>
      crossed(before.sinceMs, after.sinceMs, limit) ||
      crossed(before.lastGoodMs ?? 0, after.lastGoodMs ?? 0, limit),
  );
}

export function limitsOf({ downAfterMs, restartGraceMs }: GroupSettings): readonly number[] {
  return [downAfterMs, restartGraceMs, downAfterMs + restartGraceMs];
}

function crossed(before: number, after: number, limit: number): boolean {
  return before < limit && after >= limit;
}
