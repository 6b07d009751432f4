/**
 * Why a proposal must not be committed. A file was checked when it was read; here it is held
 * against what the cluster is doing, and against what cannot be changed while somebody serves.
 */
import type { GroupSettings } from "../settings.ts";
import { type GroupPart, writerVip } from "../state.ts";
import type { Proposal } from "./proposal.ts";

/** Below this no renewal arrives in time, on any network. */
const SHORTEST_LEASE_MS = 300;
const ANEW =
  "that is done by founding the cluster anew: stop all monitors, empty their data directories, start them with this file, and take the hosts over with mmm adopt";

/** A sentence that says what to do instead; null: nothing is in the way. */
export function obstacle(group: GroupPart, proposal: Proposal): string | null {
  return (
    duringOperation(group) ??
    ofWriter(group, proposal) ??
    ofBackend(group, proposal.settings) ??
    ofArithmetic(proposal.settings) ??
    ofMoves(group, proposal.settings)
  );
}

function duringOperation({ operation }: GroupPart): string | null {
  if (operation === null) return null;
  const { kind, from, to, phase } = operation;
  return `a ${kind} from ${from} to ${to ?? "a replica to be chosen"} is under way (phase ${phase}); reload when it has ended`;
}

function ofWriter(group: GroupPart, { writer }: Proposal): string | null {
  const now = writerVip(group)?.ip ?? null;
  if (now === writer) return null;
  return `master_ip is ${now ?? "none"}, the file says ${writer ?? "none"}: an address that clients use cannot be changed under them; ${ANEW}`;
}

/** Before a master was adopted no host was touched, and none goes by it yet. */
function ofBackend(
  { backend, master, settings }: GroupPart,
  { leaseBackend: wanted }: GroupSettings,
): string | null {
  if (master === null || wanted === "auto") return null;
  if (wanted === settings.leaseBackend || wanted === backend) return null;
  return `lease_backend is ${backend ?? settings.leaseBackend}, the file says ${wanted}: hosts that disagree on what keeps a virtual address would both serve it; ${ANEW}`;
}

export function ofArithmetic({ leaseMs, permitMs, clockDrift }: GroupSettings): string | null {
  if (leaseMs < SHORTEST_LEASE_MS)
    return `vip_lease of ${leaseMs} ms: no renewal arrives so fast; write at least ${SHORTEST_LEASE_MS}ms`;
  if (permitMs < 1 || permitMs > leaseMs)
    return `permits of ${permitMs} ms do not fit a lease of ${leaseMs} ms`;
  if (clockDrift < 0 || clockDrift >= 1)
    return `clock_drift ${clockDrift} bounds nothing: it is a fraction, as 0.1`;
  return null;
}

/** Times change under a new epoch; one that is being proven, chosen or claimed must not be replaced. */
function ofMoves({ vips }: GroupPart, { leaseMs, permitMs }: GroupSettings): string | null {
  const moving = vips.find(
    (vip) =>
      (vip.leaseMs !== leaseMs || vip.permitMs !== permitMs) &&
      vip.kind !== "hold" &&
      vip.kind !== "unclaimed",
  );
  return moving === undefined
    ? null
    : `${moving.ip} is being moved; vip_lease can be changed when it has arrived, so reload again in a moment`;
}
