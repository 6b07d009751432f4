/**
 * Whether a failover may begin now, and if not, why not. Only what a majority of the configured
 * monitors says gets this far.
 */
import { asSeen, candidateOf, candidatesOf } from "../health/facts.ts";
import { chooseSuccessor, type SuccessorAnswer } from "../health/successor.ts";
import type { Verdict } from "../health/verdict.ts";
import type { NodeName } from "../ids.ts";
import { describePause } from "../pause.ts";
import { remembered } from "../remembered.ts";
import type { Cause, GroupPart, VoteRecord } from "../state.ts";
import type { Turn } from "../turn.ts";
import { fenced, withVip } from "../vip/epochs.ts";
import { withOutage } from "./flapping.ts";
import { withAdmittance, withGuardHeard } from "./admittance.ts";
import { guardLoss } from "./guard-loss.ts";
import { demotedByHand, movedByHand } from "./by-hand.ts";
import { coolingDown, turnedBackFor } from "./cooldown.ts";
import { noSuccessor } from "./failover.ts";
import { consentTo, forgetConsent } from "./pre-failover.ts";
import { begun, finished, type Intent } from "./outline.ts";
import { noteCall } from "./reach.ts";

/** What calls for a failover. */
export interface Call {
  readonly cause: Cause;
  readonly from: string;
  /** Given when it is settled already who is master. */
  readonly to: string | null;
  readonly text: string;
  readonly votes: Readonly<Record<string, VoteRecord>>;
  /** Its master answers as a replica, and has for a while: then it may be its own successor. */
  readonly isDemoted?: boolean;
}

const failoverAlarm = remembered((name) => `${name}: failover`);

/** Begins a failover if something calls for one and nothing forbids it; else raises the alarm that says why. */
export function considerFailover(turn: Turn, group: GroupPart, verdict: Verdict): void {
  const alarm = failoverAlarm(group.name);
  // Asked for in any case: for how long what it goes by has lasted must not count from before an operation, or another verdict.
  const wanted = callFor(turn, group, verdict);
  const call = isFree(group) ? wanted : null;
  if (call === null) {
    forgetConsent(turn, group);
    noteCall(turn, group, false);
    return turn.alarm(alarm, null);
  }
  if (turn.isChanging(group.name)) return;
  const held = heldBack(turn, group, call);
  // Where a person has moved the master already, there is nothing to be asked.
  const consent =
    held === null && call.to === null ? consentTo(turn, group, call) : ({ kind: "given" } as const);
  if (consent.kind === "awaited") return;
  const why = held ?? (consent.kind === "refused" ? `${call.text}; ${consent.why}` : null);
  turn.alarm(alarm, why);
  if (why === null) beginFailover(turn, group, intentOf(turn, group, call));
}

function callFor(turn: Turn, group: GroupPart, verdict: Verdict): Call | null {
  const lost = guardLoss(turn, group, verdict);
  const moved = movedByHand(turn, group, verdict);
  const demoted = demotedByHand(turn, group, verdict);
  if (verdict.kind === "master-down") {
    return {
      cause: "down",
      from: verdict.master,
      to: null,
      text: verdict.text,
      votes: verdict.votes,
    };
  }
  return moved ?? demoted ?? lost;
}

/** No operation runs, or one that the death of the master has overtaken. */
function isFree({ operation }: GroupPart): boolean {
  return (
    operation === null ||
    operation.phase === "claim" ||
    operation.phase === "prepare" ||
    operation.phase === "undo"
  );
}

function heldBack(turn: Turn, group: GroupPart, call: Call): string | null {
  const restraint = restraintOf(turn, group, call);
  const nobody = restraint === null && call.to === null ? nobodyFor(turn, group, call) : null;
  noteCall(turn, group, nobody !== null);
  return restraint ?? nobody;
}

/** Whatever forbids it though somebody could take over. */
function restraintOf(turn: Turn, group: GroupPart, call: Call): string | null {
  if (group.pause !== undefined)
    return `${call.text}; no failover, for the group is ${describePause(group.pause)}`;
  if (group.mode !== "active") return `${call.text}; no failover, for the mode is ${group.mode}`;
  if (turn.state.network.is === "down")
    return `${call.text}; no failover by this leader, which hears no node: it hands over`;
  if (turnedBackFor(group, call.from, turn.at.wall) !== null)
    return `${call.text}; a failover has just turned back`;
  if (call.to !== null) return null;
  const cooling = coolingDown(group, call.from, turn.at.wall);
  if (cooling !== null)
    return `${call.text}; no failover for another ${Math.ceil(cooling / 1000)} s (cooldown)`;
  return null;
}

