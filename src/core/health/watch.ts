/**
 * One monitor's own observation of one node: what its probes saw, and the vote that follows.
 *
 * A watch remembers little: the last reply, the last INFO, and since when the present opinion holds
 * without a break. Silence counts from the last reply (not from the first timeout), so that the
 * verdict can demand `down_after` exactly. A refusal counts only when a second one, 50 ms later,
 * confirms it: a listen backlog that overflows for a moment, or a supervisor's quick restart, also
 * looks refused once.
 */
import type { Draft } from "../draft.ts";
import type { GroupName, Instant, NodeName } from "../ids.ts";
import type { GroupSettings } from "../settings.ts";
import { isSilence } from "./own-network.ts";
import { type Meaning, meaningOf, type VoteReason } from "./opinion.ts";
import type { NodeInfo, NodeVote, ProbeResult, VoteKind } from "./types.ts";

/** Two refusals at least this far apart make a `refused` vote. */
export const REFUSAL_GAP_MS = 50;

interface Opinion {
  readonly vote: VoteKind;
  readonly reason: VoteReason | null;
  readonly since: Instant;
}

interface Flight {
  readonly startedAt: Instant;
  /** This monitor slept meanwhile: a timeout proves nothing. */
  readonly spoiled: boolean;
  /** It was noticed that the answer is late. */
  readonly late: boolean;
}

export interface NodeWatch {
  readonly opinion: Opinion;
  /** At most one probe at a time. */
  readonly inFlight: Flight | null;
  readonly lastStartedAt: Instant | null;
  /** A probe that should not wait for the interval. */
  readonly dueAt: Instant | null;
  /** Silence counts from here: the last answer of any kind, or the beginning of the watch. */
  readonly quietFrom: Instant;
  readonly lastGoodAt: Instant | null;
  readonly latencyMs: number | null;
  readonly busySince: Instant | null;
  readonly firstRefusedAt: Instant | null;
  /** The newest INFO. `askedAt` is when its probe started: the data are not older than that. */
  readonly seen: {
    readonly info: NodeInfo;
    readonly askedAt: Instant;
    readonly at: Instant;
  } | null;
  /** Start of the earlier of the two probes between which the applied offset grew. */
  readonly grewAfter: Instant | null;
  readonly linkSeenUpFor: string | null;
}

export function createWatch(now: Instant): NodeWatch {
  return {
    opinion: { vote: "unknown", reason: "not probed yet", since: now },
    inFlight: null,
    lastStartedAt: null,
    dueAt: now,
    quietFrom: now,
    lastGoodAt: null,
    latencyMs: null,
    busySince: null,
    firstRefusedAt: null,
    seen: null,
    grewAfter: null,
    linkSeenUpFor: null,
  };
}

function changed(watch: NodeWatch, change: Partial<NodeWatch>): NodeWatch {
  return Object.assign(copyOf(watch), change);
}

/** For what each probe renews: to assign a field costs a quarter of what `Object.assign` does. */
function copyOf(watch: NodeWatch): Draft<NodeWatch> {
  return {
    opinion: watch.opinion,
    inFlight: watch.inFlight,
    lastStartedAt: watch.lastStartedAt,
    dueAt: watch.dueAt,
    quietFrom: watch.quietFrom,
    lastGoodAt: watch.lastGoodAt,
    latencyMs: watch.latencyMs,
    busySince: watch.busySince,
    firstRefusedAt: watch.firstRefusedAt,
    seen: watch.seen,
    grewAfter: watch.grewAfter,
    linkSeenUpFor: watch.linkSeenUpFor,
  };
}

/** A probe that was still in flight is taken for a timeout: its outcome must then be dropped. */
export function probeStarted(watch: NodeWatch, now: Instant): NodeWatch {
  const settled = watch.inFlight === null ? watch : silenced(watch, "reply timeout");
  const next = copyOf(settled);
  next.inFlight = { startedAt: now, spoiled: false, late: false };
  next.lastStartedAt = now;
  next.dueAt = null;
  return next;
}

