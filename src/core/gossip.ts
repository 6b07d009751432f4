/**
 * Health votes to every peer: those of a group at once when they say something new, else all each
 * 250 ms.
 *
 * Clocks of two monitors are never compared. Each message echoes the newest number received from
 * its addressee, who knows when it sent that: so a vote's age has an upper bound on one clock.
 */
import { aheadMs } from "./beat.ts";
import { isSaidByMember, members } from "./consensus/consensus.ts";
import { copyOfRecord, withEntry } from "./draft.ts";
import { resultsAfter } from "./health/check-results.ts";
import { isNews } from "./health/news.ts";
import { asItMayBeGiven } from "./health/own-network.ts";
import type { HealthMessage, HeldVote, NodeVote } from "./health/types.ts";
import { deniedUntil, type Evidence } from "./health/votes.ts";
import { voteOf } from "./health/watch.ts";
import type { GroupName, Instant, MonitorName, NodeName } from "./ids.ts";
import type { Desk } from "./local.ts";
import { watchOf } from "./patrol.ts";
import { strangersHeard } from "./members/newcomer.ts";
import { rememberedPair } from "./remembered.ts";
import { groupIn, type GroupPart, type Node, quorumOf, writerVip } from "./state.ts";
import type { Turn } from "./turn.ts";
import { troubleWith } from "./vip/desk.ts";
import { guardHeardAt } from "./vip/upkeep.ts";

export const TELL_EVERY_MS = 250;
/** Or this much earlier. */
const TOGETHER_MS = 100;
/** Of some seconds, even while much is new. */
const SENT_KEPT = 128;

/**
 * @param due the groups that are looked at in this turn; of the others there is no news
 * @param isRoutine nothing new came: this was due anyway
 */
export function gossip(turn: Turn, due: ReadonlySet<GroupName>, isRoutine: boolean): void {
  // A cluster without groups has peers all the same, who count by what they say.
  if (turn.state.newest === null) return;
  const { groups } = turn.state.newest;
  const some = groups.filter(({ name }) => due.has(name));
  if (isTimeToTell(turn, isRoutine && some.length === groups.length))
    return tellAll(turn, ownVotes(turn, groups));
  const votes = ownVotes(turn, some);
  if (hasNews(turn, votes)) tell(turn, votes);
}

/** A routine look at everything may come a little earlier, so that one serves for this and for renewals. */
function isTimeToTell(turn: Turn, isEarlyToo: boolean): boolean {
  const early = isEarlyToo ? TOGETHER_MS : aheadMs(turn);
  return turn.now - turn.state.toldAt >= TELL_EVERY_MS - early;
}

function ownVotes(turn: Turn, groups: readonly GroupPart[]): readonly NodeVote[] {
  const all: NodeVote[] = [];
  for (const group of groups) {
    const own: Record<NodeName, HeldVote> = {};
    let { checks } = turn.local(group.name);
    for (const node of group.nodes) {
      const vote = ownVote(turn, group, node);
      own[node.name] = { vote, atLeast: turn.now, receivedAt: turn.now };
      all.push(vote);
      const before = checks[node.name];
      const results = resultsAfter(before, vote, group, turn.now);
      if (results !== before) checks = withEntry(checks, node.name, results);
    }
    const { evidence } = turn.local(group.name);
    turn.setLocal(group.name, { evidence: withEntry(evidence, turn.state.name, own), checks });
  }
  return all;
}

function ownVote(turn: Turn, group: GroupPart, node: Node): NodeVote {
  const heardAt = guardHeardAt(turn, group, node.name);
  const writer = writerVip(group);
  const desk = writer && turn.desk(group.name, writer.ip, node.name);
  const guard: NodeVote["guard"] = {
    heardMs: heardAt === -Infinity ? null : turn.now - Math.max(heardAt, turn.state.cutOffUntil),
    problem: desk === undefined ? null : troubleWith(desk, group.backend),
    gate: group.backend === "off" ? "unknown" : gateOf(desk),
  };
  const ids = { group: group.name, node: node.name };
  const vote = voteOf(watchOf(turn, group.name, node.name), turn.now, guard, ids);
  return asItMayBeGiven(vote, turn.state.network.is);
}

/** As last seen. A table that does not decide about the VIP yet is none. */
function gateOf(desk: Desk | undefined): NodeVote["guard"]["gate"] {
  const gate = desk?.view?.gate;
  if (gate === "none" || gate === "altered") return gate === "none" ? "unknown" : "altered";
  if (desk === undefined || desk.guarded === null) return "unknown";
  return desk.guarded.is ? "present" : "absent";
}

