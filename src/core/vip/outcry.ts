/**
 * What a person must know about the hosts: a holder whose guard has a problem, and a Redis that does
 * not answer at the VIP although the VIP is served.
 */
import { troubleWith } from "./desk.ts";
import { presentInfo } from "../health/votes.ts";
import type { Task } from "../local.ts";
import { Work } from "../operation/errand.ts";
import { remembered, rememberedPair } from "../remembered.ts";
import { type GroupPart, nodeOf, type Vip } from "../state.ts";
import { showStamp } from "../stamp.ts";
import { targetOf } from "../target.ts";
import type { Turn } from "../turn.ts";

/** Shorter troubles are retried, and mend themselves. */
const PROBLEM_LASTS_MS = 2000;
const CHECK_DEADLINE_MS = 1000;
const CHECK_EVERY_MS = 10_000;
const CHECK_AFTER_FAILURE_MS = 1000;
const SCOPE = "vip check";

export function raiseOutcries(turn: Turn, group: GroupPart): void {
  for (const vip of group.vips) {
    const isServed = vip.kind === "hold" || vip.claimable;
    if (vip.node !== null && isServed) guardProblem(turn, group, vip, vip.node);
    else turn.alarm(guardAlarm(group.name, vip.ip), null);
    if (vip.node !== null && vip.kind === "hold") checkRedis(turn, group, vip, vip.node);
    else turn.alarm(redisAlarm(group.name, vip.ip), null);
  }
}

const guardAlarm = rememberedPair((name, ip) => `${name}: guard of ${ip}`);
const redisAlarm = rememberedPair((name, ip) => `${name}: ${ip}`);
const guardKey = remembered((ip) => `guard ${ip}`);
const checkKey = remembered((ip) => `check ${ip}`);

function guardProblem(turn: Turn, group: GroupPart, vip: Vip, holder: string): void {
  const desk = turn.desk(group.name, vip.ip, holder);
  const problem = troubleWith(desk, group.backend);
  const lasted = turn.lasting(group.name, guardKey(vip.ip), problem !== null);
  const text =
    problem !== null && lasted > PROBLEM_LASTS_MS
      ? `the guard on ${holder}, which is to serve ${vip.ip}, does not do its work: ${problem}`
      : null;
  turn.alarm(guardAlarm(group.name, vip.ip), text);
}

/** A Redis that is bound to its own address only refuses at the VIP, and clients are turned away. */
function checkRedis(turn: Turn, group: GroupPart, vip: Vip, holder: string): void {
  const node = nodeOf(group, holder);
  const served = turn.desk(group.name, vip.ip, holder).claimed !== null;
  if (node === undefined || !served) return;
  const work = new Work(turn, group.name, SCOPE);
  const key = `${vip.ip} of ${showStamp(vip.epoch)}`;
  const task = work.task(key, CHECK_DEADLINE_MS, (id) => ({
    kind: "vip-check",
    id,
    target: targetOf(group.name, node),
    vip: vip.ip,
    deadlineMs: CHECK_DEADLINE_MS,
  }));
  if (task.finishedAt === null) return;
  const wrong = wrongAt(turn, group, holder, task);
  const lasted = turn.lasting(group.name, checkKey(vip.ip), wrong !== null);
  const text =
    wrong !== null && lasted > PROBLEM_LASTS_MS
      ? `${vip.ip}:${node.port} is on ${holder}, but its Redis does not answer there: ${wrong}; does it listen on all addresses (bind)?`
      : null;
  turn.alarm(redisAlarm(group.name, vip.ip), text);
  const every = wrong === null ? CHECK_EVERY_MS : CHECK_AFTER_FAILURE_MS;
  if (turn.now - task.startedAt >= every) work.forget(key);
}

/** null: the holder's own Redis answered at the VIP. */
function wrongAt(turn: Turn, group: GroupPart, holder: string, task: Task): string | null {
  const found =
    task.outcome?.kind === "vip-check" ? task.outcome : { runId: null, text: "no answer in time" };
  const expected = presentInfo(turn.local(group.name).evidence, holder, turn.now)?.runId ?? null;
  if (expected === null || found.runId === expected) return null;
  return found.runId === null ? found.text : `another Redis answers there (run_id ${found.runId})`;
}
