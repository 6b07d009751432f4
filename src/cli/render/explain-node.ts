/** `mmm explain NODE`: of what is told of its group only whether this node could take over, and why not. */
import type { GroupStatus, NodeStatus } from "../../core/status-types.ts";
import type { Paint } from "../terminal.ts";
import { fitnessOf } from "./explain-rules.ts";

export interface NodeExplanation {
  readonly group: string;
  readonly master: string | null;
  readonly node: string;
  /** Whether it could be promoted now. */
  readonly ok: boolean;
  /** Why not; null: it could. */
  readonly why: string | null;
  /** Who would be chosen now; null: nobody could. */
  readonly successor: string | null;
}

export function nodeExplanationOf(
  { name: group, master, outlook }: GroupStatus,
  { name: node, promotable: { ok, why } }: NodeStatus,
): NodeExplanation {
  return { group, master, node, ok, why, successor: outlook.successor };
}

export function renderNodeExplanation(
  group: GroupStatus,
  node: NodeStatus,
  paint: Paint,
): readonly string[] {
  const { master } = group;
  const { name, promotable } = node;
  const from = master === null || master === name ? "" : ` from ${master}`;
  const answer = paint("strong", promotable.ok ? "YES" : "NO");
  const facts = promotable.ok
    ? [fitnessOf(node, group), ...choiceLines(group, name)]
    : [promotable.why ?? "unknown", ...lossLines(group, name)];
  return [`Could ${name} take over${from} now?  ${answer}`, ...facts.map((line) => `  ${line}`)];
}

function choiceLines({ outlook: { successor } }: GroupStatus, name: string): readonly string[] {
  if (successor === null) return [];
  return [successor === name ? "it would be chosen" : `but ${successor} would be chosen`];
}

function lossLines({ outlook }: GroupStatus, name: string): readonly string[] {
  if (outlook.best_with_loss !== name) return [];
  return [
    `with loss of data it is the best there is: mmm failover --force --accept-data-loss --to ${name}`,
  ];
}
