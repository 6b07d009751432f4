/**
 * `mmm explain`: would the master be failed over now, and would it be if it died now; each rule with
 * what it rests on. Then what happened last, with its reason, and what is held back at present.
 */
import type { Fencing } from "../../core/state.ts";
import type {
  GroupStatus,
  HistoryEntry,
  PreferenceStatus,
  Status,
} from "../../core/status-types.ts";
import type { Paint } from "../terminal.ts";
import { type Condition, conditionsOf, type RuleId } from "./explain-rules.ts";
import { showBytes, showInstant, showTook } from "./quantities.ts";
import { table } from "./table.ts";

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
