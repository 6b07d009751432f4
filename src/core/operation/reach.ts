/**
 * What a leader must reach by itself to fail a group over: a node that may become master, its Redis and the guard on its
 * host; and, of every host that may still serve the VIP, what proves that it does not. The votes of the others decide
 * that there is to be a failover, and they do not help to carry it out. But they tell who reaches what, and so whether
 * somebody else could (`handover.ts`), and what a person is to mend.
 *
 * And what it must reach while all is well: the guard of the holder. The others keep its lease alive, but nobody else marks
 * it with the next epoch, and without that mark nobody can.
 */
import { eligible } from "../health/eligibility.ts";
import { candidateOf, isDemoted } from "../health/facts.ts";
import { isFresh, isReachedBy } from "../health/votes.ts";
import type { Instant, MonitorName, NodeName } from "../ids.ts";
import { remembered } from "../remembered.ts";
import { type GroupPart, memberNames, type Node, type Vip, writerVip } from "../state.ts";
import type { Turn } from "../turn.ts";
import { leaseEndsAt, unprovenHolders } from "../vip/proofs.ts";
import { guardHeardAt, heardWithin, proofContext } from "../vip/upkeep.ts";
import { leaseEnds } from "./lease-end.ts";

/** A blip is no reason to leave office … */
const OUT_OF_REACH_FOR_MS = 1000;
/** … nor is what that mends a reason to complain. */
const TOLD_AFTER_MS = 3000;
/** The leader asks each host at least so often while something is called for. */
const OWN_GUARD_HEARD_MS = 2000;
/** Another monitor looks at a calm host every three seconds, and leaves it alone for as long when an operation begins. */
const GUARD_HEARD_MS = 8000;
/** A guard that is lost to all of them is lost to none of them much later. */
const HEARD_LATER_MS = 1000;

/** In memory only: a failover is called for, and this leader finds nobody for it. */
const CALLED_IN_VAIN = "called in vain";
const OUT_OF_REACH = "out of reach";
const BUSY = "busy within reach";

type Part = "Redis" | "guard";

/** A group that is to be failed over, or kept served, as this leader sees it. */
interface Case {
  readonly turn: Turn;
  readonly group: GroupPart;
  readonly vip: Vip | undefined;
  /** To be master in the end, by all that is known of them, from whomever. */
  readonly candidates: readonly Node[];
  /** The candidate is the holder, which is to go on serving. */
  readonly isKept: boolean;
  /** The old master, whose last word is awaited. */
  readonly awaited: NodeName | null;
}

export function noteCall(turn: Turn, group: GroupPart, isInVain: boolean): void {
  turn.lasting(group.name, CALLED_IN_VAIN, isInVain);
}

const reachAlarm = remembered((name) => `${name}: reach`);

/** Says what is out of this leader's reach, for as long as it is in the way. */
export function tellReach(turn: Turn, group: GroupPart): void {
  const subject = caseOf(turn, group);
  const missing = subject === null ? [] : missingOf(subject);
  const lasted = turn.lasting(group.name, OUT_OF_REACH, missing.length > 0);
  turn.lasting(group.name, BUSY, group.operation !== null && missing.length === 0);
  const isTold = missing.length > 0 && lasted >= TOLD_AFTER_MS;
  const text = `${turn.state.name}, which leads, does not reach ${missing.join(", ")}`;
  turn.alarm(reachAlarm(group.name), isTold ? text : null);
}

/** Whether this leader has lacked for a while what it needs, though it is there for others. */
export function isOutOfReach(turn: Turn, group: GroupPart): boolean {
  const since = turn.local(group.name).since[OUT_OF_REACH];
  return since !== undefined && turn.now - since >= OUT_OF_REACH_FOR_MS;
}

/** For how long an operation has been under way that lacks nothing of the kind; null: there is none. */
export function busyFor(turn: Turn, group: GroupPart): number | null {
  const since = turn.local(group.name).since[BUSY];
  return since === undefined ? null : turn.now - since;
}

/** How many of the candidates a monitor could make master, by its own votes; 0: it could not fail the group over. */
export function chancesOf(turn: Turn, group: GroupPart, monitor: MonitorName): number {
  const subject = caseOf(turn, group);
  if (subject === null || !provesAll(subject, monitor) || !hearsOld(subject, monitor)) return 0;
  return subject.candidates.filter(({ name }) => reaches(subject, monitor, name)).length;
}

