/** Probing: every monitor looks at every node, each at its own pace, one probe at a time. */
import { wasRemoved } from "./consensus/consensus.ts";
import { withEntry } from "./draft.ts";
import {
  createWatch,
  foundLate,
  lateAt,
  type NodeWatch,
  observed,
  probeStarted,
  stalled,
  suspectConnection,
} from "./health/watch.ts";
import { isHolder, isOtherInfo } from "./health/news.ts";
import {
  depthOf,
  isCalm,
  nextProbeAt,
  probeDeadlineMs,
  probeEveryMs,
  type ProbePlan,
  type Sight,
  probePatienceMs,
} from "./health/scrutiny.ts";
import type { ProbeResult } from "./health/types.ts";
import type { Instant, NodeName } from "./ids.ts";
import { reviseNetwork } from "./own-network.ts";
import { groupIn, type GroupPart, type Node } from "./state.ts";
import { targetOf } from "./target.ts";
import type { Turn } from "./turn.ts";

/** Probes that are due this soon start with whatever else there is to do: one waking serves many nodes. */
const TOGETHER_MS = 10;

/**
 * So many nodes are asked for the first time at once: to connect costs a monitor most, and a turn that connects to
 * nine hundred of them lasts until its peers hold it for dead.
 */
const FIRST_AT_ONCE = 32;
/** If more holders are late at once it is this monitor that is slow, and more to do would make it slower. */
const LATE_AT_ONCE = 8;
/** When to look for a place again, if nothing else happens. */
const NO_PLACE_MS = 20;

/** It watches over nothing any more: it ends, or was removed. */
export function isSilent({ state }: Turn): boolean {
  return state.leaving || wasRemoved(state.consensus);
}

/** Starts the probes that are due. */
export function patrol(turn: Turn): void {
  const takePlace = placesIn(turn);
  const late: [GroupPart, Node][] = [];
  let oddNodes = 0;
  for (const group of turn.state.newest?.groups ?? []) {
    // As it is before the first of them starts.
    const { startAt, calm } = planOf(turn, group);
    if (!calm) oddNodes += group.nodes.length;
    if (startAt > turn.now) continue;
    for (const node of group.nodes) {
      const isDue = probeTimesOf(turn, group, node, calm).startAt <= turn.now;
      if (!isDue) continue;
      if (noticeAt(turn, group, node) <= turn.now) late.push([group, node]);
      else if (!isNew(turn, group, node) || takePlace()) start(turn, group, node);
    }
  }
  for (const [group, node] of late) noticeLate(turn, group, node, late.length);
  turn.state.oddNodes = oddNodes;
}

/** Whether there is room for one more that is asked for the first time. */
function placesIn(turn: Turn): () => boolean {
  let free: number | null = null;
  return () => {
    free ??= FIRST_AT_ONCE - firstsUnderWay(turn);
    free -= 1;
    return free >= 0;
  };
}

function isNew(turn: Turn, group: GroupPart, node: Node): boolean {
  return turn.local(group.name).watches[node.name] === undefined;
}

function firstsUnderWay(turn: Turn): number {
  let count = 0;
  for (const { watches } of Object.values(turn.state.groups))
    for (const { inFlight, opinion } of Object.values(watches))
      if (inFlight !== null && opinion.reason === "not probed yet") count += 1;
  return count;
}

function start(turn: Turn, group: GroupPart, node: Node): void {
  const depth = depthOf(group, sightOf(turn, group), node.name, turn.now);
  setWatch(
    turn,
    group.name,
    node.name,
    probeStarted(watchOf(turn, group.name, node.name), turn.now),
  );
  const id = turn.fly({ kind: "probe", group: group.name, node: node.name });
  turn.emit({
    kind: "probe",
    id,
    target: targetOf(group.name, node),
    depth,
    deadlineMs: probeDeadlineMs(group.settings),
  });
}

/** When to wake for a probe. */
export function nextPatrolAt(turn: Turn): Instant {
  let next = Infinity;
  for (const group of turn.state.newest?.groups ?? [])
    next = Math.min(next, planOf(turn, group).wakeAt);
  return next;
}

/** Most turns are about one node of one group: what the others have planned stays as it was. */
function planOf(turn: Turn, group: GroupPart): ProbePlan {
  const { probePlan } = turn.local(group.name);
  const { watches, isDenied } = sightOf(turn, group);
  const leads = turn.state.leading !== null;
  if (
    probePlan?.watches === watches &&
    probePlan.group === group &&
    probePlan.isDenied === isDenied &&
    probePlan.leads === leads
  )
    return probePlan;
  let startAt = Infinity;
  let wakeAt = Infinity;
  let isAnyNew = false;
  const calm = isCalm(group, { watches, isDenied });
  for (const node of group.nodes) {
    const times = probeTimesOf(turn, group, node, calm);
    startAt = Math.min(startAt, times.startAt);
    wakeAt = Math.min(wakeAt, times.wakeAt);
    isAnyNew ||= isNew(turn, group, node);
  }
  const plan: ProbePlan = { watches, isDenied, leads, group, calm, startAt, wakeAt };
  // One that waits for a place does so from turn to turn.
  if (isAnyNew) return plan;
  turn.setLocal(group.name, { probePlan: plan });
  return plan;
}