const toldOf = rememberedPair((group, node) => `${group}/${node}`);

function hasNews(turn: Turn, votes: readonly NodeVote[]): boolean {
  return votes.some((vote) => {
    const group = groupIn(turn.state.newest, vote.group);
    const before = turn.state.told[toldOf(vote.group, vote.node)];
    return group !== undefined && isNews(before, vote, group);
  });
}

function tellAll(turn: Turn, votes: readonly NodeVote[]): void {
  tell(turn, votes);
  // What was told of nodes that are gone goes.
  turn.state.told = withTold({}, votes);
  turn.state.toldAt = turn.now;
}

function withTold(
  told: Readonly<Record<string, NodeVote>>,
  votes: readonly NodeVote[],
): Readonly<Record<string, NodeVote>> {
  const next = copyOfRecord(told);
  for (const vote of votes) next[toldOf(vote.group, vote.node)] = vote;
  return next;
}

function tell(turn: Turn, votes: readonly NodeVote[]): void {
  const seq = turn.state.healthSeq + 1;
  reportChanges(turn, votes);
  turn.state.healthSeq = seq;
  turn.state.told = withTold(turn.state.told, votes);
  turn.state.sent = [...turn.state.sent.slice(1 - SENT_KEPT), { seq, at: turn.now }];
  const strangers = strangersHeard(turn);
  for (const { name } of members(turn.state.consensus)) {
    if (name === turn.state.name) continue;
    const message: HealthMessage = {
      kind: "health",
      storageId: turn.state.consensus.durable.storageId,
      seq,
      echo: turn.state.peers[name]?.seq ?? 0,
      votes,
      network: turn.state.network.is,
      strangers,
    };
    turn.emit({ kind: "send", to: name, message });
  }
}

function reportChanges(turn: Turn, votes: readonly NodeVote[]): void {
  for (const vote of votes) {
    const before = turn.state.told[toldOf(vote.group, vote.node)];
    if (before === undefined || before.vote === vote.vote) continue;
    turn.report({
      kind: "vote.changed",
      group: vote.group,
      node: vote.node,
      from: before.vote,
      to: vote.vote,
      reason: vote.reason,
    });
  }
}

/** Takes in a peer's votes. A message that overtook a later one says nothing new. */
export function heard(
  turn: Turn,
  from: MonitorName,
  version: string,
  message: HealthMessage,
): void {
  // Of one that was removed, or replaced elsewhere, and does not know it yet.
  if (!isSaidByMember(turn.state.consensus, from, message.storageId)) return;
  const peer = turn.state.peers[from];
  const isRestart = peer !== undefined && message.seq < peer.seq - SENT_KEPT;
  if (peer !== undefined && message.seq <= peer.seq && !isRestart) return;
  const sentAfter = turn.state.sent.findLast(({ seq }) => seq === message.echo)?.at ?? -Infinity;
  const { seq, network, strangers } = message;
  const known = { seq, heardAt: turn.now, sentAfter, version, network, strangers };
  turn.state.peers = withEntry(turn.state.peers, from, known);
  const groups = new Map<string, Record<string, HeldVote>>();
  for (const vote of message.votes) {
    const votes = groups.get(vote.group) ?? {};
    votes[vote.node] = { vote, atLeast: sentAfter, receivedAt: turn.now };
    groups.set(vote.group, votes);
  }
  for (const [group, votes] of groups) keep(turn, from, group, votes);
}

function keep(
  turn: Turn,
  from: MonitorName,
  group: string,
  votes: Readonly<Record<NodeName, HeldVote>>,
): void {
  const part = groupIn(turn.state.newest, group);
  // Of a group that was dropped, or that is not known here yet: it comes again.
  if (part === undefined) return;
  const { evidence } = turn.local(group);
  const isAnyNews = Object.values(votes).some(({ vote }) => {
    return isNews(evidence[from]?.[vote.node]?.vote, vote, part);
  });
  if (isAnyNews) turn.news.add(group);
  const next = withEntry(evidence, from, votes);
  turn.setLocal(group, { evidence: next, masterDeniedUntil: masterDeniedUntil(turn, part, next) });
}

function masterDeniedUntil(turn: Turn, { master }: GroupPart, evidence: Evidence): Instant {
  if (master === null) return -Infinity;
  const names = members(turn.state.consensus).map(({ name }) => name);
  return deniedUntil(evidence, names, master, quorumOf(names.length));
}
