/**
 * What a failover of the present master would meet: the rules by which one begins
 * (`operation/admission.ts`), asked before anything calls for it, on what this monitor sees.
 */
import { candidatesOf } from "./health/facts.ts";
import { chooseSuccessor } from "./health/successor.ts";
import type { At } from "./ids.ts";
import type { MonitorState } from "./local.ts";
import { coolingDown, turnedBackFor } from "./operation/cooldown.ts";
import { preFailoverStatus } from "./operation/pre-failover.ts";
import { waitingTimeMs } from "./settings.ts";
import { type GroupPart, writerVip } from "./state.ts";
import type { OutlookStatus, SettingsStatus } from "./status-types.ts";

export function outlookOf(state: MonitorState, group: GroupPart, at: At): OutlookStatus {
  const evidence = state.groups[group.name]?.evidence ?? {};
  const { master } = group;
  const candidates = candidatesOf(group, evidence, at.now);
  const { chosen, best } = chooseSuccessor({
    group,
    from: master,
    candidates,
    preferred: null,
    excluded: [],
  });
  return {
    successor: chosen,
    best_with_loss: chosen === null ? best : null,
    cooldown_left_ms: master === null ? null : coolingDown(group, master, at.wall),
    turned_back_left_ms: master === null ? null : turnedBackFor(group, master, at.wall),
    fencing: fencingOf(group),
    pre_failover: preFailoverStatus(group, state.groups[group.name]?.errands ?? {}),
  };
}

/** How the old master's host is proven not to serve, if it cannot be reached. */
function fencingOf(group: GroupPart): OutlookStatus["fencing"] {
  if (writerVip(group) === undefined) return "none";
  if (group.backend === "nft") return "lease";
  return group.settings.fenceCommand === null ? "release" : "command";
}

export function settingsStatus({ settings }: GroupPart): SettingsStatus {
  const { leaseMs, permitMs, clockDrift } = settings;
  return {
    probe_interval_ms: settings.probeIntervalMs,
    down_after_ms: settings.downAfterMs,
    restart_grace_ms: settings.restartGraceMs,
    busy_grace_ms: settings.busyGraceMs,
    max_lag_bytes: settings.maxLagBytes,
    cooldown_ms: settings.cooldownMs,
    vip_lease_ms: leaseMs,
    waiting_time_ms: waitingTimeMs(leaseMs, permitMs, clockDrift),
    has_fence_command: settings.fenceCommand !== null,
  };
}
