/** Which kinds of faults a profile may contain; which of them occur in a run, its seed decides. */
import { FAULT_KINDS, type FaultKind } from "./nemesis.ts";

export type Profile =
  | "calm"
  | "monitors"
  | "hosts"
  | "network"
  | "operations"
  | "membership"
  | "people"
  | "all";

export const PROFILES: Readonly<Record<Profile, readonly FaultKind[]>> = {
  calm: [],
  monitors: [
    "isolate-monitor",
    "halve-monitors",
    "crash-monitor",
    "crash-all-monitors",
    "stop-monitor",
    "crash-leader-soon",
    "full-disk-of-monitor",
    "own-network",
    "switchover",
  ],
  hosts: [
    "isolate-host",
    "kill-redis",
    "hang-redis",
    "power-off",
    "prune-addresses",
    "lose-guard",
    "flush-register",
    "full-disk-of-host",
  ],
  network: [
    "cut-link",
    "cut-leader-from-holder",
    "isolate-monitor",
    "isolate-host",
    "halve-monitors",
    "bad-links",
    "own-network",
    "lose-answers",
    "switchover",
  ],
  operations: [
    "switchover",
    "switchover-and-crash",
    "crash-leader-soon",
    "stop-monitor",
    "cut-leader-from-holder",
    "operator",
    "lose-guard",
  ],
  membership: [
    "reload",
    "add-monitor",
    "remove-monitor",
    "replace-monitor",
    "switchover",
    "crash-leader-soon",
    "crash-monitor",
    "stop-monitor",
    "isolate-monitor",
    "isolate-host",
    "cut-leader-from-holder",
    "power-off",
  ],
  people: [
    "pause",
    "wait",
    "acknowledge",
    "ask",
    "hook-is-moody",
    "switchover",
    "switchover-and-crash",
    "operator",
    "reload",
    "kill-redis",
    "hang-redis",
    "isolate-host",
    "power-off",
    "crash-leader-soon",
    "stop-monitor",
  ],
  all: FAULT_KINDS,
};
export const PROFILE_NAMES = Object.keys(PROFILES) as readonly Profile[];
