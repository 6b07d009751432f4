/**
 * `mmm failover --force`: a person's word instead of the monitors' votes. Where a failover waits already,
 * for nobody that may be promoted is left, whoever accepts the loss is not refused but ends that.
 */
import { candidateOf, candidatesOf, isDemoted } from "../health/facts.ts";
import { chooseSuccessor } from "../health/successor.ts";
import type { NodeName } from "../ids.ts";
import type { Waiting } from "../local.ts";
import type { GroupPart, Operation } from "../state.ts";
import type { Turn } from "../turn.ts";
import { withGuardHeard } from "./admittance.ts";
import { beginFailover } from "./admission.ts";
import { busy, intentOf } from "./asked.ts";
import { noSuccessor } from "./failover.ts";
import { type Order, refused, taken } from "./order.ts";

interface Asked {
  readonly to: NodeName | null;
  readonly acceptDataLoss: boolean;
}

export function takeFailover(turn: Turn, group: GroupPart, waiting: Waiting, asked: Asked): Order {
  const waits = asked.acceptDataLoss && isWaiting(group.operation);
  const obstacle = waits ? null : busy(group);
  if (obstacle !== null || group.master === null) return obstacle ?? refused("no master");
  const { evidence } = turn.local(group.name);
  const { to, acceptDataLoss } = asked;
  if (to === group.master && !isDemoted(candidateOf(evidence, to, turn.now)))
    return refused(`${to} is the master already`);
  const candidates = candidatesOf(group, evidence, turn.now)
    .filter(({ node }) => to === null || node === to)
    .map((candidate) => ({
      ...withGuardHeard(turn, group, candidate),
      acceptDataLoss,
      asMaster: true,
    }));
  const from = group.master;
  const answer = chooseSuccessor({ group, from, candidates, preferred: to, excluded: [] });
  if (answer.chosen === null) return refused(noSuccessor(answer));
  if (waits) acceptLoss(turn, group, waiting, to);
  else begin(turn, group, waiting, { ...asked, from });
  return taken(null);
}

function isWaiting(operation: Operation | null): boolean {
  return operation?.kind === "failover" && operation.phase === "fence";
}

function begin(
  turn: Turn,
  group: GroupPart,
  waiting: Waiting,
  { from, to, acceptDataLoss }: Asked & { readonly from: NodeName },
): void {
  beginFailover(turn, group, {
    ...intentOf(turn, group, waiting),
    kind: "failover",
    cause: "operator",
    from,
    to,
    phase: "fence",
    acceptDataLoss,
    reason: acceptDataLoss ? "forced, data loss accepted" : "forced",
  });
}

/** The next attempt looks at the nodes anew. Who serves the VIP must be proven as before. */
function acceptLoss(turn: Turn, group: GroupPart, waiting: Waiting, to: NodeName | null): void {
  const { by, requestId } = waiting;
  turn.change(group.name, (part) => {
    const { operation } = part;
    if (operation === null) return part;
    const reason = `${operation.reason}; data loss accepted`;
    const attempt = operation.attempt + 1;
    const known = { by, requestId, reason, attempt, to, excluded: [], acceptDataLoss: true };
    return { ...part, operation: { ...operation, ...known } };
  });
}
