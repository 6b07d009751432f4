/**
 * Which of the eligible replicas becomes master.
 *
 * Once the candidates are frozen their positions are final, and the freshest data win over every
 * preference; among equals the node that `prefer` names comes before any priority, but nobody waits for
 * it. Before that positions still move: the preferred one, and then Redis' own order, replica-priority,
 * offset, name. Where one is master already (`asMaster`), it comes before all who have no more: two histories are worse
 * than any preference.
 */
import type { NodeName } from "../ids.ts";
import type { GroupPart } from "../state.ts";
import {
  type Candidate,
  eligible,
  priorityOf,
  reachOf,
  type Refusal,
  type SuccessorFacts,
} from "./eligibility.ts";
import { isDemoted } from "./facts.ts";

export interface SuccessorQuestion {
  readonly group: GroupPart;
  /** The old master; null: there is none. */
  readonly from: NodeName | null;
  readonly candidates: readonly Candidate[];
  readonly preferred: NodeName | null;
  /** Successors that failed in an earlier attempt. */
  readonly excluded: readonly NodeName[];
}

export interface RefusedCandidate extends Refusal {
  readonly node: NodeName;
}

export interface SuccessorAnswer {
  readonly chosen: NodeName | null;
  readonly refusals: readonly RefusedCandidate[];
  /** The freshest of those that only `--accept-data-loss` would let pass: for the alarm. */
  readonly best: NodeName | null;
}

interface Ranked {
  readonly node: NodeName;
  readonly position: number;
  readonly priority: number;
  /** A person, or the operation, named it. */
  readonly isPreferred: boolean;
  readonly isMaster: boolean;
  /** The file names it: `prefer`. */
  readonly isWished: boolean;
  /** The demoted master itself: somebody may have had a reason, so who has as much comes first. */
  readonly isSource: boolean;
  readonly facts: SuccessorFacts;
}

export function chooseSuccessor(question: SuccessorQuestion): SuccessorAnswer {
  const refusals = question.candidates.flatMap((candidate) => refusalOf(question, candidate) ?? []);
  const refused = new Set(refusals.map(({ node }) => node));
  const good = question.candidates.filter(({ node }) => !refused.has(node)).map(rankIn(question));
  const waivable = new Set(refusals.filter((refusal) => refusal.waivable).map(({ node }) => node));
  const waived = question.candidates.filter(({ node }) => waivable.has(node)).map(rankIn(question));
  const chosen = good.toSorted(orderOf(good))[0] ?? null;
  return {
    chosen: chosen?.node ?? null,
    refusals,
    best: waived.toSorted(byPosition)[0]?.node ?? null,
  };
}

function refusalOf(question: SuccessorQuestion, candidate: Candidate): RefusedCandidate | null {
  const { node } = candidate;
  if (node === question.from && !isDemoted(candidate)) {
    return { node, reason: "is-source", text: `${node} is the old master`, waivable: false };
  }
  if (question.excluded.includes(node)) {
    return {
      node,
      reason: "excluded",
      text: `${node} failed in an earlier attempt`,
      waivable: false,
    };
  }
  const refusal = eligible(question.group, node, candidate, question.group.lineage);
  return refusal === null ? null : { node, ...refusal };
}

/** A position that cannot be told ranks last: only `--accept-data-loss` lets such a node in. */
function rankIn({ group, preferred, from }: SuccessorQuestion): (candidate: Candidate) => Ranked {
  return (facts) => ({
    node: facts.node,
    position: (facts.info && reachOf(facts.info, group.lineage)) ?? -1,
    priority: facts.info === null ? 0 : priorityOf(group, facts.node, facts.info),
    isPreferred: facts.node === preferred,
    isMaster: facts.info?.role === "master",
    isWished: facts.node === group.settings.prefer?.node,
    isSource: facts.node === from,
    facts,
  });
}

type Order = (a: Ranked, b: Ranked) => number;
const byName: Order = (a, b) => (a.node < b.node ? -1 : 1);
const byPreference: Order = (a, b) => Number(b.isPreferred) - Number(a.isPreferred);
const byStanding: Order = (a, b) => Number(b.isMaster) - Number(a.isMaster);
const byPriority: Order = (a, b) => a.priority - b.priority;
const byPosition: Order = (a, b) => b.position - a.position || byPriority(a, b) || byName(a, b);
const bySource: Order = (a, b) => Number(a.isSource) - Number(b.isSource);
const byFile: Order = (a, b) => Number(b.isWished) - Number(a.isWished);
const byWish: Order = (a, b) =>
  byPreference(a, b) ||
  byStanding(a, b) ||
  bySource(a, b) ||
  byFile(a, b) ||
  byPriority(a, b) ||
  byPosition(a, b);
const byData: Order = (a, b) => b.position - a.position || byWish(a, b);

/** Who accepted the loss of data and named a node gets that node. */
function orderOf(good: readonly Ranked[]): Order {
  const accepted = good.some(
    ({ facts, isPreferred }) => isPreferred && facts.acceptDataLoss === true,
  );
  const final = good.some(({ facts }) => facts.frozen === true);
  return final && !accepted ? byData : byWish;
}
