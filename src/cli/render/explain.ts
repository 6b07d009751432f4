/**
 * `mmm explain`: would the master be failed over now, and would it be if it died now; each rule with
 * what it rests on. Then what happened last, with its reason, and what is held back at present.
 */
import { showAge } from "../../core/ages.ts";
import type { Fencing } from "../../core/state.ts";
import type {
  ClusterStatus,
  GroupStatus,
  HistoryEntry,
  NodeStatus,
  PreferenceStatus,
  Status,
} from "../../core/status-types.ts";
import { showTally, tallyOf, voteReasons } from "../../core/status-votes.ts";
import { waitingText } from "../../core/waiting-text.ts";
import type { Paint } from "../terminal.ts";
import { showBytes, showInstant, showTook } from "./quantities.ts";
import { table } from "./table.ts";

/** `master-down` is what calls for a failover; the others are what must not be in its way. */
type RuleId =
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

export interface Explanation {
  readonly group: string;
  readonly master: string | null;
  /** Whether a failover would begin now. */
  readonly now: boolean;
  /** Whether one would begin if the master died now. */
  readonly if_it_died: boolean;
  readonly successor: string | null;
  readonly conditions: readonly Condition[];
  /** Why each other replica would not be promoted. */
  readonly refused: readonly { readonly node: string; readonly why: string }[];
  /** What calls for a failover at present, and what keeps it from beginning; null: nothing does. */
  readonly held_back: string | null;
  /** The preferred master, and what the move there waits for; null: none is preferred. */
  readonly preference: PreferenceStatus | null;
  /** The last failover or switchover; null: there was none. */
  readonly last: HistoryEntry | null;
}

/** A failover begins without this one; it cannot end without it. */
const NOT_TO_BEGIN: ReadonlySet<RuleId> = new Set<RuleId>(["fencing"]);

export function explanationOf(
  { cluster }: Status,
  group: GroupStatus,
  history: readonly HistoryEntry[],
): Explanation {
  const conditions = conditionsOf(group, cluster);
  const needed = conditions.filter(({ id }) => !NOT_TO_BEGIN.has(id));
  const { name, master, nodes, alarms, outlook } = group;
  const heldBack = alarms.find(({ id }) => id === "failover")?.text ?? null;
  return {
    group: name,
    master,
    now: heldBack === null && needed.every(({ ok }) => ok),
    if_it_died: needed.every(({ id, ok }) => ok || id === "master-down"),
    successor: outlook.successor,
    conditions,
    refused: nodes
      .filter((node) => node.name !== master && !node.promotable.ok)
      .map((node) => ({ node: node.name, why: node.promotable.why ?? "unknown" })),
    held_back: heldBack,
    preference: group.preference,
    last: history.findLast(({ kind }) => kind === "failover" || kind === "switchover") ?? null,
  };
}

export function renderExplain(explained: Explanation, paint: Paint): readonly string[] {
  const { group, master, now, if_it_died, successor, conditions, refused, held_back } = explained;
  const who = master ?? "its master";
  const rows = conditions.map(({ ok, what, why }) => [
    paint(ok ? "good" : "warn", ok ? "ok" : "FAIL"),
    what,
    why,
  ]);
  const answer = (yes: boolean) => paint("strong", yes ? "YES" : "NO");
  const then = successor === null ? "" : `, to ${successor}`;
  return [
    `Would ${group} be failed over from ${who} now?  ${answer(now)}`,
    ...(now ? [] : [`And if ${who} died now?  ${answer(if_it_died)}${if_it_died ? then : ""}`]),
    ...table(["", "CONDITION", "BECAUSE"], rows)
      .slice(1)
      .map((line) => `  ${line}`),
    ...refused.map(({ node, why }) => `  ${node} cannot be promoted: ${why}`),
    ...(held_back === null ? [] : [`Held back: ${held_back}`]),
    ...preferenceLines(explained.preference),
    ...lastLines(explained.last),
  ];
}

function conditionsOf(group: GroupStatus, cluster: ClusterStatus): readonly Condition[] {
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
function successorCondition({ outlook, nodes, settings }: GroupStatus): Condition {
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
  const { name, priority, lag_bytes } = node;
  const lag = `${showBytes(lag_bytes)} behind, ${showBytes(settings.max_lag_bytes)} allowed`;
  return { ...base, why: `${name} (priority ${priority ?? "?"}, ${lag})` };
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
  const { outlook, settings, writer, master, alarms } = group;
  const { fencing } = outlook;
  const id = "fencing" as const;
  if (fencing === "none")
    return { id, ok: true, what: "no host has to be fenced", why: FENCING.none };
  const what = "its host can be proven not to serve the VIP";
  const unproven = alarms.find((alarm) => alarm.id === "fencing")?.text;
  const failed = alarms.find((alarm) => alarm.id === "fence")?.text;
  const isEndless = fencing !== "lease" && failed !== undefined;
  if (unproven !== undefined || isEndless)
    return { id, ok: false, what, why: unproven ?? failed ?? "" };
  const others = (writer?.possible_holders ?? []).filter(
    (node) => node !== (writer?.holder ?? master),
  );
  const also = others.length === 0 ? "" : `; ${others.join(", ")} might still serve it, too`;
  const wait = `by its release, else ${showTook(settings.waiting_time_ms)} after its lease was let run out`;
  const why = `${fencing === "lease" ? wait : FENCING[fencing]}${also}`;
  return { id, ok: fencing !== "release", what, why };
}

/** An older monitor does not say it. */
function preferenceLines(preference: PreferenceStatus | null | undefined): readonly string[] {
  if (preference === null || preference === undefined) return [];
  const { node, is_master, aside, obstacle, fit_ms, needed_ms, failure } = preference;
  const failed = failure === null ? [] : [`  the last move there came to nothing: ${failure}`];
  const told = (text: string) => [`Preferred master: ${node}, ${text}`, ...failed];
  if (is_master) return told("which is the master");
  if (aside !== null) return told(`but ${aside}`);
  const needs = `once that was so for ${showTook(needed_ms)} without a break`;
  if (obstacle !== null) return told(`not moved to: ${obstacle}`);
  const left = fit_ms === null ? "" : `, in ${showTook(Math.max(0, needed_ms - fit_ms))}`;
  return told(`fit for it; the role is moved there ${needs}${left}`);
}

/** Where the word alone would not do. */
const FENCED: Readonly<Partial<Record<Fencing, string>>> = {
  "no-vip": "no VIP to take away",
  vouched: "old master vouched for by a person",
};

/** What was done, why, by whose votes, and at what price. */
function lastLines(last: HistoryEntry | null): readonly string[] {
  if (last === null) return [];
  const { kind, from, to, result, started_at, duration_ms, reason, by, fencing, lost_bytes } = last;
  const votes = Object.entries(last.votes).map(([name, vote]) => {
    return `${name} ${vote.vote}${vote.reason === null ? "" : ` (${vote.reason})`}`;
  });
  const facts = [
    ...(votes.length === 0 ? [] : [`votes: ${votes.join(", ")}`]),
    ...(fencing === null ? [] : [FENCED[fencing] ?? `old master ${fencing}`]),
    ...(lost_bytes === null ? [] : [`${showBytes(lost_bytes)} bytes lost`]),
  ];
  return [
    `Last: ${kind} of ${from ?? "?"} to ${to ?? "?"}, ${showInstant(started_at)}, ${result} after ${showTook(duration_ms)}, by ${by}: ${reason}`,
    ...(facts.length === 0 ? [] : [`  ${facts.join("; ")}   (mmm history show ${last.epoch})`]),
  ];
}
