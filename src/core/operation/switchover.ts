/**
 * Switchover: prepare → handover → claim. Loses nothing.
 *
 *   prepare   everybody is connected; the siblings follow the target already. The old master serves
 *   handover  writes are paused and the target catches up; only then the old master is blocked and
 *             releases the VIP; equality is read again behind both, and the target is promoted
 *   claim     as in a failover
 *
 * The release of the VIP is the fence: a restart of Redis would remove every other one. Until the
 * claim is committed the old master holds everything that was acknowledged through the VIP, so
 * every failure before that turns back.
 */
import { positionOf } from "../health/lineage.ts";
import type { NodeInfo } from "../health/types.ts";
import { candidateOf } from "../health/facts.ts";
import { renewalIntervalMs } from "../settings.ts";
import type { Node } from "../state.ts";
import { movedTo } from "../vip/epochs.ts";
import { guardHeardAt } from "../vip/upkeep.ts";
import { BLOCKED, toBeRestored } from "./blocked.ts";
import {
  advance,
  infoOf,
  isDone,
  isMarked,
  proofOfOld,
  type Running,
  successorOf,
  turnBack,
  valueOf,
} from "./common.ts";
import { awaitStep, giveUp, isCalm, passed } from "./progress.ts";
import { claimNext, claimPhase, hasFailed, promote, promoteRead } from "./promotion.ts";
import {
  BLOCK,
  CATCH_UP,
  CONNECT,
  MARK,
  PAUSE,
  PAUSE_MS,
  PROMOTE,
  PROVE,
  RELEASE,
  RENEWAL,
  SIBLINGS,
} from "./switchover-steps.ts";

/** One that cannot be marked holds nothing up. */
const BYSTANDERS_MS = 100;
/** What a mark starts on a host has ended by then. */
const CALM_MS = 30;
const POLL_MS = 2;
/** Milestones: the target has applied everything up to the pause, and all there is. With the connection that told of it. */
const CAUGHT_UP = "catch up done";
const PROVEN = "final done";

export function conductSwitchover(running: Running): void {
  const to = successorOf(running);
  if (to === null) return turnBack(running, "no successor was named");
  switch (running.op.phase) {
    case "prepare":
      return preparePhase(running, to);
    case "handover":
      return handoverPhase(running, to);
    case "claim":
      return claimPhase(running);
    case "fence":
    case "promote":
    case "undo":
      return;
  }
}

// ——— prepare ———

function preparePhase(running: Running, to: Node): void {
  const { work, from, op } = running;
  const old = infoOf(work.redis(from, "first look", { kind: "info" }));
  const next = infoOf(work.redis(to, "first look", { kind: "info" }));
  const minReplicas = valueOf(work.redis(from, "saved", { kind: "get-min-replicas" }));
  if (old === null || next === null || minReplicas === null)
    return void awaitStep(running, CONNECT);
  const wrong = whyNot(running, old, next, to);
  if (wrong !== null) return turnBack(running, wrong);
  passed(running, CONNECT);
  if (!siblingsFollow(running, to) && !awaitStep(running, SIBLINGS)) return;
  passed(running, SIBLINGS);
  if (!isLeaseFresh(running)) return void awaitStep(running, RENEWAL);
  passed(running, RENEWAL);
  const before = toBeRestored(running.group, from, minReplicas);
  const saved = { ...op.saved, [from.name]: { minReplicas: before } };
  advance(running, "handover", {
    known: { saved },
    vip: (vip, stamp) => movedTo(vip, stamp, to.name, { unproven: [from.name], silent: [] }),
  });
}

function whyNot(running: Running, old: NodeInfo, next: NodeInfo, to: Node): string | null {
  const { op, from, group } = running;
  if (old.role !== "master" || old.runId !== op.runIds[from.name])
    return `${from.name} is not the master that it was`;
  if (next.runId !== op.runIds[to.name]) return `${to.name} was restarted`;
  if (next.role !== "replica" || next.link !== "up" || next.replId !== old.replId)
    return `${to.name} does not replicate from ${from.name}`;
  const lag = old.offset - (next.appliedOffset ?? 0);
  return lag > group.settings.maxLagBytes ? `${to.name} lags ${lag} bytes behind` : null;
}

/** Siblings are repointed below the target first: while attached to the old master they would run ahead. */
function siblingsFollow(running: Running, to: Node): boolean {
  const { work, group, op, turn } = running;
  const siblings = group.nodes.filter(({ name }) => name !== op.from && name !== op.to);
  const answers = siblings.map((node) => {
    if (!candidateOf(turn.local(group.name).evidence, node.name, turn.now).reachable) return true;
    const followed = work.redis(node, "follow", {
      kind: "follow",
      host: to.address,
      port: to.port,
    });
    if (!isDone(followed)) return false;
    const info = infoOf(work.poll(node, "linked", { kind: "info" }, 20));
    return info?.link === "up" && info.masterHost === to.address;
  });
  return answers.every(Boolean);
}

