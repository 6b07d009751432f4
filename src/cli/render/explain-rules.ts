/** The rules by which a failover begins, each with whether it is fulfilled, and what that rests on. */
import { showAge } from "../../core/ages.ts";
import type { ClusterStatus, GroupStatus, NodeStatus } from "../../core/status-types.ts";
import { showTally, tallyOf, voteReasons } from "../../core/status-votes.ts";
import { waitingText } from "../../core/waiting-text.ts";
import { showBytes, showTook } from "./quantities.ts";

/** `master-down` is what calls for a failover; the others are what must not be in its way. */
export type RuleId =
  | "leader"
  | "majority"
  | "mode"
  | "pause"
  | "master-down"
  | "operation"
  | "turned-back"
  | "cooldown"
  | "successor"
  | "pre-failover"
  | "fencing";

export interface Condition {
  readonly id: RuleId;
  readonly ok: boolean;
  readonly what: string;
  readonly why: string;
}

export function conditionsOf(group: GroupStatus, cluster: ClusterStatus): readonly Condition[] {
  const { leader, has_quorum, monitors } = cluster;
  const reachable = monitors.filter((one) => one.reachable).length;
  const { mode, pause } = group;
  return [
    { id: "leader", ok: leader !== null, what: "a monitor leads", why: leader ?? "nobody does" },
    {
      id: "majority",
      ok: has_quorum,
      what: "a majority of the monitors answers",
      why: `${reachable} of ${monitors.length}`,
    },
    { id: "mode", ok: mode === "active", what: "the mode is active", why: modeOf(group) },
    { id: "pause", ok: pause === null, what: "nobody paused it", why: pauseOf(group) },
    downCondition(group, cluster),
    operationCondition(group),
    turnedBackCondition(group),
    cooldownCondition(group),
    successorCondition(group),
    ...preFailoverCondition(group),
    fencingCondition(group),
  ];
}

/** An older monitor does not say what it waits for. */
function modeOf(group: GroupStatus): string {
  const { mode, waiting } = group;
  if (waiting === null || waiting === undefined) return mode;
  const { limit_ms, online_ms } = waiting;
  const left =
    limit_ms === null || online_ms === null
      ? ""
      : ` (in ${showTook(Math.max(0, limit_ms - online_ms))})`;
  return `${mode}, ${waitingText(group, waiting)}${left}`;
}

function pauseOf({ pause }: GroupStatus): string {
  if (pause === null) return "not paused";
  const { by, reason, left_ms } = pause;
  const left = left_ms === null ? `until "mmm resume"` : `for another ${showAge(left_ms)}`;
  return `paused by ${by} ${left}${reason === null ? "" : ` (${reason})`}`;
}

function downCondition(group: GroupStatus, cluster: ClusterStatus): Condition {
  const ok = group.verdict === "master-down" || group.verdict === "no-master";
  const base = { id: "master-down" as const, ok, what: "the master is down for a majority" };
  const master = group.nodes.find(({ name }) => name === group.master);
  if (master === undefined) return { ...base, why: group.verdict_text };
  return { ...base, why: `${group.verdict}: ${votesOn(master, cluster)}${patienceOf(group)}` };
}

function votesOn(master: NodeStatus, cluster: ClusterStatus): string {
  const tally = tallyOf(master, cluster);
  const reasons = tally.kind === "up" ? "" : ` (${voteReasons(master, cluster)})`;
  return `${showTally(tally, cluster)}${reasons}`;
}

/** How long a majority has to say so, by kind of silence. */
function patienceOf({ settings }: GroupStatus): string {
  const { down_after_ms, restart_grace_ms, busy_grace_ms } = settings;
  const refused = restart_grace_ms === 0 ? "at once" : `after ${showTook(restart_grace_ms)}`;
  return `; refusing counts ${refused}, silence after ${showTook(down_after_ms)}, a busy script after ${showTook(busy_grace_ms)}`;
}

function operationCondition({ operation }: GroupStatus): Condition {
  const why = operation === null ? "nothing" : `${operation.kind}, at "${operation.phase}"`;
  return { id: "operation", ok: operation === null, what: "nothing else is running", why };
}

