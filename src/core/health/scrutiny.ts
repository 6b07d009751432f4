/**
 * How often a node is probed, how much is asked, and how long that may take. While every node of a group is
 * up and in its place, most probes are mere pulses, INFO follows twice a second, and those that nobody uses
 * are asked less often than the master. As soon as anything is odd, here or to a majority, or there is no master yet,
 * every probe of every node of the group asks for all, at the full pace: the replicas are witnesses then, and may have
 * to be chosen from. Only where that are many is it slower: what news there is makes a node worth a look at once. A
 * switchover is not odd: who conducts it reads the nodes itself, and clients wait for them.
 */
import type { Instant, NodeName } from "../ids.ts";
import type { GroupSettings } from "../settings.ts";
import type { GroupPart, Operation, Phase } from "../state.ts";
import type { ProbeDepth } from "./types.ts";
import type { NodeWatch } from "./watch.ts";

/** A little less than half a second, so that one that goes along with the fourth heartbeat is a full one. */
const INFO_AFTER_MS = 450;
/** A little less than two heartbeats, to go along with the second. */
const BYSTANDER_EVERY_MS = 230;

/**
 * Many groups in which something is odd, as at the first start or when a rack has failed, would keep a monitor so busy
 * that it misses heartbeats, and takes replicas for silent: each node of theirs adds so much …
 */
const ODD_NODE_MS = 2;
/** … up to half of the age at which an INFO is too old to go by … */
const ODD_MOST_MS = 700;
/** … and so that of a replica that grows two probes and an answer fit into `down_after`, or its veto would lapse in between. */
const ODD_MOST_SHARE = 3 / 8;

/** The core gives up a probe this long after its adapter should have. */
const ADAPTER_SLACK_MS = 250;

type Watches = Readonly<Record<NodeName, NodeWatch>>;

/** What a monitor sees of a group, and whether a majority has just said that the master does not answer. */
export interface Sight {
  readonly watches: Watches;
  readonly isDenied: boolean;
}

/** When the probes of a group are due, as long as these are what they are made from. */
export interface ProbePlan {
  readonly watches: Watches;
  readonly isDenied: boolean;
  readonly leads: boolean;
  readonly group: GroupPart;
  readonly calm: boolean;
  /** The first that may start, if there is a turn. */
  readonly startAt: Instant;
  /** When there must be one. */
  readonly wakeAt: Instant;
}

/** Nobody's testimony is needed, and nobody may have to be chosen. */
export function isCalm(group: GroupPart, { watches, isDenied }: Sight): boolean {
  if (group.operation?.kind === "failover" || group.master === null || isDenied) return false;
  return group.nodes.every(
    ({ name }) => isWell(watches[name]) && isInPlace(group, name, watches[name]),
  );
}

/** `up` says of a replica that its link stands, and of any node that it is not loading. */
function isWell(watch: NodeWatch | undefined): watch is NodeWatch {
  if (watch === undefined || watch.seen === null) return false;
  return watch.opinion.vote === "up" && watch.dueAt === null && watch.firstRefusedAt === null;
}

/** A switchover changes who is what before it is agreed on, or after. */
function isInPlace(group: GroupPart, node: NodeName, watch: NodeWatch | undefined): boolean {
  if (isSwitching(group)) return true;
  return watch?.seen?.info.role === (node === group.master ? "master" : "replica");
}

type Switching = GroupPart & { readonly operation: Operation };

/** What changes meanwhile was asked for. */
export function isSwitching(group: GroupPart | undefined): group is Switching {
  return group?.operation?.kind === "switchover";
}

/** In these clients wait, and whoever conducts it notices by itself if a node breaks away. */
const HANDING_OVER: readonly Phase[] = ["handover", "claim"];

function isHandingOver(group: GroupPart): boolean {
  return isSwitching(group) && HANDING_OVER.includes(group.operation.phase);
}

export function depthOf(group: GroupPart, sight: Sight, node: NodeName, now: Instant): ProbeDepth {
  const seen = sight.watches[node]?.seen ?? null;
  if (seen === null || now - seen.askedAt >= INFO_AFTER_MS) return "full";
  return isCalm(group, sight) ? "pulse" : "full";
}

/**
 * Time between two probes of a node.
 * @param calm what `isCalm` says of its group
 * @param oddNodes how many there are in all groups that are not
 */
export function probeEveryMs(
  group: GroupPart,
  node: NodeName,
  calm: boolean,
  oddNodes: number,
): number {
  const { probeIntervalMs, downAfterMs } = group.settings;
  const oddMost = Math.min(ODD_MOST_MS, downAfterMs * ODD_MOST_SHARE);
  if (!calm) return Math.max(probeIntervalMs, Math.min(oddNodes * ODD_NODE_MS, oddMost));
  return isBystander(group, node) || isHandingOver(group)
    ? Math.max(probeIntervalMs, BYSTANDER_EVERY_MS)
    : probeIntervalMs;
}

/** Neither the master, nor on its way back, nor a host that may serve a virtual IP. */
function isBystander({ master, rejoining, vips }: GroupPart, node: NodeName): boolean {
  if (node === master || rejoining[node] !== undefined) return false;
  return vips.every((vip) => vip.node !== node && !vip.holders.includes(node));
}

/** How long a probe's adapter may take. Four probes fit into `down_after`. */
export function probeDeadlineMs(settings: GroupSettings): number {
  return Math.max(settings.probeIntervalMs, Math.floor(settings.downAfterMs / 4));
}

/** So much later than it is due a regular probe starts at last, if nothing takes it along before. */
export function probePatienceMs({ probeIntervalMs }: GroupSettings): number {
  return probeIntervalMs / 4;
}

/**
 * When to start a probe; while one is in flight, when to take it for a timeout and start the next.
 * @param everyMs between two regular ones
 */
export function nextProbeAt(
  watch: NodeWatch,
  settings: GroupSettings,
  everyMs = settings.probeIntervalMs,
): Instant {
  if (watch.inFlight !== null) {
    return watch.inFlight.startedAt + probeDeadlineMs(settings) + ADAPTER_SLACK_MS;
  }
  const regular = (watch.lastStartedAt ?? watch.quietFrom) + everyMs;
  return watch.dueAt === null ? regular : Math.min(watch.dueAt, regular);
}