/** An answer comes so much later than the last one did, as a rule, only if something is wrong. */
const LATE_MS = 60;

/** Farther no host may be (permits do not live for longer): what took longer was slow. */
const FARTHEST_MS = 170;

/** How long the way there and back takes, by its last answer. */
export function roundTripMs({ latencyMs }: NodeWatch): number {
  return Math.min(latencyMs ?? 0, FARTHEST_MS);
}

/** When the answer that is awaited of a node that was well is late; Infinity: none is, or that was noticed. */
export function lateAt(watch: NodeWatch): Instant {
  const { inFlight, opinion } = watch;
  if (inFlight === null || inFlight.late || inFlight.spoiled || opinion.vote !== "up")
    return Infinity;
  return inFlight.startedAt + LATE_MS + roundTripMs(watch);
}

export function foundLate(watch: NodeWatch): NodeWatch {
  return watch.inFlight === null
    ? watch
    : changed(watch, { inFlight: { ...watch.inFlight, late: true } });
}

/** The kept connection is gone, or something else makes this node worth a look now. */
export function suspectConnection(watch: NodeWatch, now: Instant): NodeWatch {
  return changed(watch, { dueAt: watch.dueAt === null ? now : Math.min(watch.dueAt, now) });
}

/** This monitor was away for `ms`: no vote until the next result, and that time is no silence of the node. */
export function stalled(watch: NodeWatch, ms: number): NodeWatch {
  return changed(watch, {
    opinion: { vote: "unknown", reason: "stalled", since: watch.opinion.since },
    inFlight: watch.inFlight === null ? null : { ...watch.inFlight, spoiled: true },
    quietFrom: watch.quietFrom + ms,
    firstRefusedAt: null,
  });
}

/** Its host or its Redis answers, in whatever way. */
export function isHeard({ opinion }: NodeWatch): boolean {
  return opinion.vote !== "unknown" && !isSilence(opinion);
}

/** Until now this monitor's own network was down: only what a node is silent from here on counts. */
export function excused(watch: NodeWatch, now: Instant): NodeWatch {
  const { opinion } = watch;
  return changed(watch, {
    opinion: isSilence(opinion) ? { ...opinion, since: now } : opinion,
    quietFrom: now,
  });
}

export function observed(
  watch: NodeWatch,
  result: ProbeResult,
  at: { readonly now: Instant },
  settings: GroupSettings,
): NodeWatch {
  const meaning = meaningOf(result);
  switch (meaning.kind) {
    case "answer":
      return answered(learned(watch, result, at.now), meaning, at.now);
    case "pulse":
      return alive(learned(watch, result, at.now), at.now);
    case "busy":
      return busy(learned(watch, result, at.now), at.now, settings.busyGraceMs);
    case "refusal":
      return refused(watch, at.now);
    case "silence":
      return silenced(watch, meaning.reason);
  }
}

/** Facts that any reply brings, whatever it means for the vote. */
function learned(watch: NodeWatch, result: ProbeResult, now: Instant): NodeWatch {
  if (result.kind !== "info" && result.kind !== "error-reply" && result.kind !== "pong")
    return watch;
  const heard = copyOf(watch);
  heard.lastGoodAt = now;
  heard.latencyMs = result.latencyMs;
  return result.kind === "pong" || result.info === null ? heard : read(heard, result.info, now);
}

function read(watch: NodeWatch, info: NodeInfo, now: Instant): NodeWatch {
  const linked = info.role === "replica" && info.link === "up" && !info.syncing && !info.loading;
  const next = copyOf(watch);
  next.seen = { info, askedAt: watch.inFlight?.startedAt ?? now, at: now };
  if (grewBetween(watch.seen?.info, info)) next.grewAfter = watch.seen?.askedAt ?? null;
  if (linked) next.linkSeenUpFor = info.runId;
  return next;
}