/** The handover must end within the lease: it begins right after a renewal. */
function isLeaseFresh({ turn, group, vip }: Running): boolean {
  if (vip === null || vip.node === null || group.backend !== "nft") return true;
  const { claimed } = turn.desk(group.name, vip.ip, vip.node);
  // By when it was confirmed: of a host that is far away nothing younger is known than a round trip.
  return claimed !== null && turn.now - claimed.knownAt < renewalIntervalMs(vip.leaseMs) / 2;
}

// ——— handover ———

function handoverPhase(running: Running, to: Node): void {
  if (!isPrepared(running, to)) return;
  passed(running, MARK);
  if (!hasCaughtUp(running, to) || !isShut(running)) return;
  const offset = provenOffset(running, to);
  if (offset !== null) promoteEqual(running, to, offset);
}

/** The registers are marked; those of bystanders too, for what has to be done is better done before the pause. */
function isPrepared(running: Running, to: Node): boolean {
  const { work, from, group } = running;
  if (!isGuardHeard(running, to)) return awaitStep(running, MARK);
  const names = group.nodes.map(({ name }) => name);
  const missing = names.filter((name) => !isMarked(running, name));
  if (missing.includes(from.name) || missing.includes(to.name)) return awaitStep(running, MARK);
  if (missing.length > 0 && work.since(MARK.key) < BYSTANDERS_MS) return false;
  return isCalm(running, "marked", CALM_MS);
}

/** Where there is no register to be marked, it is heard all the same whether somebody there can serve. */
function isGuardHeard({ turn, group, work, vip }: Running, { name }: Node): boolean {
  if (vip === null || group.backend === "nft") return true;
  return guardHeardAt(turn, group, name) >= turn.now - work.since("handing over");
}

/** True once writes are paused and the target has applied all; turns back when it takes too long. */
function hasCaughtUp(running: Running, to: Node): boolean {
  const { work, from } = running;
  const paused = infoOf(work.redis(from, "pause", { kind: "pause-writes", ms: PAUSE_MS }));
  if (paused === null) return awaitStep(running, PAUSE);
  passed(running, PAUSE);
  if (!isAt(running, to, paused.offset, "catch up")) return awaitStep(running, CATCH_UP);
  passed(running, CATCH_UP);
  return true;
}

/**
 * True once writes are refused and the VIP is released. Both are asked for at the same time, while the
 * pause holds; what is acknowledged if it ends too early is found by the reading behind both.
 */
function isShut(running: Running): boolean {
  const { work, from } = running;
  if (!isDone(work.redis(from, "block", BLOCKED))) return awaitStep(running, BLOCK);
  passed(running, BLOCK);
  if (proofOfOld(running) === null) return awaitStep(running, RELEASE);
  passed(running, RELEASE);
  return true;
}

/** Offsets say something within one history only: a replica of somebody else may show any. */
function isAt({ work, group }: Running, to: Node, offset: number, key: string): boolean {
  if (work.reached(`${key} done`) !== undefined) return true;
  const info = infoOf(work.poll(to, key, { kind: "info" }, POLL_MS));
  const position = info?.role === "replica" ? positionOf(info, group.lineage) : null;
  if (position === null || position < offset) return false;
  work.reach(`${key} done`, work.connect(to).name.seq);
  return true;
}

/**
 * After the release, under the same run_id: the target holds everything that was acknowledged, up to
 * this offset. null: not shown yet.
 */
function provenOffset(running: Running, to: Node): number | null {
  const { work, from, op } = running;
  const reading = work.redis(from, "final", { kind: "info" });
  // Asked at the same time, so that one round trip serves for both.
  if (work.reached(PROVEN) === undefined) work.poll(to, "final", { kind: "info" }, POLL_MS);
  const final = infoOf(reading);
  const changed =
    final !== null && (final.runId !== op.runIds[from.name] || final.role !== "master");
  if (changed) turnBack(running, `${from.name} was restarted`);
  else if (final !== null && isAt(running, to, final.offset, "final")) return final.offset;
  else awaitStep(running, PROVE);
  return null;
}

/**
 * Nothing is committed in between: whoever takes over in this phase turns back, and then everybody is
 * told to follow the old master, a target that was promoted already too.
 */
function promoteEqual(running: Running, to: Node, offset: number): void {
  passed(running, PROVE);
  // What was read of it on an earlier connection justifies nothing: it may have been restarted since.
  const isReadHere = running.work.reached(PROVEN) === running.work.connect(to).name.seq;
  const outcome = isReadHere ? promoteRead(running, to, offset) : promote(running, to, offset);
  if (outcome.kind === "promoted") {
    passed(running, PROMOTE);
    const known = { highWater: offset, fencing: proofOfOld(running) };
    return claimNext(running, to, outcome.info, known);
  }
  if (hasFailed(running, to, outcome)) giveUp(running, PROMOTE);
}

/** Whether the old master may be told to release already: not before the target has caught up. */
export function mayReleaseOld({ op, work }: Running): boolean {
  if (op.kind !== "switchover") return true;
  return op.phase !== "handover" || work.reached(CAUGHT_UP) !== undefined;
}