/**
 * When the node's probe may start, and when there must be a turn for it. A regular one waits a little for
 * something else to do, a heartbeat as a rule: a waking costs more than what is done in it.
 */
function probeTimesOf(
  turn: Turn,
  group: GroupPart,
  node: Node,
  calm: boolean,
): Pick<ProbePlan, "startAt" | "wakeAt"> {
  const { settings } = group;
  if (isNew(turn, group, node)) return { startAt: turn.now, wakeAt: turn.now + NO_PLACE_MS };
  const watch = watchOf(turn, group.name, node.name);
  const every = probeEveryMs(group, node.name, calm, turn.state.oddNodes);
  const at = Math.min(nextProbeAt(watch, settings, every), noticeAt(turn, group, node));
  if (!isRegular(watch)) return { startAt: at, wakeAt: at };
  return { startAt: at - TOGETHER_MS, wakeAt: at + probePatienceMs(settings) };
}

function sightOf(turn: Turn, { name }: GroupPart): Sight {
  const { watches, masterDeniedUntil } = turn.local(name);
  return { watches, isDenied: turn.now <= masterDeniedUntil };
}

/** Nothing is awaited of the node, and nothing makes it worth a look now. */
function isRegular(watch: NodeWatch): boolean {
  return watch.inFlight === null && watch.dueAt === null;
}

export function probed(turn: Turn, group: string, node: NodeName, result: ProbeResult): void {
  const settings = groupIn(turn.state.newest, group)?.settings;
  if (settings === undefined) return;
  const before = watchOf(turn, group, node);
  const after = observed(before, result, turn.at, settings);
  setWatch(turn, group, node, after);
  const isOther = isOtherInfo(before.seen?.info ?? null, after.seen?.info ?? null);
  if (before.opinion !== after.opinion || isOther) turn.news.add(group);
  if (after.opinion.vote === "refused" && before.opinion.vote !== "refused")
    lookAtOthers(turn, group, node);
  if (turn.state.pings.is === "down") reviseNetwork(turn);
}

/** When to notice that a holder is late. Only a leader judges by that, and only of leases. */
function noticeAt(turn: Turn, group: GroupPart, { name }: Node): Instant {
  if (turn.state.leading === null || group.backend !== "nft" || !isHolder(group, name))
    return Infinity;
  return lateAt(watchOf(turn, group.name, name));
}

/** What its silence means (rule 10) is to be looked at in time. */
function noticeLate(turn: Turn, group: GroupPart, { name }: Node, together: number): void {
  setWatch(turn, group.name, name, foundLate(watchOf(turn, group.name, name)));
  if (together <= LATE_AT_ONCE) turn.news.add(group.name);
}

/** A lost connection makes the whole group worth a look: the replicas' links tell whether a master died. */
export function connectionLost(turn: Turn, group: string): void {
  lookAtOthers(turn, group, null);
}

/**
 * At the first look after a death the link of a replica may not have broken yet.
 * @param since who was looked at after that is not again
 */
export function lookAtOthers(
  turn: Turn,
  group: string,
  known: NodeName | null,
  since: Instant = Infinity,
): void {
  for (const [node, watch] of Object.entries(turn.local(group).watches)) {
    if (node === known || (watch.lastStartedAt ?? -Infinity) > since) continue;
    setWatch(turn, group, node, suspectConnection(watch, turn.now));
  }
}

/** This monitor slept: what it did not see in that time is no testimony. */
export function forgetAfterStall(turn: Turn, ms: number): void {
  for (const group of Object.keys(turn.state.groups)) {
    const { watches } = turn.local(group);
    const next = Object.entries(watches).map(
      ([node, watch]) => [node, stalled(watch, ms)] as const,
    );
    turn.setLocal(group, { watches: Object.fromEntries(next) });
  }
}

export function watchOf(turn: Turn, group: string, node: NodeName): NodeWatch {
  return turn.local(group).watches[node] ?? createWatch(turn.now);
}

function setWatch(turn: Turn, group: string, node: NodeName, watch: NodeWatch): void {
  turn.setLocal(group, { watches: withEntry(turn.local(group).watches, node, watch) });
}