/** Only the same process following the same stream can testify that its master still writes. */
function grewBetween(before: NodeInfo | undefined, after: NodeInfo): boolean {
  if (before === undefined || before.runId !== after.runId || before.replId !== after.replId)
    return false;
  if (before.appliedOffset === null || after.appliedOffset === null) return false;
  return after.appliedOffset > before.appliedOffset;
}

function answered(
  watch: NodeWatch,
  meaning: Meaning & { kind: "answer" },
  now: Instant,
): NodeWatch {
  const { opinion } = watch;
  const same = opinion.vote === meaning.vote && opinion.reason === meaning.reason;
  const next = copyOf(watch);
  next.inFlight = null;
  next.dueAt = null;
  if (!same) next.opinion = { vote: meaning.vote, reason: meaning.reason, since: now };
  next.quietFrom = now;
  next.busySince = null;
  next.firstRefusedAt = null;
  return next;
}

/** A pulse says nothing new of an `up`; of anything else it asks for a closer look, as does a lost connection. */
function alive(watch: NodeWatch, now: Instant): NodeWatch {
  const { opinion, dueAt } = watch;
  const next = copyOf(watch);
  next.inFlight = null;
  next.dueAt = opinion.vote === "up" ? dueAt : now;
  next.quietFrom = now;
  next.busySince = null;
  next.firstRefusedAt = null;
  return next;
}

function busy(watch: NodeWatch, now: Instant, graceMs: number): NodeWatch {
  const busySince = watch.busySince ?? now;
  const vote = now - busySince > graceMs ? "silent" : "degraded";
  return changed(watch, {
    inFlight: null,
    dueAt: null,
    opinion: { vote, reason: "busy", since: busySince },
    quietFrom: now,
    busySince,
    firstRefusedAt: null,
  });
}

function refused(watch: NodeWatch, now: Instant): NodeWatch {
  const firstRefusedAt = watch.firstRefusedAt ?? now;
  const confirmed = now - firstRefusedAt >= REFUSAL_GAP_MS;
  return changed(watch, {
    inFlight: null,
    opinion: confirmed ? { vote: "refused", reason: null, since: firstRefusedAt } : watch.opinion,
    firstRefusedAt,
    dueAt: confirmed ? null : firstRefusedAt + REFUSAL_GAP_MS,
  });
}

/** One silence goes on while its reason changes: a script that outstayed its grace, then a hang. */
function silenced(watch: NodeWatch, reason: VoteReason): NodeWatch {
  if (watch.inFlight?.spoiled === true) return changed(watch, { inFlight: null, dueAt: null });
  const since = watch.opinion.vote === "silent" ? watch.opinion.since : watch.quietFrom;
  return changed(watch, {
    inFlight: null,
    dueAt: null,
    opinion: { vote: "silent", reason, since },
  });
}

export interface WatchedNode {
  readonly group: GroupName;
  readonly node: NodeName;
}

/** The vote as it would be sent at `now`. `guard` comes from this monitor's channel to the host. */
export function voteOf(
  watch: NodeWatch,
  now: Instant,
  guard: NodeVote["guard"],
  ids: WatchedNode,
): NodeVote {
  const age = (instant: Instant | null | undefined): number | null =>
    instant === null || instant === undefined ? null : Math.max(0, now - instant);
  const { opinion } = watch;
  return {
    group: ids.group,
    node: ids.node,
    vote: opinion.vote,
    reason: opinion.reason,
    sinceMs: Math.max(0, now - opinion.since),
    lastGoodMs: age(watch.lastGoodAt),
    latencyMs: watch.latencyMs,
    info: watch.seen?.info ?? null,
    infoAgeMs: age(watch.seen?.at),
    grewMs: age(watch.grewAfter),
    linkSeenUpFor: watch.linkSeenUpFor,
    guard,
  };
}