function nobodyFor(turn: Turn, group: GroupPart, call: Call): string | null {
  const answer = successorWith(turn, group, call, withAdmittance);
  if (answer.chosen !== null) return null;
  const able = successorWith(turn, group, call, withGuardHeard).chosen;
  return `${call.text}; ${able === null ? noSuccessor(answer) : unprovable(call, able)}`;
}

function successorWith(
  turn: Turn,
  agreed: GroupPart,
  call: Call,
  admit: typeof withAdmittance,
): SuccessorAnswer {
  const { evidence } = turn.local(agreed.name);
  // A living master says its last word, and nobody takes over with less.
  const group = call.cause === "down" ? asSeen(agreed, evidence) : agreed;
  // Else a master that died just after its promotion counts as the replica that it was last seen to be. What a living one
  // still writes reaches no other master.
  const candidates = candidatesOf(group, evidence, turn.now)
    .filter(({ node }) => node !== call.from || call.isDemoted === true)
    .map((candidate) => ({ ...admit(turn, group, candidate), asMaster: call.cause !== "guard" }));
  return chooseSuccessor({ group, from: call.from, candidates, preferred: null, excluded: [] });
}

/** Whoever could show that the lease has ended is gone. A person may begin it, and is asked for their word then. */
function unprovable({ from }: Call, able: NodeName): string {
  return `${able} could take over, but no host is left whose answer would prove that ${from} serves nothing any more; let ${from} be reached, or if it is off for certain: mmm failover --force`;
}

function intentOf(turn: Turn, group: GroupPart, call: Call): Intent {
  return {
    kind: "failover",
    cause: call.cause,
    from: call.from,
    to: call.to,
    phase: "fence",
    leader: turn.state.name,
    term: turn.term,
    reason: call.text,
    by: turn.state.name,
    acceptDataLoss: false,
    requestId: null,
    votes: call.votes,
    runIds: runIdsOf(turn, group),
  };
}

export function runIdsOf(turn: Turn, group: GroupPart): Readonly<Record<string, string>> {
  const { evidence } = turn.local(group.name);
  const ids = group.nodes.flatMap(({ name }) => {
    const runId = candidateOf(evidence, name, turn.now).info?.runId;
    return runId === undefined ? [] : [[name, runId] as const];
  });
  return Object.fromEntries(ids);
}

/**
 * The intent and the fence are one commit: from here on nobody's lease is renewed. With it goes how far the stream was
 * seen to reach, for whoever chooses among the replicas. Where a person has chosen already, that is no more asked.
 */
export function beginFailover(turn: Turn, group: GroupPart, intent: Intent): void {
  const { evidence } = turn.local(group.name);
  turn.change(group.name, (now, stamp) => {
    const part = intent.cause === "by-hand" ? now : asSeen(now, evidence);
    const before = part.operation === null ? part : finished(part, "preempted", turn.at.wall);
    // What the overtaken operation changed is still to be restored.
    const saved = part.operation?.saved ?? {};
    const counted =
      intent.cause === "down" ? withOutage(before, intent.from, turn.at.wall) : before;
    const next = begun(counted, stamp, { ...intent, saved }, turn.at.wall);
    const writer = next.vips.find((vip) => vip.role === "writer");
    return writer === undefined ? next : withVip(next, writer.ip, (vip) => fenced(vip, stamp));
  });
  tellBegin(turn, group, intent);
}

/** Under the stamp that the proposal of this turn is going to have. */
export function tellBegin(turn: Turn, group: GroupPart, intent: Intent): void {
  const { kind, from, to, phase, votes } = intent;
  const next = turn.state.newest?.stamp ?? { term: turn.term, version: 0 };
  const operation = { term: turn.term, version: next.version + 1 };
  const told = { operation, op: kind, from, to, phase, votes };
  turn.report({ kind: "operation.phase", group: group.name, ...told });
}
