/**
 * Setting the other nodes right: whoever does not follow the master is made to. Level-triggered and
 * node by node; it holds nothing up, and a failover pre-empts it.
 *
 * An old master that comes back may hold the last copy of the data. So it first goes to the black
 * hole, where it keeps them and accepts nothing, and follows the master only while *that* answers
 * with the committed history, and nothing less of it than was ever seen.
 */
import { endedAt } from "../deeds.ts";
import { candidateOf, follows } from "../health/facts.ts";
import { currentReplId, positionOf } from "../health/lineage.ts";
import type { NodeInfo } from "../health/types.ts";
import type { NodeName } from "../ids.ts";
import { modeNow } from "../pause.ts";
import { withoutPromoted } from "../promoted.ts";
import { remembered } from "../remembered.ts";
import type { GroupPart, Node } from "../state.ts";
import { nodeOf } from "../state.ts";
import type { Turn } from "../turn.ts";
import { BLOCKED, BLOCKED_FROM, isLeftBlocked, tellOfBlocked } from "./blocked.ts";
import { infoOf, isDone, valueOf } from "./common.ts";
import { dropErrand } from "./drop-errand.ts";
import { Work } from "./errand.ts";
import { blackHole, isInBlackHole } from "./black-hole.ts";
import { incident, lastDeed, withPast } from "./outline.ts";
import { forgetRewrite, tellOfRewrite } from "./rewrite.ts";
import { endLapsedTurn, forgetTurn, giveBackTurn, mayCopy, tookTurn } from "./sync-turns.ts";
import { read, scopeOfTidying, tidy, unblock } from "./tidy.ts";
import { guardWrites, leaveWrites } from "./write-guard.ts";

/** Redis' own reconnects and our operations settle within this; what lasts longer is repaired. */
const STRANGE_FOR_MS = 300;
/** What justifies that a node follows the master is not older than this. */
const SOURCE_READ_EVERY_MS = 100;
/** What is seen of one that was told to follow is never older than this. */
const TOLD_AGAIN_MS = 1000;
/** In passive mode: how long after an operation everybody is set right, as it belongs to it. */
const REMAINDER_MS = 60_000;

export function repair(turn: Turn, group: GroupPart): void {
  const master = group.master === null ? undefined : nodeOf(group, group.master);
  if (master === undefined) return;
  dropRepairsOfOthers(turn, group);
  tellOfBlocked(turn, group);
  if (group.operation !== null) return dropRepairs(turn, group);
  for (const node of group.nodes) {
    if (modeNow(group) === "passive" && !isRemainder(turn, group, node))
      leaveAlone(turn, group, node);
    else if (node.name !== master.name) repairNode(turn, group, master, node);
    else if (tidy(turn, group, master)) guardWrites(turn, group, master);
  }
}

/** Who stops the replicas of a paused group must not stop the writes of its master with them. */
function leaveAlone(turn: Turn, group: GroupPart, node: Node): void {
  if (isLeftBlocked(group, node)) tidy(turn, group, node);
  else if (node.name === group.master && group.mode !== "passive") guardWrites(turn, group, node);
  else dropRepair(turn, group, node);
  if (group.mode === "passive") leaveWrites(turn, group);
}

/** What has to be set right, and has not been for so long. */
export function unrepaired(turn: Turn, group: GroupPart, lastedMs: number): readonly NodeName[] {
  const isAtWork = group.operation === null && modeNow(group) !== "passive";
  const { since } = turn.local(group.name);
  return group.nodes
    .map(({ name }) => name)
    .filter((name) => isAtWork && turn.now - (since[astray(name)] ?? Infinity) >= lastedMs);
}

/** Who only watches still ends what a person's command began. */
function isRemainder(turn: Turn, group: GroupPart, node: Node): boolean {
  const last = lastDeed(group);
  const ended = last === undefined ? -Infinity : endedAt(last);
  if (turn.at.wall - ended < REMAINDER_MS || node.name in group.rejoining) return true;
  const { info } = candidateOf(turn.local(group.name).evidence, node.name, turn.now);
  return info !== null && isInBlackHole(info);
}

/** Milestone: bytes that an old master had beyond the fork. */
const BEYOND = "beyond the fork";

const repairing = remembered((name) => `repair ${name}`);
const astray = remembered((name) => `astray ${name}`);

