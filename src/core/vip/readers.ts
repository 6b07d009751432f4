/**
 * Reader VIPs: spread over the healthy replicas; on the master if none is left. Each has a register,
 * an epoch and possible holders of its own, and moves by the same rules as the writer's, without
 * any step on Redis: choose, prove the old holder empty, claim.
 */
import { candidateOf } from "../health/facts.ts";
import type { NodeName } from "../ids.ts";
import { modeNow } from "../pause.ts";
import type { GroupPart, Node, Vip } from "../state.ts";
import type { Turn } from "../turn.ts";
import { admitted, claimable, movedTo, settled, withVip, isOurs } from "./epochs.ts";
import { isLetGo } from "./letting-go.ts";
import { isRefused, shun, shunned, tellOfShunned } from "./shunned.ts";
import { heardWithin, renewEpoch } from "./upkeep.ts";
import { holdsEpoch } from "./stand.ts";
import { mayBeRead } from "./strangers.ts";
import { isClaimed } from "../operation/common.ts";

/** A reader whose host is well is moved for balance only when the imbalance has lasted. */
const BALANCE_AFTER_MS = 10_000;
/** A chosen host whose register cannot be marked for this long is given up. */
const UNMARKED_MS = 2000;

export function careForReaders(turn: Turn, group: GroupPart): void {
  for (const vip of group.vips) {
    if (vip.role !== "reader") continue;
    tellOfShunned(turn, group, vip);
    if (turn.isChanging(group.name)) continue;
    if (vip.kind === "fence") endFence(turn, group, vip);
    else if (vip.kind === "move") finishMove(turn, group, vip);
    else if (vip.kind === "hold" && modeNow(group) !== "passive") considerMove(turn, group, vip);
  }
}

/** One that comes or goes: only once nobody serves it, by accident or still. */
function endFence(turn: Turn, group: GroupPart, vip: Vip): void {
  if (!isOurs(turn, vip.epoch)) return renewEpoch(turn, group, vip);
  if (!isLetGo(turn, group, vip)) return;
  if (vip.leaving !== true) return leave(turn, group, vip);
  turn.change(group.name, (part) => ({
    ...part,
    vips: part.vips.filter(({ ip }) => ip !== vip.ip),
  }));
}

function finishMove(turn: Turn, group: GroupPart, vip: Vip): void {
  if (vip.node === null) return;
  if (vip.claimable) return settle(turn, group, vip);
  if (!isOurs(turn, vip.epoch)) return renewEpoch(turn, group, vip);
  const othersLetGo = isLetGo(turn, group, vip);
  const marked =
    group.backend !== "nft" || holdsEpoch(turn, vip, turn.desk(group.name, vip.ip, vip.node));
  const unmarkedFor = turn.lasting(group.name, `unmarked ${vip.ip}`, !marked);
  if (unmarkedFor > UNMARKED_MS) return leave(turn, group, vip);
  if (!marked || !othersLetGo) return;
  const isCounted = counts(group, vip, vip.node);
  turn.change(group.name, (part, stamp) =>
    withVip(part, vip.ip, isCounted ? claimable : (now) => admitted(now, stamp)),
  );
}

/** The claim is allowed. If the host cannot make it, it is a possible holder that another succeeds. */
function settle(turn: Turn, group: GroupPart, vip: Vip): void {
  if (isClaimed(turn, group, vip)) {
    turn.change(group.name, (part) => withVip(part, vip.ip, settled));
    return;
  }
  const unfitFor = turn.lasting(group.name, `unfit ${vip.ip}`, !isFit(turn, group, vip));
  if (unfitFor >= group.settings.downAfterMs) leave(turn, group, vip);
}

function isFit(turn: Turn, group: GroupPart, vip: Vip): boolean {
  if (vip.node === null || isRefused(turn, group, vip)) return false;
  return willingHolders(turn, group, vip).includes(vip.node);
}

/** Who may be asked to serve it while somebody does. */
function willingHolders(turn: Turn, group: GroupPart, vip: Vip): readonly NodeName[] {
  return fitHolders(turn, group, vip, shunned(turn, group, vip, { inNeed: false }));
}

