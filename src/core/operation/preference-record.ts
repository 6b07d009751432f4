/**
 * What is remembered of a preferred node, so that every later leader goes by it. What a person moved away
 * stays away, until a person says otherwise. Each move that the monitors begin by themselves makes the next
 * one wait twice as long, so that a node which keeps failing takes the role with it only a few times.
 */
import type { NodeName, WallTime } from "../ids.ts";
import type { Preference } from "../settings.ts";
import type { GroupPart, Operation, PastOperation, PreferenceRecord } from "../state.ts";

const TRIES_KEPT = 16;
const LONGEST_FAILURE = 200;

/** How long it must have been without an obstacle: `prefer_after`, twice as long for each recent move. */
export function patienceMs(
  group: GroupPart,
  { node, afterMs }: Preference,
  wall: WallTime,
): number {
  const { flapWindowMs } = group.settings;
  const tries = recentTries(recordOf(group, node), flapWindowMs, wall);
  return Math.min(afterMs * 2 ** tries.length, Math.max(afterMs, flapWindowMs));
}

function recentTries(
  record: PreferenceRecord | null,
  windowMs: number,
  wall: WallTime,
): readonly WallTime[] {
  return (record?.tries ?? []).filter((at) => at <= wall && wall - at < windowMs);
}

/** What is remembered of this node's being preferred; null: nothing. */
export function recordOf({ preference }: GroupPart, node: NodeName): PreferenceRecord | null {
  return preference?.node === node ? preference : null;
}

/** Who moved the role away on purpose; null: nobody. */
export function asideText(record: PreferenceRecord | null): string | null {
  if (record?.aside === undefined) return null;
  const { by, to } = record.aside;
  return `${by} moved the master to ${to}, and what a person moved stays`;
}

function withRecord(group: GroupPart, change: Partial<PreferenceRecord>): GroupPart {
  const { prefer } = group.settings;
  if (prefer === undefined) return group;
  const known = recordOf(group, prefer.node) ?? { node: prefer.node, tries: [] };
  return { ...group, preference: { ...known, ...change } };
}

/** A move that the monitors begin by themselves, or would have begun but for a veto. */
export function withTry(group: GroupPart, wall: WallTime, failure: string | null): GroupPart {
  const { prefer, flapWindowMs } = group.settings;
  if (prefer === undefined) return group;
  const recent = recentTries(recordOf(group, prefer.node), flapWindowMs, wall);
  const next = withRecord(group, { tries: [...recent, wall].slice(-TRIES_KEPT) });
  return failure === null ? next : withFailure(next, failure);
}

function withFailure(group: GroupPart, failure: string): GroupPart {
  return withRecord(group, { failure: failure.slice(0, LONGEST_FAILURE) });
}

/** What the end of an operation means for the wish. */
export function withOutcome(
  group: GroupPart,
  operation: Operation,
  result: PastOperation["result"],
): GroupPart {
  const { prefer } = group.settings;
  if (prefer === undefined) return group;
  const { cause, from, to, reason } = operation;
  if (result !== "ok") return cause === "preferred" ? withFailure(group, reason) : group;
  if (to === prefer.node) return settledOn(group);
  const person = personBehind(operation);
  if (person === null || to === null || to === from) return group;
  return withRecord(group, { aside: { by: person, to } });
}

/** Who asked for it, be it a failover of the monitors whose loss somebody accepted; null: no person. */
function personBehind({ cause, by, requestId }: Operation): string | null {
  if (requestId !== null) return by;
  return cause === "by-hand" ? "somebody" : null;
}

/** It is master: whoever moved the role away is answered, and so is what failed. The moves still count. */
function settledOn(group: GroupPart): GroupPart {
  if (group.preference === undefined) return group;
  const { node, tries } = group.preference;
  return { ...group, preference: { node, tries } };
}

/** A person has seen what was in the way, or takes back having moved the role. */
export function forgiving(before: GroupPart): GroupPart {
  const { preference: _, ...group } = before;
  return group;
}
