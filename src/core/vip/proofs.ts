/**
 * Rule 9: when a host is proven not to serve a VIP, and not able to any more.
 *
 * Three things prove it: the host itself confirmed a release, it was fenced, or the waiting time W
 * passed since another host, which every older reader must read, answered `mark(E)`. After that
 * answer nothing older takes effect on the host later than T0, and what that renewed is over N
 * later. All three end the moment the host is sent a mark that authorizes it again.
 */
import type { Instant, NodeName } from "../ids.ts";
import type { Campaign } from "../local.ts";
import { waitingTimeMs } from "../settings.ts";
import type { Vip } from "../state.ts";
import { compareStamps, isNewer, type Stamp, sameStamp } from "../stamp.ts";

export type Proof = "released" | "fenced" | "lease-ended";

export interface ProofContext {
  readonly vip: Vip;
  readonly campaign: Campaign;
  readonly drift: number;
  readonly now: Instant;
  /** Whether some monitor last saw the host without the table. */
  readonly ungated: (node: NodeName) => boolean;
}

interface FirstAnswer {
  readonly under: Stamp | null;
  readonly at: Instant;
}

/** What an answer to a mark that is still on its way may come for. */
const NEWEST_KEPT = 4;
/** Whoever is neither a witness nor was ever authorized. */
const ANY_OTHER = "";

/** The proof that `node` cannot serve the VIP, or null. */
export function proofOf(context: ProofContext, node: NodeName): Proof | null {
  const { campaign } = context;
  if (campaign.fenced[node]) return "fenced";
  if (campaign.released[node] !== undefined) return "released";
  return leaseEndsAt(context, node) <= context.now ? "lease-ended" : null;
}

/** Whether its host was seen with the table that ends its lease, and by nobody without it since. */
export function canRunOut({ vip, ungated }: ProofContext, node: NodeName): boolean {
  return vip.gated.includes(node) && !ungated(node);
}

/** The instant at which W will have proven `node` empty; Infinity when it is not running. */
export function leaseEndsAt(context: ProofContext, node: NodeName): Instant {
  const { vip, campaign, drift } = context;
  if (!vip.gated.includes(node) || context.ungated(node)) return Infinity;
  return firstAnswer(campaign, node).at + waitOf(vip, drift);
}

/** What W runs from: the first answer of another host to a mark that counts for `node`; Infinity: none yet. */
function firstAnswer(campaign: Campaign, node: NodeName): FirstAnswer {
  const authorized = campaign.authorized[node];
  let first: FirstAnswer = { under: null, at: Infinity };
  for (const { epoch, witnesses } of campaign.epochs) {
    if (authorized !== undefined && compareStamps(authorized, epoch) >= 0) continue;
    for (const [witness, at] of Object.entries(witnesses)) {
      if (witness !== node && at < first.at) first = { under: epoch, at };
    }
  }
  return first;
}

/** W. After a change of the times the longer ones count, until nobody can serve by them (rule 12). */
export function waitOf({ leaseMs, permitMs, former }: Vip, drift: number): number {
  const wait = waitingTimeMs(leaseMs, permitMs, drift);
  if (former === undefined) return wait;
  return Math.max(wait, waitingTimeMs(former.leaseMs, former.permitMs, drift));
}

/** Possible holders other than `except` that are not proven empty. */
export function unprovenHolders(
  context: ProofContext,
  except: NodeName | null,
): readonly NodeName[] {
  return context.vip.holders.filter((node) => node !== except && proofOf(context, node) === null);
}

/**
 * Whether a VIP that is served by nobody, or is to be served by another, waits for a proof of `node`: then a
 * person may vouch for it. A move of the writer's does not wait; it turns back, or everybody is proven before.
 */
export function awaitsProofOf(vip: Vip, node: NodeName): boolean {
  if (!vip.holders.includes(node) || vip.node === node) return false;
  if (vip.kind === "move") return vip.role === "reader" && !vip.claimable;
  return vip.kind === "unclaimed" || vip.kind === "fence";
}

// ——— what the leader writes down ———

/** An epoch of this leadership was seen committed. */
export function withEpoch(campaign: Campaign, epoch: Stamp, nextId: number): Campaign {
  if (campaign.epochs.some((entry) => sameStamp(entry.epoch, epoch))) return campaign;
  const entry = { epoch, committedId: nextId, witnesses: {} };
  return { ...campaign, epochs: [...worthKeeping(campaign), entry] };
}

/**
 * A guard that comes and goes makes an epoch every few seconds, for as long as a leadership lasts. Of
 * those before the newest, each host needs only the one that proves it empty first: whoever is marked as
 * authorized later is so by a newer epoch, for which none of them counts. Leaving one out can delay a
 * proof (an answer that comes late finds nothing to count for) but never make one, for a proof is the
 * earliest of what each entry proves by itself.
 */
function worthKeeping(campaign: Campaign): Campaign["epochs"] {
  const { epochs, authorized } = campaign;
  const newest = epochs.length + 1 - NEWEST_KEPT;
  if (newest <= 0) return epochs;
  const witnesses = epochs.flatMap((entry) => Object.keys(entry.witnesses));
  const nodes = new Set([ANY_OTHER, ...Object.keys(authorized), ...witnesses]);
  const first = [...nodes].map((node) => firstAnswer(campaign, node).under);
  return epochs.filter((entry, index) => index >= newest || first.includes(entry.epoch));
}

/** `node`, which is `in`, was shown to hold `epoch`. Only the first answer counts. */
export function withWitness(
  campaign: Campaign,
  epoch: Stamp,
  node: NodeName,
  now: Instant,
): Campaign {
  const isNews = campaign.epochs.some(
    (entry) => sameStamp(entry.epoch, epoch) && entry.witnesses[node] === undefined,
  );
  if (!isNews) return campaign;
  const epochs = campaign.epochs.map((entry) => {
    if (!sameStamp(entry.epoch, epoch) || entry.witnesses[node] !== undefined) return entry;
    return { ...entry, witnesses: { ...entry.witnesses, [node]: now } };
  });
  return { ...campaign, epochs };
}

/** A mark that authorizes `node` is about to be sent: whatever was proven of it is void. */
export function withAuthorized(campaign: Campaign, epoch: Stamp, node: NodeName): Campaign {
  const before = campaign.authorized[node];
  const newest = before !== undefined && !isNewer(epoch, before) ? before : epoch;
  const isProven = node in campaign.released || node in campaign.fenced;
  if (newest === before && !isProven) return campaign;
  const { [node]: _released, ...released } = campaign.released;
  const { [node]: _fenced, ...fenced } = campaign.fenced;
  return { ...campaign, authorized: { ...campaign.authorized, [node]: newest }, released, fenced };
}

export function withReleased(campaign: Campaign, epoch: Stamp, node: NodeName): Campaign {
  const authorized = campaign.authorized[node];
  if (authorized !== undefined && compareStamps(authorized, epoch) >= 0) return campaign;
  return { ...campaign, released: { ...campaign.released, [node]: epoch } };
}

export function withFenced(campaign: Campaign, node: NodeName): Campaign {
  return { ...campaign, fenced: { ...campaign.fenced, [node]: true } };
}
