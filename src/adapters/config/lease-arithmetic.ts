/**
 * What the chosen durations add up to: how long a host may be silent before somebody else may take
 * over its VIP, and whether renewals arrive in time on an ordinary network.
 */
import { type GroupSettings, renewalIntervalMs, waitingTimeMs } from "../../core/settings.ts";

/** A slow local network. The true one is measured only once the monitors run. */
const ASSUMED_RTT_MS = 20;
/** Rule 10: a holder that was silent this long has its waiting time started. */
export const SILENCE_MS = 350;
/** Committing, promoting and claiming, after the waiting time. */
export const ACTING_MS = 100;
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

export function leaseArithmetic(settings: GroupSettings): LeaseArithmetic {
  const { leaseMs, permitMs, clockDrift, downAfterMs } = settings;
  const waitMs = waitingTimeMs(leaseMs, permitMs, clockDrift);
  const renewalMs = renewalIntervalMs(leaseMs);
  const permitNeed = renewalMs + 1.5 * ASSUMED_RTT_MS;
  const leaseNeed = renewalMs + TAKE_OVER_MS + 2.5 * ASSUMED_RTT_MS;
  return {
    waitMs,
    renewalMs,
    unpluggedMs: Math.max(downAfterMs, SILENCE_MS + waitMs) + ACTING_MS,
    permitSpareMs: Math.floor(permitMs * (1 - clockDrift) - permitNeed),
    leaseSpareMs: Math.floor(leaseMs / (1 + clockDrift) - leaseNeed),
  };
}

/** Continuity only: a renewal that comes late takes the VIP away for a moment, never gives it twice. */
export function leaseWarnings(settings: GroupSettings): readonly string[] {
  const { permitSpareMs, leaseSpareMs } = leaseArithmetic(settings);
  const warnings: string[] = [];
  if (permitSpareMs < 0) {
    warnings.push(
      `vip_lease: permits live ${settings.permitMs} ms, ${-permitSpareMs} ms less than a renewal needs with a round trip of ${ASSUMED_RTT_MS} ms and this clock_drift; the VIP will blink. Write a longer vip_lease or a smaller clock_drift`,
    );
  }
  if (leaseSpareMs < 0) {
    warnings.push(
      `vip_lease: ${settings.leaseMs} ms is ${-leaseSpareMs} ms too short to outlive the death of a monitor with a round trip of ${ASSUMED_RTT_MS} ms; the VIP will blink then. Write a longer vip_lease or a smaller clock_drift`,
    );
  }
  if (settings.leaseMs < settings.downAfterMs) {
    warnings.push(
      `vip_lease (${settings.leaseMs} ms) is shorter than down_after (${settings.downAfterMs} ms): an outage too short for a failover already takes the VIP away`,
    );
  }
  return warnings;
}
