/**
 * What the leader commits about a VIP outside of operations: lost registers (rule 3), suspicion
 * (rule 10), which nodes are read (rule 11), and whose table is known to guard it.
 */
import { guardUnheardMs, holderUnheardMs, leadersOwn } from "../health/news.ts";
import { probePatienceMs } from "../health/scrutiny.ts";
import type { HeldVote } from "../health/types.ts";
import { unheardBy } from "../health/votes.ts";
import { roundTripMs } from "../health/watch.ts";
import type { Instant, NodeName } from "../ids.ts";
import { lookAtOthers, watchOf } from "../patrol.ts";
import { type GroupPart, quorumOf, type Vip } from "../state.ts";
import { isNewer } from "../stamp.ts";
import type { Turn } from "../turn.ts";
import { holdsEpoch, isMarkable, leadingFromId, mayOverwrite } from "./stand.ts";
import { renewed, withVip, isOurs } from "./epochs.ts";
import type { ProofContext } from "./proofs.ts";
import { mayBeRead } from "./strangers.ts";

/** A node whose guard the leader has not reached for this long is no longer read. */
const OUT_AFTER_MS = 3000;
const HEARD_MS = 1000;
/** A holder is heard at least this often, for its lease is renewed. */
const MOST_BETWEEN_MS = 250;
const SLACK_MS = 20;
/** That another host answers is no news, so this looks for it. */
const AGAIN_MS = 20;

export function upkeepVip(turn: Turn, group: GroupPart, vip: Vip): void {
  if (vip.kind === "unclaimed" || group.backend !== "nft" || turn.isChanging(group.name)) return;
  const gated = gatedNow(turn, group, vip);
  const readSet = readSetNow(turn, group, vip);
  const reason = newEpochReason(turn, group, vip, readSet);
  const isSame = isSameSet(readSet, vip.readSet) && isSameList(gated, vip.gated);
  if (reason === null && isSame) return;
  turn.change(group.name, (part, stamp) =>
    withVip(part, vip.ip, (now) => {
      const next: Vip = { ...now, gated, readSet };
      return reason === null ? next : renewed(next, stamp);
    }),
  );
  if (reason !== null) {
    turn.report({
      kind: "vip.epoch",
      group: group.name,
      vip: vip.ip,
      epoch: vip.epoch,
      change: "renewed",
      reason,
    });
  }
}

function isSameSet(one: Vip["readSet"], other: Vip["readSet"]): boolean {
  const names = Object.keys(one);
  return isSameList(names, Object.keys(other)) && names.every((name) => one[name] === other[name]);
}

function isSameList(one: readonly NodeName[], other: readonly NodeName[]): boolean {
  return one.length === other.length && one.every((name) => other.includes(name));
}

function newEpochReason(
  turn: Turn,
  group: GroupPart,
  vip: Vip,
  readSet: Vip["readSet"],
): string | null {
  const lost = lostRegister(turn, group, vip);
  if (lost !== null) return `the register on ${lost} was created anew`;
  if (!isSameList(Object.keys(readSet), Object.keys(vip.readSet)))
    return "other nodes are to be read";
  if (isSuspect(turn, group, vip))
    return `a majority has not heard ${vip.node} for ${holderUnheardMs(group.settings).redisMs} ms`;
  return null;
}

/** A register of an instance that was first seen under this epoch may not be marked with it. */
function lostRegister(turn: Turn, group: GroupPart, vip: Vip): NodeName | null {
  for (const node of group.nodes) {
    const desk = turn.desk(group.name, vip.ip, node.name);
    const token = desk.view?.token;
    if (token?.kind !== "instance" || !mayOverwrite(turn, token.cluster)) continue;
    if (!isMarkable(turn, vip, desk)) return node.name;
  }
  return null;
}

function isSuspect(turn: Turn, group: GroupPart, vip: Vip): boolean {
  if (vip.kind !== "hold" || vip.node === null) return false;
  const authorized = turn.campaign(group.name, vip.ip).authorized[vip.node];
  const running =
    isOurs(turn, vip.epoch) && (authorized === undefined || isNewer(vip.epoch, authorized));
  // One that answers this leader is marked at once, which would end what a new epoch begins.
  if (running || !isUnheardHere(turn, group, vip, vip.node)) return false;
  const members = turn.state.committed?.cluster.members ?? [];
  const limits = holderUnheardMs(group.settings, roundTripTo(turn, group, vip.node));
  const own = leadersOwn(limits);
  const silent = unheardBy(turn.local(group.name).evidence, vip.node, turn.now, (monitor) =>
    monitor === turn.state.name ? own : limits,
  );
  return silent >= quorumOf(members.length);
}

/** Its guard answers this leader no more, and other hosts do. What passes by itself until then is looked at in time. */
function isUnheardHere(turn: Turn, group: GroupPart, { leaseMs }: Vip, holder: NodeName): boolean {
  const rttMs = roundTripTo(turn, group, holder);
  const silentAt =
    guardHeardAt(turn, group, holder) + guardUnheardMs(group.settings, leaseMs, rttMs);
  const isLate = watchOf(turn, group.name, holder).inFlight?.late === true;
  if (turn.now < silentAt && !isLate) return false;
  const since = maybeCutUntil(turn, group, holder);
  const hearsAnother = group.nodes.some(
    ({ name }) => name !== holder && nodeHeardAt(turn, group, name) > since,
  );
  if (turn.now >= silentAt && hearsAnother) return true;
  if (isLate) {
    if (!hearsAnother && turn.now > since) lookAtOthers(turn, group.name, holder, since);
    const next = [since + 1, silentAt].find((at) => at > turn.now) ?? turn.now + AGAIN_MS;
    turn.news.expect(group.name, next);
  }
  return false;
}

