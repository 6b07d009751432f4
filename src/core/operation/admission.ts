/**
 * Whether a failover may begin now, and if not, why not. Only a verdict that rests on a majority
 * of the configured monitors gets this far.
 */
import { candidatesOf, candidateOf } from "../health/facts.ts";
import { chooseSuccessor } from "../health/successor.ts";
import type { Verdict } from "../health/verdict.ts";
import type { GroupPart } from "../state.ts";
import type { Turn } from "../turn.ts";
import { fenced, withVip } from "../vip/epochs.ts";
import { noSuccessor } from "./failover.ts";
import { begun, finished, type Intent } from "./outline.ts";

const TURNED_BACK_MS = 3000;

type Down = Extract<Verdict, { kind: "master-down" }>;

/** Begins a failover if the verdict calls for one and nothing forbids it; else raises the alarm that says why. */
export function considerFailover(turn: Turn, group: GroupPart, verdict: Verdict): void {
  const alarm = `${group.name}: failover`;
  if (verdict.kind !== "master-down" || !isFree(group)) return turn.alarm(alarm, null);
  if (turn.isChanging(group.name)) return;
  const held = heldBack(turn, group, verdict);
  turn.alarm(alarm, held);
  if (held === null) beginFailover(turn, group, failoverIntent(turn, group, verdict));
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

function heldBack(turn: Turn, group: GroupPart, verdict: Down): string | null {
  if (group.mode !== "active") return `${verdict.text}; no failover, for the mode is ${group.mode}`;
  if (turnedBackLately(turn, group, verdict.master))
    return `${verdict.text}; a failover has just turned back`;
  const cooling = coolingDown(turn, group, verdict.master);
  if (cooling !== null)
    return `${verdict.text}; no failover for another ${Math.ceil(cooling / 1000)} s (cooldown)`;
  const { evidence } = turn.local(group.name);
  const answer = chooseSuccessor({
    group,
    from: verdict.master,
    candidates: candidatesOf(group, evidence, turn.now),
    preferred: null,
    excluded: [],
  });
  return answer.chosen === null ? `${verdict.text}; ${noSuccessor(answer)}` : null;
}

/** What made it turn back may still be so: it is not begun again at once. */
function turnedBackLately(turn: Turn, group: GroupPart, master: string): boolean {
  const last = group.past.at(-1);
  if (last?.kind !== "failover" || last.result !== "undone" || last.from !== master) return false;
  const ago = turn.at.wall - last.startedAt - last.durationMs;
  return ago >= 0 && ago < TURNED_BACK_MS;
}

/** Milliseconds left of the quiet time after an earlier failover away from the same node. */
export function coolingDown(turn: Turn, group: GroupPart, master: string): number | null {
  const last = group.past.findLast(
    (past) => past.kind === "failover" && past.result === "ok" && past.from === master,
  );
  if (last === undefined) return null;
  const left = last.startedAt + last.durationMs + group.settings.cooldownMs - turn.at.wall;
  return left > 0 && left <= group.settings.cooldownMs ? left : null;
}

function failoverIntent(turn: Turn, group: GroupPart, verdict: Down): Intent {
  return {
    kind: "failover",
    from: verdict.master,
    to: null,
    phase: "fence",
    leader: turn.state.name,
    term: turn.term,
    reason: verdict.text,
    by: turn.state.name,
    acceptDataLoss: false,
    requestId: null,
    votes: verdict.votes,
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

/** The intent and the fence are one commit: from here on nobody's lease is renewed. */
export function beginFailover(turn: Turn, group: GroupPart, intent: Intent): void {
  turn.change(group.name, (part, stamp) => {
    const before = part.operation === null ? part : finished(part, "preempted", turn.at.wall);
    const next = begun(before, stamp, intent, turn.at.wall);
    const writer = next.vips.find((vip) => vip.role === "writer");
    return writer === undefined ? next : withVip(next, writer.ip, (vip) => fenced(vip, stamp));
  });
  const { from, to, votes } = intent;
  const next = turn.state.newest?.stamp ?? { term: turn.term, version: 0 };
  const operation = { term: turn.term, version: next.version + 1 };
  turn.report({
    kind: "operation.phase",
    group: group.name,
    operation,
    op: "failover",
    from,
    to,
    phase: "fence",
    votes,
  });
}
