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

/** A slow local network, unless somebody says how far the hosts are from each other. */
export const ASSUMED_RTT_MS = 20;
/** Rule 10: a holder that was silent this long has its waiting time started. */
export const SILENCE_MS = 350;
/** Committing, promoting and claiming, after the waiting time. */
export const ACTING_MS = 100;
/** Clocks that differ by less than this are not to be counted on. */
const LEAST_DRIFT = 0.01;
/** The time in which a monitor takes over the renewals of one that died. */
const TAKE_OVER_MS = 300;

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
  const renewalMs = renewalIntervalMs(leaseMs);
  const permitNeed = permitNeedMs(renewalMs, rttMs);
  const leaseNeed = renewalMs + TAKE_OVER_MS + 2.5 * rttMs;
  return {
    waitMs,
    renewalMs,
    unpluggedMs: Math.max(downAfterMs, SILENCE_MS + waitMs) + ACTING_MS,
    permitSpareMs: Math.floor(permitMs * (1 - clockDrift) - permitNeed),
    leaseSpareMs: Math.floor(leaseMs / (1 + clockDrift) - leaseNeed),
  };
}

function permitNeedMs(renewalMs: number, rttMs: number): number {
  return renewalMs + 1.5 * rttMs;
}

/** Continuity only: a renewal that comes late takes the VIP away for a moment, never gives it twice. */
export function leaseWarnings(settings: GroupSettings, rttMs = ASSUMED_RTT_MS): readonly string[] {
  const { permitSpareMs, leaseSpareMs } = leaseArithmetic(settings, rttMs);
  const warnings: string[] = [];
  if (permitSpareMs < 0) {
    warnings.push(
      `vip_lease: permits live ${settings.permitMs} ms, ${-permitSpareMs} ms less than a renewal needs with a round trip of ${rttMs} ms and this clock_drift; the VIP will blink. ${permitRemedy(settings, rttMs)}`,
    );
  }
  if (leaseSpareMs < 0) {
    warnings.push(
      `vip_lease: ${settings.leaseMs} ms is ${-leaseSpareMs} ms too short to outlive the death of a monitor with a round trip of ${rttMs} ms; the VIP will blink then. Write a longer vip_lease or a smaller clock_drift`,
    );
  }
  if (settings.leaseMs < settings.downAfterMs) {
    warnings.push(
      `vip_lease (${settings.leaseMs} ms) is shorter than down_after (${settings.downAfterMs} ms): an outage too short for a failover already takes the VIP away`,
    );
  }
  return warnings;
}

/** Permits grow with the lease up to a limit; beyond it only a smaller bound on the clocks leaves more of them. */
function permitRemedy({ leaseMs }: GroupSettings, rttMs: number): string {
  const longest = permitMsFor(Number.MAX_SAFE_INTEGER);
  const need = permitNeedMs(renewalIntervalMs(leaseMs), rttMs);
  if (permitMsFor(leaseMs) < longest) return "Write a longer vip_lease or a smaller clock_drift";
  const drift = Math.floor((1 - need / longest) * 100) / 100;
  if (drift >= LEAST_DRIFT) return `Write clock_drift = ${drift} or less`;
  const farthest = Math.floor((longest * (1 - LEAST_DRIFT) - renewalIntervalMs(leaseMs)) / 1.5);
  return `No setting helps: a monitor must be within ${farthest} ms of the hosts`;
}