/**
 * Up to here the other nodes may have been heard although all ways there were cut when the holder fell silent. Who
 * hears none of them after that has lost its own way: it could not mark them, and an epoch that nobody shows
 * keeps those who can from renewing (rule 7).
 */
function maybeCutUntil(turn: Turn, group: GroupPart, holder: NodeName): Instant {
  const { settings } = group;
  const probedMs =
    settings.probeIntervalMs + probePatienceMs(settings) + roundTripTo(turn, group, holder);
  return nodeHeardAt(turn, group, holder) + Math.min(probedMs, MOST_BETWEEN_MS) + SLACK_MS;
}

function roundTripTo(turn: Turn, group: GroupPart, node: NodeName): number {
  return roundTripMs(watchOf(turn, group.name, node));
}

function nodeHeardAt(turn: Turn, group: GroupPart, node: NodeName): Instant {
  const { lastGoodAt } = watchOf(turn, group.name, node);
  return Math.max(lastGoodAt ?? -Infinity, guardHeardAt(turn, group, node));
}

/**
 * Only of hosts whose table was seen to decide about this VIP does the waiting time prove anything. What
 * this monitor saw there before it led may be older than what was agreed on since: it may cast doubt on
 * a host, but not vouch for it.
 */
function gatedNow(turn: Turn, group: GroupPart, vip: Vip): readonly NodeName[] {
  return group.nodes
    .map((node) => node.name)
    .filter((name) => {
      const { guarded } = turn.desk(group.name, vip.ip, name);
      if (guarded?.is === false) return false;
      const isFresh = guarded !== null && guarded.id >= leadingFromId(turn);
      return isFresh || vip.gated.includes(name);
    });
}

function readSetNow(turn: Turn, group: GroupPart, vip: Vip): Vip["readSet"] {
  if (vip.kind !== "hold" || vip.node === null || group.operation !== null) return vip.readSet;
  const next: Record<NodeName, "in" | "joining"> = {};
  for (const { name } of group.nodes) {
    const before = vip.readSet[name] ?? null;
    const stays = name === vip.node || vip.holders.includes(name);
    const state = stays ? before : membershipNow(turn, group, vip, name);
    if (state !== null) next[name] = state;
  }
  return next;
}

function membershipNow(turn: Turn, group: GroupPart, vip: Vip, name: NodeName) {
  const before = vip.readSet[name] ?? null;
  if (before === null) {
    const answers = heardWithin(turn, group, name, HEARD_MS);
    return answers && mayBeRead(turn, group, vip, name) ? "joining" : null;
  }
  if (isLost(turn, group, vip, name)) return null;
  return before === "joining" && inNodeShowedEpoch(turn, group, vip) ? "in" : before;
}

/** Only while the holder answers: if both vanish together, the node must stay readable. */
function isLost(turn: Turn, group: GroupPart, vip: Vip, name: NodeName): boolean {
  const ledForMs = turn.now - (turn.state.leading?.since ?? turn.now);
  const holderAnswers = vip.node !== null && heardWithin(turn, group, vip.node, HEARD_MS);
  return ledForMs > OUT_AFTER_MS && holderAnswers && !heardWithin(turn, group, name, OUT_AFTER_MS);
}

function inNodeShowedEpoch(turn: Turn, group: GroupPart, vip: Vip): boolean {
  return Object.entries(vip.readSet).some(
    ([name, state]) => state === "in" && holdsEpoch(turn, vip, turn.desk(group.name, vip.ip, name)),
  );
}

/** A guard that was heard within this can be asked; nobody needs to vouch for its host, nor is taken at their word. */
const ASKABLE_MS = 1000;

export function isAskable(turn: Turn, group: GroupPart, node: NodeName): boolean {
  return heardWithin(turn, group, node, ASKABLE_MS);
}

/** Whether the guard on this host answered anything, about any VIP, within `ms`. */
export function heardWithin(turn: Turn, group: GroupPart, node: NodeName, ms: number): boolean {
  return turn.now - guardHeardAt(turn, group, node) <= ms;
}

export function guardHeardAt(turn: Turn, group: GroupPart, node: NodeName): Instant {
  let newest = -Infinity;
  for (const { ip } of group.vips) {
    newest = Math.max(newest, turn.desk(group.name, ip, node).heardAt ?? -Infinity);
  }
  return newest;
}

/** What `proofs.ts` needs to know of a VIP now. */
export function proofContext(turn: Turn, group: GroupPart, vip: Vip): ProofContext {
  const local = turn.local(group.name);
  return {
    vip,
    campaign: turn.campaign(group.name, vip.ip),
    drift: group.settings.clockDrift,
    now: turn.now,
    ungated: (node) => {
      const { guarded } = turn.desk(group.name, vip.ip, node);
      if (guarded?.is === false) return true;
      const seenAt = guarded?.askedAt ?? null;
      return Object.values(local.evidence).some((votes) => sawUngated(votes[node], seenAt));
    },
  };
}

/** Whether another monitor saw the host without its table, and later than we asked and saw it with it. */
function sawUngated(held: HeldVote | undefined, seenAt: Instant | null): boolean {
  if (held === undefined) return false;
  const { gate, heardMs } = held.vote.guard;
  if (gate !== "absent" && gate !== "altered") return false;
  return seenAt === null || held.receivedAt - (heardMs ?? 0) >= seenAt;
}

/** A move or a fence of an earlier leader: what proves a host empty counts only for epochs of one's own. */
export function renewEpoch(turn: Turn, group: GroupPart, { ip }: Vip): void {
  turn.change(group.name, (part, stamp) => withVip(part, ip, (now) => renewed(now, stamp)));
}
