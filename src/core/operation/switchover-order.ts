/** `mmm switchover`, and what it would do: both by the same look at the same facts. */
import type { Candidate, RefusalReason } from "../health/eligibility.ts";
import { candidateOf, candidatesOf, isLinkedTo } from "../health/facts.ts";
import { positionOf } from "../health/lineage.ts";
import { chooseSuccessor, type SuccessorAnswer } from "../health/successor.ts";
import { isWell } from "../health/verdict.ts";
import { isReachedBy } from "../health/votes.ts";
import type { GroupName, NodeName } from "../ids.ts";
import type { Waiting } from "../local.ts";
import { type GroupPart, nodeOf } from "../state.ts";
import type { Turn } from "../turn.ts";
import { tellBegin } from "./admission.ts";
import { withGuardLost } from "./admittance.ts";
import { busy, intentOf } from "./asked.ts";
import { noSuccessor } from "./failover.ts";
import { type Order, refused, taken } from "./order.ts";
import { begun, type Intent } from "./outline.ts";
import { consentToMove, forgetMove } from "./pre-switchover.ts";
import { courseOf, tellSteps } from "./switchover-steps.ts";

/**
 * Right after a failover nobody has seen the new master as one yet, and a replica that was pointed at it a moment ago is
 * linked within a second, and has a small copy not much later.
 */
const PATIENCE_MS = 3000;
/** What ends by itself, most likely. */
const PASSING: readonly RefusalReason[] = ["unlinked", "syncing"];

/** Between whom it would be, or why not, and whether that may be otherwise in a moment. */
type Outlook =
  | { readonly kind: "possible"; readonly from: NodeName; readonly to: NodeName }
  | { readonly kind: "not"; readonly order: Order; readonly passes: boolean };

function not(message: string, passes = false): Outlook {
  return { kind: "not", order: refused(message), passes };
}

function outlookOf(turn: Turn, group: GroupPart, to: NodeName | null): Outlook {
  const obstacle = busy(group);
  if (obstacle !== null) return { kind: "not", order: obstacle, passes: false };
  const { master } = group;
  if (master === null) return not("no master");
  if (to !== null && nodeOf(group, to) === undefined)
    return not(`there is no node ${to} in group ${group.name}`);
  if (to === master) return not(`${to} is the master already`);
  const trouble = troubleWith(turn, group, master);
  if (trouble !== null) return not(`a switchover needs a healthy master: ${trouble}`, true);
  const answer = successorOf(turn, group, { from: master, to });
  return answer.chosen === null
    ? not(
        noSuccessor(answer),
        answer.refusals.some(({ reason }) => PASSING.includes(reason)),
      )
    : { kind: "possible", from: master, to: answer.chosen };
}

/**
 * A majority finds it well, and this leader, which is to work on it, reaches it: whoever else does not may be at the wrong
 * end of a broken cable for weeks, and takes no part.
 */
function troubleWith(turn: Turn, { name }: GroupPart, master: NodeName): string | null {
  const { verdict } = turn.local(name);
  if (!isWell(verdict)) return verdict.text;
  if (answersHere(turn, name, master)) return null;
  return `${verdict.text}; ${turn.state.name}, which leads, does not reach it by itself`;
}

function answersHere(turn: Turn, group: GroupName, node: NodeName): boolean {
  return isReachedBy(turn.local(group).evidence, turn.state.name, node, turn.now);
}

/** What another monitor hears of it is no help to the leader, which has to promote it. */
function asReachedHere(turn: Turn, group: GroupPart, candidate: Candidate): Candidate {
  if (answersHere(turn, group.name, candidate.node)) return candidate;
  return { ...candidate, reachable: false, askedBy: turn.state.name };
}

/** It has to catch up with a master that serves. */
function withLink(group: GroupPart, candidate: Candidate): Candidate {
  const master = nodeOf(group, group.master ?? "");
  const isLinked =
    master === undefined || candidate.info === null || isLinkedTo(candidate.info, master);
  return isLinked ? candidate : { ...candidate, unlinkedFrom: master.name };
}

interface Wish {
  readonly from: NodeName;
  readonly to: NodeName | null;
}

function successorOf(turn: Turn, group: GroupPart, { from, to }: Wish): SuccessorAnswer {
  const candidates = candidatesOf(group, turn.local(group.name).evidence, turn.now)
    .filter(({ node }) => to === null || node === to)
    .map((candidate) =>
      withLink(group, withGuardLost(turn, group, asReachedHere(turn, group, candidate))),
    );
  return chooseSuccessor({ group, from, candidates, preferred: to, excluded: [] });
}

interface Asked {
  readonly to: NodeName | null;
}

export function takeSwitchover(
  turn: Turn,
  group: GroupPart,
  waiting: Waiting,
  { to }: Asked,
): Order {
  const outlook = outlookOf(turn, group, to);
  if (outlook.kind === "not") {
    if (outlook.passes && turn.now - waiting.since < PATIENCE_MS) return { kind: "later" };
    forgetMove(turn, group, waiting);
    return outlook.order;
  }
  const consent = consentToMove(turn, group, waiting, outlook);
  if (consent.kind === "awaited") return { kind: "later" };
  if (consent.kind === "refused") return refused(consent.why);
  const intent: Intent = {
    ...intentOf(turn, group, waiting),
    kind: "switchover",
    cause: "operator",
    from: outlook.from,
    to: outlook.to,
    phase: "prepare",
    reason: "asked for",
  };
  turn.change(group.name, (part, stamp) => begun(part, stamp, intent, turn.at.wall));
  tellBegin(turn, group, intent);
  return taken(null);
}

/** Proposes nothing. What it tells was so a moment ago, so everything is looked at again later. */
export function planSwitchover(turn: Turn, group: GroupPart, _: Waiting, { to }: Asked): Order {
  const outlook = outlookOf(turn, group, to);
  if (outlook.kind === "not") return outlook.order;
  const { from } = outlook;
  const { verdict } = turn.local(group.name);
  const lines = [
    `switchover of ${group.name} from ${from} to ${outlook.to} (leader ${turn.state.name}, term ${turn.term})`,
    ...(verdict.kind === "healthy" ? [] : [`  ${verdict.text}; that forbids nothing`]),
    ...candidateLines(turn, group, { from, to: outlook.to }),
    ...(group.settings.preSwitchover === undefined
      ? []
      : ["  pre_switchover is asked first, and may forbid it"]),
    ...tellSteps(courseOf(group, from, outlook.to)),
    "Writes stop between steps 5 and 11, for some milliseconds; no acknowledged write is lost.",
  ];
  return { kind: "answered", message: lines.join("\n") };
}

function candidateLines(turn: Turn, group: GroupPart, { from, to }: Wish): readonly string[] {
  const { evidence } = turn.local(group.name);
  const all = candidatesOf(group, evidence, turn.now);
  const head = candidateOf(evidence, from, turn.now).info?.offset ?? null;
  const { refusals } = successorOf(turn, group, { from, to: null });
  return all.flatMap(({ node, info }) => {
    if (node === from) return [];
    const position = info === null ? null : positionOf(info, group.lineage);
    const lag = head === null || position === null ? "?" : Math.max(0, head - position);
    const refusal = refusals.find((one) => one.node === node)?.text;
    const part = node === to ? "is promoted" : "could be promoted, too";
    return [
      `  ${node} ${refusal === undefined ? part : `cannot be promoted: ${refusal}`}; ${lag} bytes behind at the last look`,
    ];
  });
}