function turnedBackCondition({ outlook, master }: GroupStatus): Condition {
  const left = outlook.turned_back_left_ms;
  const why = left === null ? "none has" : `from ${master ?? "?"}; again in ${showTook(left)}`;
  return { id: "turned-back", ok: left === null, what: "no failover has just turned back", why };
}

function cooldownCondition({ outlook, settings, master }: GroupStatus): Condition {
  const left = outlook.cooldown_left_ms;
  const all = showTook(settings.cooldown_ms);
  const why =
    left === null
      ? `none (${all} after a failover)`
      : `${master ?? "?"} was failed over: ${showTook(left)} of ${all} left; "mmm acknowledge" ends that`;
  return { id: "cooldown", ok: left === null, what: "its cooldown is over", why };
}

/** Redis' own order: priority, then data, then name. */
function successorCondition(group: GroupStatus): Condition {
  const { outlook, nodes } = group;
  const { successor, best_with_loss } = outlook;
  const base = {
    id: "successor" as const,
    ok: successor !== null,
    what: "a replica can be promoted",
  };
  const node = nodes.find(({ name }) => name === successor);
  if (node === undefined) {
    const best = best_with_loss === null ? "" : `; with loss of data: ${best_with_loss}`;
    return { ...base, why: `none${best}` };
  }
  return { ...base, why: `${node.name} (${fitnessOf(node, group)})` };
}

export function fitnessOf({ priority, lag_bytes }: NodeStatus, { settings }: GroupStatus): string {
  const lag = `${showBytes(lag_bytes)} behind, ${showBytes(settings.max_lag_bytes)} allowed`;
  return `priority ${priority ?? "?"}, ${lag}`;
}

const ANSWERS = {
  none: "it was not asked yet: it is when nothing else is in the way",
  awaited: "it is asked just now",
  allows: "it let it happen",
  forbids: "it forbids it",
} as const;

/** An older monitor does not say it, and without the command there is nothing to say. */
function preFailoverCondition({ outlook }: GroupStatus): readonly Condition[] {
  const asked = outlook.pre_failover ?? null;
  if (asked === null) return [];
  const { answer, text } = asked;
  const ok = answer === "none" || answer === "allows";
  const what = "pre_failover does not forbid it";
  return [{ id: "pre-failover", ok, what, why: text ?? ANSWERS[answer] }];
}

const FENCING = {
  none: "there is no VIP to take away",
  command: "by its release, else by the fence_command",
  release: "by its release only: lease_backend is off, and there is no fence_command",
} as const;

function fencingCondition(group: GroupStatus): Condition {
  const { outlook, settings, alarms } = group;
  const { fencing } = outlook;
  const id = "fencing" as const;
  if (fencing === "none")
    return { id, ok: true, what: "no host has to be fenced", why: FENCING.none };
  const what = "its host can be proven not to serve the VIP";
  const failure = fencingFailure(fencing, alarms);
  if (failure !== undefined) return { id, ok: false, what, why: failure };
  const wait = `by its release, else ${showTook(settings.waiting_time_ms)} after its lease was let run out`;
  const why = `${fencing === "lease" ? wait : FENCING[fencing]}${alsoHeldBy(group)}`;
  return { id, ok: fencing !== "release", what, why };
}

/** What the monitors say of a proof that does not come. */
function fencingFailure(
  fencing: GroupStatus["outlook"]["fencing"],
  alarms: GroupStatus["alarms"],
): string | undefined {
  const alarmOf = (name: string) => alarms.find(({ id }) => id === name)?.text;
  return alarmOf("fencing") ?? (fencing === "lease" ? undefined : alarmOf("fence"));
}

/** Other than the host that this is about. */
function alsoHeldBy({ writer, master }: GroupStatus): string {
  const holder = writer?.holder ?? master;
  const others = (writer?.possible_holders ?? []).filter((node) => node !== holder);
  return others.length === 0 ? "" : `; ${others.join(", ")} might still serve it, too`;
}