/** null: nothing is to be done, or nobody may become master, whoever reaches whom. */
function caseOf(turn: Turn, group: GroupPart): Case | null {
  const vip = writerVip(group);
  if (!isCalledFor(turn, group)) return vip === undefined ? null : caseOfHolder(turn, group, vip);
  const successors = candidatesIn(turn, group);
  const candidates = successors.length > 0 ? successors : wayBack(turn, group);
  if (candidates.length === 0) return null;
  return { turn, group, vip, candidates, isKept: false, awaited: awaitedIn(turn, group) };
}

/** With less than a master has that lives, and only lost its guard, nobody takes over. */
function awaitedIn(turn: Turn, group: GroupPart): NodeName | null {
  const { operation } = group;
  const isAwaited = operation?.cause === "guard" && operation.phase === "fence";
  return isAwaited && answersAsMaster(turn, group, operation.from) ? operation.from : null;
}

/** Only a master that answers is kept served; from any other the role is moved. One that is turned back to has to be given back its writes. */
function caseOfHolder(turn: Turn, group: GroupPart, vip: Vip): Case | null {
  const { master, operation, leaving } = group;
  const isServing = vip.kind === "hold" && vip.node === master && leaving !== true;
  if (!isServing || master === null || isPreparing(turn, group)) return null;
  const lacksRedis =
    operation?.phase === "undo" && !reachesRedis({ turn, group }, turn.state.name, master);
  if (!lacksRedis && heardWithin(turn, group, master, OWN_GUARD_HEARD_MS)) return null;
  const candidates = group.nodes.filter(({ name }) => name === master);
  return { turn, group, vip, candidates, isKept: true, awaited: null };
}

/** Whoever takes over would undo it. It turns back by itself, and says why, should the guard not answer within its limits. */
function isPreparing(turn: Turn, { operation }: GroupPart): boolean {
  return operation?.phase === "prepare" && operation.term === turn.term;
}

/** The old master is back, and nobody is left who could take over from it: then it is turned back to, or at least held. */
function wayBack(turn: Turn, group: GroupPart): readonly Node[] {
  const { operation, nodes } = group;
  if (operation === null || operation.cause === "by-hand") return [];
  const isThere = answersAsMaster(turn, group, operation.from);
  return isThere ? nodes.filter(({ name }) => name === operation.from) : [];
}

function answersAsMaster(turn: Turn, { name: group }: GroupPart, node: NodeName): boolean {
  const { info, reachable } = candidateOf(turn.local(group).evidence, node, turn.now);
  return reachable && info?.role === "master" && !info.loading;
}

function isCalledFor(turn: Turn, { name, operation, leaving }: GroupPart): boolean {
  if (leaving === true) return false;
  if (operation === null) return turn.local(name).since[CALLED_IN_VAIN] !== undefined;
  if (operation.term !== turn.term) return false;
  return (
    operation.kind === "failover" && (operation.phase === "fence" || operation.phase === "promote")
  );
}

function candidatesIn(turn: Turn, group: GroupPart): readonly Node[] {
  const { evidence } = turn.local(group.name);
  const from = group.operation?.from ?? group.master;
  const acceptDataLoss = group.operation?.acceptDataLoss ?? false;
  return group.nodes.filter(({ name }) => {
    const seen = candidateOf(evidence, name, turn.now);
    if (name === from && !isDemoted(seen)) return false;
    // Whether its guard is reached, and by whom, is asked below.
    const facts = { ...seen, acceptDataLoss, admissible: true, asMaster: true };
    return eligible(group, name, facts, group.lineage) === null;
  });
}

function reaches(subject: Case, monitor: MonitorName, node: NodeName): boolean {
  return reachesRedis(subject, monitor, node) && reachesGuard(subject, monitor, node);
}

function hearsOld(subject: Case, monitor: MonitorName): boolean {
  return subject.awaited === null || reachesRedis(subject, monitor, subject.awaited);
}

function reachesRedis(
  { turn, group }: Pick<Case, "turn" | "group">,
  monitor: MonitorName,
  node: NodeName,
): boolean {
  return isReachedBy(turn.local(group.name).evidence, monitor, node, turn.now);
}

