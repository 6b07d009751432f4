/**
 * STONITH by the operator's own means, when a host does not give the VIP up by itself. It proves
 * something only if it succeeds.
 */
import { candidateOf, hasSuccessor } from "../health/facts.ts";
import type { Outcome } from "../io.ts";
import type { Vip } from "../state.ts";
import { targetOf } from "../target.ts";
import { proofOf, withFenced } from "../vip/proofs.ts";
import { proofContext } from "../vip/upkeep.ts";
import type { Running } from "./common.ts";
import { answersAsMaster } from "./last-word.ts";
import { leaseEnds, noLease } from "./lease-end.ts";

const FENCE_COMMAND_DEADLINE_MS = 20_000;
/** A cooperative release answers within this; only then the command is worth its risk. */
const RELEASE_PATIENCE_MS = 250;
/** Milestones. */
const FAILED = "fence failed";
const CALLED_FOR = "fence called for";

export function runFenceCommand(running: Running): void {
  const { turn, group, vip, from } = running;
  const command = group.settings.fenceCommand;
  if (command === null || vip === null || !wasAwaited(running, vip)) return;
  if (proofOf(proofContext(turn, group, vip), from.name) !== null) return;
  if (mayBeTheLast(running)) return;
  if (!isStillCalledFor(running)) return;
  const target = targetOf(group.name, from);
  const task = running.work.task("fence", FENCE_COMMAND_DEADLINE_MS, (id) => ({
    kind: "fence",
    id,
    target,
    command,
    deadlineMs: FENCE_COMMAND_DEADLINE_MS,
  }));
  if (task.finishedAt === null) return;
  const outcome =
    task.outcome?.kind === "fence" ? task.outcome : { exitCode: null, text: "no answer in time" };
  const isOff = outcome.exitCode === 0;
  turn.alarm(`${group.name}: fence`, isOff ? null : failureText(running, vip, outcome));
  if (!isOff) running.work.reach(FAILED);
  else
    turn.setCampaign(group.name, vip.ip, withFenced(turn.campaign(group.name, vip.ip), from.name));
}

/**
 * It came back, as another process, while nobody could take over: cutting its power would help nobody, and may lose the
 * last copy. It is turned back to once the proof is there, or fenced when somebody can.
 */
function mayBeTheLast(running: Running): boolean {
  const { turn, group, op, from } = running;
  if (op.cause !== "down" || !answersAsMaster(running)) return false;
  const { evidence } = turn.local(group.name);
  const { info } = candidateOf(evidence, from.name, turn.now);
  return info?.runId !== op.runIds[from.name] && !hasSuccessor(group, evidence, turn.now);
}

/** On evidence from after the release was waited for: who slept meanwhile may lead no more, and the host be the master again. */
function isStillCalledFor({ turn, group, work }: Running): boolean {
  work.reach(CALLED_FOR, turn.moment.round);
  const round = Number(work.reached(CALLED_FOR));
  return turn.provenSince(group.name, { term: turn.term, round });
}

export function hasFenceFailed({ work }: Running): boolean {
  return work.reached(FAILED) !== undefined;
}

function failureText(
  { turn, group, from: { name } }: Running,
  vip: Vip,
  { exitCode, text }: Pick<Extract<Outcome, { kind: "fence" }>, "exitCode" | "text">,
): string {
  const said = text === "" ? "" : `: ${text}`;
  const next = leaseEnds(turn, group, vip, name)
    ? "the end of its lease is awaited"
    : `${noLease(group, vip, name)}: if ${name} is off for certain, say so: mmm adopt --empty ${name}`;
  return `fence_command for ${name} failed (${exitCode ?? "killed"})${said}; ${next}`;
}

/** Of a host from which nobody heard anything, whoever owed an answer for so long when the failover began will not release either. */
function wasAwaited(running: Running, vip: Vip): boolean {
  const { turn, group, work, from } = running;
  const { flight } = turn.desk(group.name, vip.ip, from.name);
  const owedMs = flight === null || !isSilent(running) ? 0 : turn.now - flight.sentAt;
  return Math.max(work.since("fencing"), owedMs) >= RELEASE_PATIENCE_MS;
}

/** A refusal is an answer of the host. */
function isSilent({ op }: Running): boolean {
  return op.cause === "down" && Object.values(op.votes).every(({ vote }) => vote !== "refused");
}