function scopeOf(node: Node): string {
  return repairing(node.name);
}

function isRepair(scope: string): boolean {
  return scope.startsWith("repair ") || scope.startsWith("tidy ");
}

function dropRepairs(turn: Turn, group: GroupPart): void {
  for (const node of group.nodes) dropRepair(turn, group, node);
}

function dropRepair(turn: Turn, group: GroupPart, node: Node): void {
  dropErrand(turn, group.name, scopeOf(node), group.nodes);
  dropErrand(turn, group.name, scopeOfTidying(node), group.nodes);
  forgetTurn(turn, group, node);
}

/** Of nodes that left the group. */
function dropRepairsOfOthers(turn: Turn, { name, nodes }: GroupPart): void {
  const isKnown = (scope: string) =>
    nodes.some((node) => scope === scopeOf(node) || scope === scopeOfTidying(node));
  for (const scope of Object.keys(turn.local(name).errands)) {
    if (!isRepair(scope) || isKnown(scope)) continue;
    dropErrand(turn, name, scope, nodes);
    forgetRewrite(turn, name, scope.slice(scope.indexOf(" ") + 1));
  }
}

function repairNode(turn: Turn, group: GroupPart, master: Node, node: Node): void {
  const seen = candidateOf(turn.local(group.name).evidence, node.name, turn.now);
  const { info } = seen;
  const isRejoining = node.name in group.rejoining;
  const wrong = seen.reachable && info !== null && (isAstray(info, master) || isRejoining);
  const lasted = turn.lasting(group.name, astray(node.name), wrong);
  // How one that rejoins gets on is looked at, too, whether or not anybody waits for its turn to end.
  if (!wrong || !isAstray(info, master)) giveBackTurn(turn, group, master, node);
  if (!wrong) {
    dropErrand(turn, group.name, scopeOf(node), group.nodes);
    tidy(turn, group, node);
    return;
  }
  // An old master is expected, and to be held at sight: what it accepts is lost.
  if (!isRejoining && lasted < STRANGE_FOR_MS) return;
  const isStray = info.role === "master" && !isRejoining;
  if (isStray) return hasOwnWrites(turn, group, node) ? undefined : beginRejoin(turn, group, node);
  follow(turn, group, master, node);
}

/** A second master that wrote something of its own: a person decides which data count. */
function hasOwnWrites(turn: Turn, group: GroupPart, node: Node): boolean {
  const { verdict } = turn.local(group.name);
  if (verdict.kind !== "two-masters") return true;
  return verdict.others.find((other) => other.node === node.name)?.ownWrites ?? true;
}

function isAstray(info: NodeInfo, master: Node): boolean {
  return info.role === "master" || !follows(info, master);
}

/** Committed first, so that whoever leads next knows that this node's data may be the last. */
function beginRejoin(turn: Turn, group: GroupPart, node: Node): void {
  if (turn.isChanging(group.name)) return;
  turn.report({
    kind: "repair",
    group: group.name,
    node: node.name,
    text: "an old master came back; it rejoins",
  });
  turn.change(group.name, (part, stamp) => ({
    ...part,
    rejoining: { ...part.rejoining, [node.name]: { since: stamp, minReplicas: null } },
  }));
}

function follow(turn: Turn, group: GroupPart, master: Node, node: Node): void {
  const work = new Work(turn, group.name, scopeOf(node));
  const now = infoOf(work.poll(node, "look", { kind: "info" }, 200));
  if (now?.role === "master" && now.loading) blockLoading(work, group, node);
  else if (now?.role === "master") hold(work, group, node, now);
  else if (now?.loading === false && bringBack(work, group, { master, node, now }))
    endRejoin(work, group, node);
}

interface Return {
  readonly master: Node;
  readonly node: Node;
  readonly now: NodeInfo;
}

/** True once it follows the master, in sync, with its own settings. */
function bringBack(work: Work, group: GroupPart, { master, node, now }: Return): boolean {
  if (!isDone(work.redis(node, "unpause", { kind: "unpause" }))) return false;
  if (!isMasterGood(work.turn, group, master)) return false;
  if (!repoint(work, group, { master, node, now })) return false;
  return restore(work, group, node) && now.link === "up" && !now.syncing;
}