function considerMove(turn: Turn, group: GroupPart, vip: Vip): void {
  const fits = isFit(turn, group, vip);
  const unfitFor = turn.lasting(group.name, `unfit ${vip.ip}`, !fits);
  if (!fits) {
    if (unfitFor >= group.settings.downAfterMs) leave(turn, group, vip);
    return;
  }
  const fit = willingHolders(turn, group, vip);
  const heaviest = loadOf(group, vip.node);
  const lightest = Math.min(...fit.map((name) => loadOf(group, name)));
  const uneven = heaviest - lightest > 1;
  if (turn.lasting(group.name, `uneven ${vip.ip}`, uneven) > BALANCE_AFTER_MS)
    moveToLightest(turn, group, vip, fit);
}

/** It is served by nobody, or not where it should be, or has no place yet. */
function leave(turn: Turn, group: GroupPart, vip: Vip): void {
  const bad = vip.node === null ? [] : [vip.node];
  const shunnedNow = shunned(turn, group, vip, { inNeed: true });
  moveToLightest(turn, group, vip, fitHolders(turn, group, vip, [...bad, ...shunnedNow]));
}

function moveToLightest(turn: Turn, group: GroupPart, vip: Vip, fit: readonly NodeName[]): void {
  const best = fit.toSorted((a, b) => loadOf(group, a) - loadOf(group, b) || (a < b ? -1 : 1))[0];
  if (best === undefined || best === vip.node) return;
  shun(turn, group, vip);
  moveReader(turn, group, vip, best);
}

/** Begins the move; whoever serves it now is to be proven empty first. */
export function moveReader(turn: Turn, group: GroupPart, { ip, holders }: Vip, to: NodeName): void {
  turn.lasting(group.name, `unmarked ${ip}`, false);
  const silent = holders.filter((name) => !heardWithin(turn, group, name, 1000));
  turn.change(group.name, (part, stamp) =>
    withVip(part, ip, (now) => movedTo(now, stamp, to, { unproven: now.holders, silent })),
  );
}

/**
 * Healthy replicas whose guard is reached and whose register counts; the master if there is none, and it
 * answers: when it is dead every replica has lost its link, and one that answers with old data is better
 * than a host where nobody does. If nobody is left who counts, any host will do that can come to count:
 * whoever could admit it in time may be off for good.
 */
export function fitHolders(
  turn: Turn,
  group: GroupPart,
  vip: Vip,
  failed: readonly NodeName[] = [],
): readonly NodeName[] {
  const able = group.nodes.filter(({ name }) => !failed.includes(name));
  const counting = fitAmong(turn, group, able, (name) => counts(group, vip, name));
  if (counting.length > 0) return counting;
  return fitAmong(turn, group, able, (name) => mayBeRead(turn, group, vip, name));
}

/** Whether its register is one that every reader of the epoch asks; without registers nobody asks. */
export function counts({ backend }: GroupPart, { readSet }: Vip, node: NodeName): boolean {
  return backend === "off" || readSet[node] === "in";
}

function fitAmong(
  turn: Turn,
  group: GroupPart,
  nodes: readonly Node[],
  may: (name: NodeName) => boolean,
): readonly NodeName[] {
  const { evidence } = turn.local(group.name);
  const answering = nodes.filter(({ name }) => {
    const isReached = heardWithin(turn, group, name, 2000);
    return isReached && candidateOf(evidence, name, turn.now).reachable && may(name);
  });
  const replicas = answering.filter((node) => {
    if (node.name === group.master || node.admin !== "online") return false;
    const { info } = candidateOf(evidence, node.name, turn.now);
    return info?.role === "replica" && info.link === "up" && !info.loading && !info.syncing;
  });
  const masters = answering.filter(({ name }) => name === group.master);
  return (replicas.length > 0 ? replicas : masters).map(({ name }) => name);
}

function loadOf(group: GroupPart, node: NodeName | null): number {
  return group.vips.filter((vip) => vip.role === "reader" && vip.node === node).length;
}
