/**
 * `prefer`: the node that is to be master as long as nothing speaks against it. It is a wish, never a
 * command. What stands in its way is looked at here, on the same facts for the leader, who moves the
 * role (`preferred-move.ts`), and for every monitor that is asked about it.
 */
import { candidateOf, isLinkedTo } from "../health/facts.ts";
import { chooseSuccessor } from "../health/successor.ts";
import { tallyOf } from "../health/tally.ts";
import type { Verdict } from "../health/verdict.ts";
import type { Evidence } from "../health/votes.ts";
import type { At, MonitorName } from "../ids.ts";
import type { Preference } from "../settings.ts";
import { type GroupPart, nodeOf, writerVip } from "../state.ts";
import { coolingDown, turnedBackFor } from "./cooldown.ts";
import { asideText, recordOf } from "./preference-record.ts";

export interface PreferenceQuestion {
  readonly group: GroupPart;
  readonly preference: Preference;
  readonly members: readonly MonitorName[];
  readonly evidence: Evidence;
  readonly verdict: Verdict;
  readonly at: At;
}

type Rule = (question: PreferenceQuestion) => string | null;

const when = (condition: boolean, text: string): string | null => (condition ? text : null);

/** In the order in which they are told. */
const RULES: readonly Rule[] = [
  ({ group }) => when(group.master === null, "there is no master yet"),
  ({ group, preference }) => asideText(recordOf(group, preference.node)),
  ({ group }) => when(group.pause !== undefined, "the group is paused"),
  ({ group }) => when(group.mode !== "active", `the mode is ${group.mode}`),
  ({ group }) => when(group.operation !== null, `a ${group.operation?.kind} is under way`),
  ({ verdict }) => when(verdict.kind !== "healthy", verdict.text),
  ({ group, preference, at }) =>
    when(
      coolingDown(group, preference.node, at.wall) !== null,
      `${preference.node} has just been failed over (cooldown)`,
    ),
  ({ group, at }) =>
    when(
      group.master !== null && turnedBackFor(group, group.master, at.wall) !== null,
      "a failover has just turned back",
    ),
  unsettled,
  ineligible,
  unlinked,
  doubted,
];

/** Why the role is not moved to the preferred node at present; null: nothing is in the way. */
export function obstacleTo(question: PreferenceQuestion): string | null {
  for (const rule of RULES) {
    const text = rule(question);
    if (text !== null) return text;
  }
  return null;
}

/** Before the first claim, or while the address is on its way, there is more urgent work than a wish. */
function unsettled({ group }: PreferenceQuestion): string | null {
  const vip = writerVip(group);
  const isSettled = vip === undefined || (vip.kind === "hold" && vip.node === group.master);
  return when(!isSettled, `the virtual IP is not with ${group.master} yet`);
}

/** By the rules of every successor: state, priority, guard, history and lag. */
function ineligible({ group, preference, evidence, at }: PreferenceQuestion): string | null {
  const candidate = candidateOf(evidence, preference.node, at.now);
  const { chosen, refusals } = chooseSuccessor({
    group,
    from: group.master,
    candidates: [candidate],
    preferred: preference.node,
    excluded: [],
  });
  return chosen === null ? (refusals[0]?.text ?? `${preference.node} does not answer`) : null;
}

/** A failover takes one whose link is gone, for so is the master; a move that is only wished does not. */
function unlinked({ group, preference, evidence, at }: PreferenceQuestion): string | null {
  const info = candidateOf(evidence, preference.node, at.now).info;
  const master = group.master === null ? undefined : nodeOf(group, group.master);
  const isLinked = info !== null && master !== undefined && isLinkedTo(info, master);
  return when(!isLinked, `${preference.node} is not linked to ${group.master}`);
}

function doubted({ preference, members, evidence, at }: PreferenceQuestion): string | null {
  const { up, quorum } = tallyOf(evidence, members, preference.node, at.now);
  return when(up < quorum, `only ${up} of ${members.length} monitors find ${preference.node} well`);
}