/**
 * REPLICAOF is refused while it loads, and a moment later it would accept writes. So it is blocked, which
 * is allowed; what it was set to before is committed first, for whoever ends this.
 */
function blockLoading(work: Work, group: GroupPart, node: Node): void {
  const { turn } = work;
  const rejoining = group.rejoining[node.name];
  const value = valueOf(work.redis(node, "saved", { kind: "get-min-replicas" }));
  if (value === null || rejoining === undefined || turn.isChanging(group.name)) return;
  const isSaved = rejoining.minReplicas !== null || Number(value) >= BLOCKED_FROM;
  if (isSaved) return void work.redis(node, "block", BLOCKED);
  turn.change(group.name, (part) => ({
    ...part,
    rejoining: { ...part.rejoining, [node.name]: { ...rejoining, minReplicas: value } },
  }));
}

/** It keeps its data there, and accepts nothing. What it had beyond the fork will be lost: it is counted. */
function hold(work: Work, group: GroupPart, node: Node, now: NodeInfo): void {
  const { chain } = group.lineage;
  const own = chain.findIndex(({ replId }) => replId === now.replId);
  const fork = own < 0 ? undefined : chain[own + 1]?.forkOffset;
  if (fork !== undefined) work.reach(BEYOND, Math.max(0, now.offset - fork));
  const hole = blackHole(group.rejoining[node.name]?.since.version ?? 0);
  work.redis(node, "black hole", { kind: "follow", ...hole });
}

function repoint(work: Work, group: GroupPart, { master, node, now }: Return): boolean {
  const { turn } = work;
  if (!isAstray(now, master)) return true;
  if (!mayCopy(turn, group, master, node)) return false;
  const action = { kind: "follow", host: master.address, port: master.port } as const;
  // It was told, and goes astray again: then somebody moved it.
  const told = work.poll(node, "follow", action, TOLD_AGAIN_MS);
  const isToldNow = told.kind === "pending" && told.sinceMs === 0;
  if (isToldNow) endLapsedTurn(turn, group, node);
  tookTurn(turn, group, node);
  return isDone(told);
}

/** Whether the master still has what the others would copy from it: asked of itself, just now. */
function isMasterGood(turn: Turn, group: GroupPart, master: Node): boolean {
  if (!candidateOf(turn.local(group.name).evidence, master.name, turn.now).reachable) return false;
  const info = read(turn, group, master, SOURCE_READ_EVERY_MS);
  if (info === null || info.role !== "master" || info.loading) return false;
  if (info.replId !== currentReplId(group.lineage)) return false;
  return (positionOf(info, group.lineage) ?? -1) >= group.lineage.highWater;
}

function restore(work: Work, group: GroupPart, node: Node): boolean {
  const value = group.rejoining[node.name]?.minReplicas ?? null;
  if (value === null) {
    if (!unblock(work, group, node, "restore")) return false;
  } else if (!isDone(work.redis(node, "restore", { kind: "set-min-replicas", value }))) {
    return false;
  }
  const rewritten = work.redis(node, "rewrite", { kind: "rewrite" });
  tellOfRewrite(work.turn, group, node, rewritten);
  return rewritten.kind !== "pending";
}

function endRejoin(work: Work, group: GroupPart, node: Node): void {
  const { turn } = work;
  if (!(node.name in group.rejoining)) return;
  const beyond = work.reached(BEYOND);
  const lostBytes = typeof beyond === "number" ? beyond : null;
  if (turn.isChanging(group.name)) return;
  const { wall } = turn.at;
  const isNews = group.rejoining[node.name]?.left !== runIdOf(turn, group, node);
  turn.change(group.name, (part, stamp) => {
    const { [node.name]: _, ...rejoining } = part.rejoining;
    const next = withoutPromoted({ ...part, rejoining }, node.name);
    if (!isNews && !lostBytes) return next;
    const told = {
      kind: "rejoin",
      from: node.name,
      to: part.master,
      reason: "the old master came back and follows the new one",
      by: turn.state.name,
      lostBytes,
    } as const;
    return withPast(next, incident(told, stamp, wall));
  });
}

function runIdOf(turn: Turn, group: GroupPart, node: Node): string | null {
  return candidateOf(turn.local(group.name).evidence, node.name, turn.now).info?.runId ?? null;
}
