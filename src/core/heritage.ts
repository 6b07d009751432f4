/**
 * The history of writes that counts: a new replication id after an intact restart of the master, and
 * the highest offset seen. And what becomes of it when the master lost data and nobody has more.
 */
import { extendLineage, forkOf, nextHighWater } from "./health/lineage.ts";
import { describeRebirth } from "./health/rebirth-rules.ts";
import { rebirthOf } from "./health/reborn.ts";
import type { NodeInfo } from "./health/types.ts";
import type { Verdict } from "./health/verdict.ts";
import { bestInfo, presentInfo, presentInfos } from "./health/votes.ts";
import type { NodeName } from "./ids.ts";
import { incident, withPast } from "./operation/outline.ts";
import { remembered } from "./remembered.ts";
import { type GroupPart, nodeOf } from "./state.ts";
import type { Turn } from "./turn.ts";

/** The highest offset is committed this often while it grows. */
const HIGH_WATER_EVERY_MS = 5000;
/** Longer than a replica that could take over needs to show itself. */
const REBIRTH_ACCEPTED_AFTER_MS = 3000;

export function keepLineage(turn: Turn, group: GroupPart, verdict: Verdict): void {
  const loss = lossOf(turn, group, verdict);
  if (group.master === null || turn.isChanging(group.name)) return;
  const { evidence } = turn.local(group.name);
  const renamed = renamingIn(verdict);
  if (renamed !== null && isOpen(group)) {
    const info = bestInfo(evidence, group.master, turn.now)?.info;
    // Since the others looked it may have been restarted once more.
    const before = highestSeen(turn, group);
    if (info === undefined || rebirthOf(info, group.lineage, before) !== renamed) return;
    const fork = Math.max(info.secondOffset - 1, 0);
    turn.change(group.name, (part) => ({
      ...part,
      lineage: extendLineage(part.lineage, info.replId, fork),
    }));
    return;
  }
  if (group.operation !== null) return;
  if (loss?.keepers.length === 0) return accept(turn, group, loss);
  const highWater = highestSeen(turn, group);
  const grew = turn.lasting(group.name, "high water", highWater > group.lineage.highWater);
  if (grew < HIGH_WATER_EVERY_MS) return;
  turn.lasting(group.name, "high water", false);
  turn.change(group.name, (part) => ({ ...part, lineage: { ...part.lineage, highWater } }));
}

/** Nobody was chosen by the history as it is. Replicas that follow a master whose failover waits take its new id, and may outlive it. */
function isOpen({ operation }: GroupPart): boolean {
  return operation === null || operation.phase === "fence" || operation.phase === "undo";
}

function highestSeen(turn: Turn, group: GroupPart): number {
  const { evidence } = turn.local(group.name);
  return nextHighWater(group.lineage, presentInfos(evidence, group.nodes, turn.now));
}

/** It goes on under a new id, with all its data. */
function renamingIn(verdict: Verdict): "intact" | "renamed" | null {
  if (!("rebirth" in verdict)) return null;
  const { rebirth } = verdict;
  return rebirth === "intact" || rebirth === "renamed" ? rebirth : null;
}

/** A master that lost data, or may have, and stays master since nobody who could take over has more. */
interface Loss {
  readonly master: NodeName;
  /** What the master says of itself now. */
  readonly info: NodeInfo;
  /** Old masters that may still hold what it lost: a person decides. */
  readonly keepers: readonly NodeName[];
  readonly text: string;
}

const rebornAlarm = remembered((name) => `${name}: reborn`);

/** Told by an alarm, for as long as it is so: until somebody takes over, or the loss is accepted. */
function lossOf(turn: Turn, group: GroupPart, verdict: Verdict): Loss | null {
  const loss = lastingLoss(turn, group, verdict);
  const text = loss === null ? null : `${loss.text}${choiceOf(loss.keepers)}`;
  turn.alarm(rebornAlarm(group.name), text);
  return loss;
}

function lastingLoss(turn: Turn, group: GroupPart, verdict: Verdict): Loss | null {
  const doubtful = isDoubtful(verdict);
  const lasted = turn.lasting(group.name, "doubtful rebirth", doubtful);
  if (!doubtful || lasted < REBIRTH_ACCEPTED_AFTER_MS) return null;
  const { master } = verdict;
  const text = verdict.kind === "suspect" ? verdict.text : describeRebirth(verdict, "unknown");
  const info = presentInfo(turn.local(group.name).evidence, master, turn.now);
  if (info === null || info.role !== "master" || info.loading) return null;
  if (verdict.kind === "two-masters" && info.empty) return null;
  const keepers = verdict.rebirth === "gone-back" ? mayHoldMore(group) : [];
  return { master, info, keepers, text };
}

type Doubtful = Verdict & { kind: "suspect" | "two-masters" };

/** What it lost may be with another master, which a person is asked about already. */
function isDoubtful(verdict: Verdict): verdict is Doubtful {
  if (verdict.kind === "two-masters") return verdict.rebirth === "unknown";
  if (verdict.kind !== "suspect") return false;
  return verdict.rebirth === "gone-back" || verdict.rebirth === "unknown";
}

/** Old masters on their way back: what they hold may be the last copy, until a person gives it up. */
function mayHoldMore(group: GroupPart): readonly NodeName[] {
  return Object.keys(group.rejoining).filter((name) => nodeOf(group, name)?.admin !== "offline");
}

function choiceOf([keeper]: readonly NodeName[]): string {
  if (keeper === undefined) return "";
  return `; ${keeper} may hold what it lost and follows nobody: mmm failover --force --accept-data-loss --to ${keeper}, or mmm set_offline ${keeper} to give it up`;
}

/** What the master writes from now on is the history that counts; that it lost some stands in the past. */
function accept(turn: Turn, group: GroupPart, loss: Loss): void {
  const { info, master, text } = loss;
  const by = turn.state.name;
  const known = forkOf(info, group.lineage);
  // Only what it continues is a beginning of its stream; what it counts from now on is its own.
  const fork = known ?? 0;
  turn.change(group.name, (part, stamp) => {
    const lineage = { ...extendLineage(part.lineage, info.replId, fork), highWater: info.offset };
    const lostBytes = known === null ? null : Math.max(0, part.lineage.highWater - known);
    const told = {
      kind: "accepted",
      from: master,
      to: master,
      reason: text,
      by,
      lostBytes,
    } as const;
    return withPast({ ...part, lineage }, incident(told, stamp, turn.at.wall));
  });
}
