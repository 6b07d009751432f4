/**
 * How an operation stands in the replicated state: begun, moved to its next phase, finished.
 * These are reducers; when each is right is decided by the operation itself.
 */
import { isDeed, newestOf } from "../deeds.ts";
import type { WallTime } from "../ids.ts";
import type { GroupPart, Operation, PastOperation, Phase } from "../state.ts";
import type { Stamp } from "../stamp.ts";
import { withOutcome } from "./preference-record.ts";

/** Of each group, in the agreed state: of what was done, and of what was said. */
export const PAST_KEPT = 5;

export type Intent = Pick<
  Operation,
  | "kind"
  | "cause"
  | "from"
  | "to"
  | "phase"
  | "leader"
  | "term"
  | "reason"
  | "by"
  | "acceptDataLoss"
  | "requestId"
  | "votes"
  | "runIds"
> & {
  /** Of an operation that this one overtook. */
  readonly saved?: Operation["saved"];
};

export function begun(group: GroupPart, id: Stamp, intent: Intent, wall: WallTime): GroupPart {
  const operation: Operation = {
    ...intent,
    id,
    attempt: 1,
    saved: intent.saved ?? {},
    excluded: [],
    forkOffset: null,
    highWater: null,
    fencing: null,
    startedAt: wall,
    phaseStartedAt: wall,
    phases: [],
  };
  return { ...group, operation };
}

/** Ends the present phase and begins `phase`, with whatever else became known. */
export function inPhase(
  group: GroupPart,
  phase: Phase,
  wall: WallTime,
  known: Partial<Operation> = {},
): GroupPart {
  const { operation } = group;
  if (operation === null) throw new Error(`${group.name}: no operation to put into phase ${phase}`);
  const phases = [...operation.phases, phaseTime(operation, wall)];
  return { ...group, operation: { ...operation, ...known, phase, phaseStartedAt: wall, phases } };
}

export function finished(
  group: GroupPart,
  result: PastOperation["result"],
  wall: WallTime,
): GroupPart {
  const { operation } = group;
  if (operation === null) throw new Error(`${group.name}: no operation to finish`);
  const { kind, from } = operation;
  const hasLeft = kind === "failover" && result === "ok";
  const nodes = group.nodes.map((node) =>
    hasLeft && node.name === from ? { ...node, failedOverAt: wall } : node,
  );
  const told = withPast({ ...group, nodes }, pastOf(operation, result, wall));
  return { ...withOutcome(told, operation, result), operation: null };
}

export function withPast(group: GroupPart, past: PastOperation): GroupPart {
  return { ...group, past: newestOf([...group.past, past], PAST_KEPT, (each) => each) };
}

type Told = Pick<PastOperation, "kind" | "by" | "reason"> & Partial<PastOperation>;

/** An entry of the history about something that is done in the moment in which it is told. */
export function incident(told: Told, epoch: Stamp, wall: WallTime): PastOperation {
  return {
    epoch,
    from: null,
    to: null,
    result: "ok",
    requestId: null,
    votes: {},
    fencing: null,
    startedAt: wall,
    durationMs: 0,
    phases: [],
    lostBytes: null,
    ...told,
  };
}

export function lastDeed({ past }: GroupPart): PastOperation | undefined {
  return past.findLast(isDeed);
}

function pastOf(
  operation: Operation,
  result: PastOperation["result"],
  wall: WallTime,
): PastOperation {
  return {
    epoch: operation.id,
    kind: operation.kind,
    from: operation.from,
    to: operation.to,
    result,
    reason: operation.reason,
    by: operation.by,
    requestId: operation.requestId,
    votes: operation.votes,
    fencing: operation.fencing,
    startedAt: operation.startedAt,
    durationMs: Math.round(wall - operation.startedAt),
    phases: [...operation.phases, phaseTime(operation, wall)],
    lostBytes: lostBytes(operation, result),
  };
}

function phaseTime(operation: Operation, wall: WallTime): { name: string; ms: number } {
  return { name: operation.phase, ms: Math.round(wall - operation.phaseStartedAt) };
}

/** What the old stream had beyond the fork, as far as anybody saw it. */
function lostBytes(operation: Operation, result: PastOperation["result"]): number | null {
  if (result !== "ok" || operation.forkOffset === null || operation.highWater === null) return null;
  return Math.max(0, operation.highWater - operation.forkOffset);
}
