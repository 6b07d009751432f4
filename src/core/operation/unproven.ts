/**
 * What people are told of a host that may still serve the VIP: that a proof is awaited, or that none
 * can come by itself, so that it is for them to act. The latter is said at once, for until then nobody serves.
 */
import type { NodeName } from "../ids.ts";
import type { Vip } from "../state.ts";
import { leaseEndsAt } from "../vip/proofs.ts";
import { isAskable, proofContext } from "../vip/upkeep.ts";
import type { Running } from "./common.ts";
import { hasFenceFailed } from "./fence-command.ts";
import { leaseEnds, noLease } from "./lease-end.ts";

/** Longer than any lease takes to end by itself. */
const PROOF_PATIENCE_MS = 15_000;

export function tellWaiting(running: Running, held: readonly NodeName[]): void {
  const { turn, group, work, vip } = running;
  const lost = held.find((node) => isHopeless(running, node));
  const isLong = held.length > 0 && work.ageMs > PROOF_PATIENCE_MS;
  const node = lost ?? (isLong ? held[0] : undefined);
  turn.alarm(
    `${group.name}: fencing`,
    node === undefined || vip === null ? null : textOf(running, vip, { held, node, lost }),
  );
}

interface Awaited {
  readonly held: readonly NodeName[];
  /** Of which a person may say that it is off. */
  readonly node: NodeName;
  /** Of which no proof can come by itself. */
  readonly lost: NodeName | undefined;
}

function textOf(running: Running, vip: Vip, { held, node, lost }: Awaited): string {
  const why =
    lost === undefined
      ? whoIsAwaited(running, vip, node)
      : `; ${whatFails(running, vip, lost)}: let it be reached`;
  const command = running.group.settings.fenceCommand === null ? " give a fence_command," : "";
  return `nothing proves yet that ${held.join(", ")} does not serve ${vip.ip}, so no other node may${why},${command} or if it is off for certain, say so: mmm adopt --empty ${node}`;
}

/** Its lease would end, but the time of that runs only from the answer of another host to this leader. */
function whoIsAwaited({ turn, group }: Running, vip: Vip, node: NodeName): string {
  const witnesses = Object.keys(vip.readSet).filter(
    (name) => name !== node && vip.readSet[name] === "in",
  );
  const isRunning = leaseEndsAt(proofContext(turn, group, vip), node) < Infinity;
  if (isRunning || witnesses.length === 0 || !leaseEnds(turn, group, vip, node))
    return ": let it be reached";
  const { name } = turn.state;
  return `; its lease counts as over a while after the guard of ${witnesses.join(" or ")} has answered ${name}: let one of these be reached`;
}

/** Neither its lease nor its guard nor the command will prove anything, as far as can be seen. */
function isHopeless(running: Running, node: NodeName): boolean {
  const { turn, group, vip, from } = running;
  if (vip === null || leaseEnds(turn, group, vip, node)) return false;
  const isToBeFenced = node === from.name && group.settings.fenceCommand !== null;
  if (isToBeFenced && !hasFenceFailed(running)) return false;
  return !isAskable(turn, group, node);
}

function whatFails(running: Running, vip: Vip, node: NodeName): string {
  const lease = noLease(running.group, vip, node);
  return hasFenceFailed(running) ? `${lease}, and the fence_command failed` : lease;
}
