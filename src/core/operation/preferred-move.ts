/**
 * The leader moves the master to the node that `prefer` names, by itself: as a planned switchover, which
 * loses nothing, turns back by itself, and is all that it ever begins. That node must have been fit for it
 * without a break for as long as `preference-record.ts` says, in the eyes of this one leader.
 */
import type { Verdict } from "../health/verdict.ts";
import type { NodeName } from "../ids.ts";
import { inWords } from "../pause.ts";
import { remembered } from "../remembered.ts";
import type { Preference } from "../settings.ts";
import { type GroupPart, memberNames } from "../state.ts";
import type { Turn } from "../turn.ts";
import { isGuardLost } from "./admittance.ts";
import { runIdsOf, tellBegin } from "./admission.ts";
import { begun, type Intent } from "./outline.ts";
import { obstacleTo } from "./preference.ts";
import { patienceMs, withTry } from "./preference-record.ts";
import { consentToMove, forgetMove } from "./pre-switchover.ts";

export function followPreference(turn: Turn, group: GroupPart, verdict: Verdict): void {
  const { prefer } = group.settings;
  for (const { name } of group.nodes)
    if (name !== prefer?.node) turn.lasting(group.name, fitness(name), false);
  if (prefer === undefined || turn.isChanging(group.name)) return;
  const lasted = fitFor(turn, group, prefer, verdict);
  if (lasted === null) return forgetMove(turn, group, asker(turn));
  const patience = patienceMs(group, prefer, turn.at.wall);
  if (lasted >= patience && group.master !== null)
    moveThere(turn, group, { from: group.master, to: prefer.node, patience });
}

/** For how long a node that is preferred has been fit; in memory only, so a new leader counts anew. */
export const fitness = remembered((node) => `preferred ${node} is fit`);

function fitFor(
  turn: Turn,
  group: GroupPart,
  preference: Preference,
  verdict: Verdict,
): number | null {
  const { evidence } = turn.local(group.name);
  const members = memberNames(turn.state.committed);
  const question = { group, preference, members, evidence, verdict, at: turn.at };
  const isFit =
    group.master !== preference.node &&
    obstacleTo(question) === null &&
    !isGuardLost(turn, group, preference.node);
  const lasted = turn.lasting(group.name, fitness(preference.node), isFit);
  return isFit ? lasted : null;
}

interface Move {
  readonly from: NodeName;
  readonly to: NodeName;
  readonly patience: number;
}

function moveThere(turn: Turn, group: GroupPart, { from, to, patience }: Move): void {
  const consent = consentToMove(turn, group, asker(turn), { from, to });
  if (consent.kind === "awaited") return;
  if (consent.kind === "refused") {
    const { why } = consent;
    turn.lasting(group.name, fitness(to), false);
    return turn.change(group.name, (part) => withTry(part, turn.at.wall, why));
  }
  const intent: Intent = {
    kind: "switchover",
    cause: "preferred",
    from,
    to,
    phase: "prepare",
    leader: turn.state.name,
    term: turn.term,
    reason: `${to} is preferred, and has been fit for ${inWords(patience)}`,
    by: turn.state.name,
    acceptDataLoss: false,
    requestId: null,
    votes: {},
    runIds: runIdsOf(turn, group),
  };
  turn.change(group.name, (part, stamp) =>
    begun(withTry(part, turn.at.wall, null), stamp, intent, turn.at.wall),
  );
  tellBegin(turn, group, intent);
}

/** As whom `pre_switchover` is asked. */
function asker(turn: Turn) {
  return { requestId: "preferred", by: turn.state.name };
}
