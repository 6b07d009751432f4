/** What a monitor knows of the wish that `prefer` is: what it waits for, and what came of it last. */
import type { Verdict } from "./health/verdict.ts";
import type { At } from "./ids.ts";
import type { MonitorState } from "./local.ts";
import { inWords } from "./pause.ts";
import { obstacleTo } from "./operation/preference.ts";
import { asideText, patienceMs, recordOf } from "./operation/preference-record.ts";
import { fitness } from "./operation/preferred-move.ts";
import { type GroupPart, memberNames } from "./state.ts";
import type { PreferenceStatus, Warning } from "./status-types.ts";

export function preferenceStatus(
  state: MonitorState,
  group: GroupPart,
  verdict: Verdict,
  at: At,
): PreferenceStatus | null {
  const preference = group.settings.prefer;
  if (preference === undefined) return null;
  const { node } = preference;
  const isMaster = group.master === node;
  const members = memberNames(state.committed);
  const local = state.groups[group.name];
  const evidence = local?.evidence ?? {};
  const question = { group, preference, members, evidence, verdict, at };
  const record = recordOf(group, node);
  const since = state.leading === null ? undefined : local?.since[fitness(node)];
  return {
    node,
    is_master: isMaster,
    obstacle: isMaster ? null : obstacleTo(question),
    needed_ms: patienceMs(group, preference, at.wall),
    fit_ms: since === undefined ? null : Math.round(at.now - since),
    aside: asideText(record),
    failure: record?.failure ?? null,
  };
}

/** Of a wish that is not fulfilled, without what counts down: who asks wants to hear of changes only. */
export function preferenceWarnings(
  group: string,
  status: PreferenceStatus | null,
): readonly Warning[] {
  if (status === null || status.is_master) return [];
  const { node, obstacle, aside, failure, needed_ms } = status;
  const lead = `group ${group}: ${node} is the preferred master`;
  if (aside !== null)
    return [
      {
        level: "hint",
        text: `${lead}, but ${aside}: mmm switchover --to ${node} moves it back, mmm acknowledge ${node} lets the monitors do it`,
      },
    ];
  const waits = obstacle === null ? "" : `; at present ${obstacle}`;
  const text = `${lead} and is moved to once it has been fit for ${inWords(needed_ms)}${waits}`;
  return failure === null
    ? [{ level: "hint", text }]
    : [{ level: "warning", text: `${text}. The last move came to nothing: ${failure}` }];
}