/** A refusal is an answer. Without a VIP nobody asks a guard for anything. */
function reachesGuard(subject: Case, monitor: MonitorName, node: NodeName): boolean {
  const { turn, group, vip } = subject;
  if (vip === undefined) return true;
  if (monitor === turn.state.name) return heardWithin(turn, group, node, OWN_GUARD_HEARD_MS);
  const held = turn.local(group.name).evidence[monitor]?.[node];
  if (held === undefined || !isFresh(held, turn.now)) return false;
  const { heardMs, problem } = held.vote.guard;
  if (problem !== null || heardMs === null || heardMs > GUARD_HEARD_MS) return false;
  return !subject.isKept || isNoWorse(subject, node, held.receivedAt - heardMs);
}

function isNoWorse({ turn, group }: Case, node: NodeName, heardAt: Instant): boolean {
  if (heardWithin(turn, group, node, OWN_GUARD_HEARD_MS)) return true;
  return heardAt - guardHeardAt(turn, group, node) >= HEARD_LATER_MS;
}

function provesAll(subject: Case, monitor: MonitorName): boolean {
  const { vip } = subject;
  return vip === undefined || toBeProven(subject, vip, monitor).length === 0;
}

/** Possible holders of which nothing will prove to this monitor that they are empty, for all that it reaches. */
function toBeProven(subject: Case, vip: Vip, monitor: MonitorName): readonly NodeName[] {
  const { turn, group } = subject;
  const witnesses = Object.keys(vip.readSet).filter(
    (name) => vip.readSet[name] === "in" && reachesGuard(subject, monitor, name),
  );
  return openHolders(subject, vip, monitor).filter((holder) => {
    if (group.settings.fenceCommand !== null || reachesGuard(subject, monitor, holder))
      return false;
    const isWitnessed = witnesses.some((name) => name !== holder);
    return !(isWitnessed && leaseEnds(turn, group, vip, holder));
  });
}

/** What a leader has proven, or waits for with the clock running, is lost to whoever follows it. */
function openHolders(subject: Case, vip: Vip, monitor: MonitorName): readonly NodeName[] {
  const { turn, group, isKept } = subject;
  if (isKept) return [];
  if (monitor !== turn.state.name) return vip.holders;
  const context = proofContext(turn, group, vip);
  return unprovenHolders(context, null).filter((node) => leaseEndsAt(context, node) === Infinity);
}

/** In words; empty: this leader could do it, or what it does not reach nobody else does. */
function missingOf(subject: Case): readonly string[] {
  const { turn, vip, candidates, group } = subject;
  const own = turn.state.name;
  const open = vip === undefined ? [] : toBeProven(subject, vip, own);
  const isServable = candidates.some(({ name }) => reaches(subject, own, name));
  const isHeard = hearsOld(subject, own);
  if (isServable && isHeard && open.length === 0) return [];
  return group.nodes.flatMap(({ name }) => {
    const isCandidate = !isServable && candidates.some((node) => node.name === name);
    const isWitness = open.length > 0 && (open.includes(name) || vip?.readSet[name] === "in");
    const parts: readonly Part[] = [
      ...(isCandidate || (!isHeard && name === subject.awaited) ? (["Redis"] as const) : []),
      ...(isCandidate || isWitness ? (["guard"] as const) : []),
    ];
    return describe(subject, name, parts);
  });
}

/** "the Redis and the guard of db2 (mon2 and mon3 do)": what this leader does not reach of it, and who does. */
function describe(subject: Case, node: NodeName, parts: readonly Part[]): readonly string[] {
  const lacking = new Map<string, Part[]>();
  for (const part of parts) {
    const others = othersWhoReach(subject, node, part);
    if (others !== null) lacking.set(others, [...(lacking.get(others) ?? []), part]);
  }
  return [...lacking].map(([others, of]) => `the ${of.join(" and the ")} of ${node} (${others})`);
}

/** null: nobody, or this leader does. */
function othersWhoReach(subject: Case, node: NodeName, part: Part): string | null {
  const reach = part === "Redis" ? reachesRedis : reachesGuard;
  const { turn } = subject;
  const all = memberNames(turn.state.committed).filter((name) => reach(subject, name, node));
  if (all.length === 0 || all.includes(turn.state.name)) return null;
  return `${all.join(" and ")} ${all.length === 1 ? "does" : "do"}`;
}
