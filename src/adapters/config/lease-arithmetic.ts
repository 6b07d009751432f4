/**
 * What the chosen durations add up to: how long a host may be silent before somebody else may take
 * over its VIP, and whether renewals arrive in time on an ordinary network.
 */
import {
  type GroupSettings,
  permitMsFor,
  renewalIntervalMs,
  waitingTimeMs,
} from "../../core/settings.ts";
import { guardUnheardMs } from "../../core/health/news.ts";
import { PERMIT_SHARE } from "../../core/vip/stand.ts";
import { showDuration } from "./values.ts";

/** A slow local network, unless somebody says how far the hosts are from each other. */
export const ASSUMED_RTT_MS = 20;
/** Committing, promoting and claiming, after the waiting time. */
export const ACTING_MS = 100;
/** The time in which a monitor takes over the renewals of one that died. */
const TAKE_OVER_MS = 300;
/** From then on: a permit and its answer, the shows and their answers, the claim's way. */
const ROUND_TRIPS_OF_TAKE_OVER = 2.5;
const ROUND_TRIPS_BEFORE_CLAIM = 2;
/** The guard's own part of an answer. */
const GUARD_MS = 20;
/** A smaller one leaves permits no longer: they are not relied on for their last tenth anyhow. */
const ORDINARY_DRIFT = 0.1;
/** What the advice is rounded up to, and the longest lease that the configuration takes. */
const LEASE_STEP_MS = 100;
const LONGEST_LEASE_MS = 300_000;

export interface LeaseArithmetic {
  /** W: from a mark on another host until the silent one serves nothing, for certain. */
  readonly waitMs: number;
  readonly renewalMs: number;
  /** About how long a VIP is away when its host loses all power. */
  readonly unpluggedMs: number;
  /** Time to spare for a permit and for a lease; negative: some renewals come late. */
  readonly permitSpareMs: number;
  readonly leaseSpareMs: number;
}

/** @param rttMs between a monitor and a host, there and back */
export function leaseArithmetic(settings: GroupSettings, rttMs = ASSUMED_RTT_MS): LeaseArithmetic {
  const { leaseMs, permitMs, clockDrift, downAfterMs } = settings;
  const waitMs = waitingTimeMs(leaseMs, permitMs, clockDrift);
  return {
    waitMs,
    renewalMs: renewalIntervalMs(leaseMs),
    unpluggedMs: Math.max(downAfterMs, silenceMs(settings, rttMs) + waitMs) + ACTING_MS,
    permitSpareMs: permitSpareMs(leaseMs, permitMs, clockDrift, rttMs),
    leaseSpareMs: leaseSpareMs(leaseMs, clockDrift, rttMs),
  };
}

/** Rule 10: a holder that was silent this long has its waiting time started. */
export function silenceMs(settings: GroupSettings, rttMs: number): number {
  return guardUnheardMs(settings, settings.leaseMs, rttMs);
}

/**
 * A claim brings the permit for the next, which leaves when it is due. But the first of a holder needs a
 * permit, then word from a majority or from the other nodes, and both while the permit is young.
 */
function permitSpareMs(leaseMs: number, permitMs: number, drift: number, rttMs: number): number {
  const age = Math.max(renewalIntervalMs(leaseMs), ROUND_TRIPS_BEFORE_CLAIM * rttMs + GUARD_MS);
  return Math.floor(permitMs * Math.min(PERMIT_SHARE, 1 - drift) - age);
}

function leaseSpareMs(leaseMs: number, drift: number, rttMs: number): number {
  const need = renewalIntervalMs(leaseMs) + TAKE_OVER_MS + ROUND_TRIPS_OF_TAKE_OVER * rttMs;
  return Math.floor(leaseMs / (1 + drift) - need);
}

/** Continuity only: a renewal that comes late takes the VIP away for a moment, never gives it twice. */
export function leaseWarnings(settings: GroupSettings, rttMs = ASSUMED_RTT_MS): readonly string[] {
  const { permitSpareMs, leaseSpareMs } = leaseArithmetic(settings, rttMs);
  const warnings: string[] = [];
  if (permitSpareMs < 0) {
    warnings.push(
      `vip_lease: with ${settings.leaseMs} ms a permit of ${settings.permitMs} ms is ${-permitSpareMs} ms too old when it is used with a round trip of ${rttMs} ms; the VIP may be served by nobody. ${remedy(settings, rttMs)}`,
    );
  } else if (leaseSpareMs < 0) {
    warnings.push(
      `vip_lease: ${settings.leaseMs} ms is ${-leaseSpareMs} ms too short to outlive the death of a monitor with a round trip of ${rttMs} ms; the VIP will blink then. ${remedy(settings, rttMs)}`,
    );
  }
  if (settings.leaseMs < settings.downAfterMs) {
    warnings.push(
      `vip_lease (${settings.leaseMs} ms) is shorter than down_after (${settings.downAfterMs} ms): an outage too short for a failover already takes the VIP away`,
    );
  }
  return warnings;
}

function remedy({ clockDrift }: GroupSettings, rttMs: number): string {
  const leaseMs = shortestLease(clockDrift, rttMs);
  if (leaseMs !== null) return `Write vip_lease = ${showDuration(leaseMs)} or more`;
  if (clockDrift > ORDINARY_DRIFT && shortestLease(ORDINARY_DRIFT, rttMs) !== null)
    return `Write clock_drift = ${ORDINARY_DRIFT}`;
  const farthest = Math.floor(
    (permitMsFor(LONGEST_LEASE_MS) * PERMIT_SHARE - GUARD_MS) / ROUND_TRIPS_BEFORE_CLAIM,
  );
  return `No setting helps: a monitor must be within ${farthest} ms of the hosts`;
}

/** Permits grow with the lease only up to a limit: if they are too short then, no lease is long enough. */
function shortestLease(drift: number, rttMs: number): number | null {
  for (let leaseMs = LEASE_STEP_MS; leaseMs <= LONGEST_LEASE_MS; leaseMs += LEASE_STEP_MS) {
    const ofPermit = permitSpareMs(leaseMs, permitMsFor(leaseMs), drift, rttMs);
    if (ofPermit >= 0 && leaseSpareMs(leaseMs, drift, rttMs) >= 0) return leaseMs;
  }
  return null;
}
