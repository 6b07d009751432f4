/**
 * The settings of a group that decide or fence. They are replicated: the configuration file only
 * proposes them (at genesis and at `mmm reload`). Two monitors with different values of these once
 * gave two holders of a VIP, so no monitor ever reads them from its own file.
 *
 * All durations are whole milliseconds.
 */
import type { NodeName } from "./ids.ts";

export interface GroupSettings {
  /** Time between two probes of a node. */
  readonly probeIntervalMs: number;
  /** A silent master is down after this long without any answer. */
  readonly downAfterMs: number;
  /** N: how long a host may serve a VIP without a renewal. */
  readonly leaseMs: number;
  /** T0: how long a permit lives, so how late a claim may still take effect. */
  readonly permitMs: number;
  /** ρ: bound on |clock rate − 1| of any host, a fraction. */
  readonly clockDrift: number;
  /** What was asked for; what is used stands in `GroupPart.backend`. */
  readonly leaseBackend: "auto" | "nft" | "off";
  readonly onQuorumLoss: "failsafe" | "drop";
  readonly onReboot: "auto" | "failover" | "wait";
  /** A refusing master is not down before this long (0: at once). */
  readonly restartGraceMs: number;
  /** A master that answers only BUSY is not down before this long. */
  readonly busyGraceMs: number;
  /** Bytes that a successor may lack of the highest offset seen. */
  readonly maxLagBytes: number;
  /** Quiet time after a failover, in which the same node is not failed over again. */
  readonly cooldownMs: number;
  /** More than this many outages within the window: the node waits for `mmm set_online`. */
  readonly flapCount: number;
  readonly flapWindowMs: number;
  /** Run on the leader as `sh -c`, with MMM_NODE and MMM_ADDRESS set; exit 0 proves the host fenced. */
  readonly fenceCommand: string | null;
  /** Asked by the leader before an automatic failover; absent: nobody is asked. */
  readonly preFailover?: AskedHook;
  /** Asked before a switchover that a person orders. */
  readonly preSwitchover?: AskedHook;
  /** Keep min-replicas-to-write at 1 while a healthy replica exists. */
  readonly writeGuard: boolean;
  /** How many replicas may copy a new master at once. Absent, as in the states of older versions: 1. */
  readonly parallelSyncs?: number;
  /** How long the master must have been ONLINE to end the mode `wait`; 0: that never does. */
  readonly waitForOtherMasterMs?: number;
  /** The node that is to be master as long as nothing speaks against it; absent: none is preferred. */
  readonly prefer?: Preference;
}

export interface Preference {
  readonly node: NodeName;
  /** How long it must have been fit without a break before the role is moved to it. */
  readonly afterMs: number;
}

export const DEFAULT_PARALLEL_SYNCS = 1;
export const DEFAULT_WAIT_FOR_OTHER_MASTER_MS = 120_000;

/** A command for `sh -c`: exit code 0 allows it, 10 forbids it. */
export interface AskedHook {
  readonly command: string;
  readonly timeoutMs: number;
  /** What any other end of it means. */
  readonly onFailure: "go-on" | "stop";
}

/** Kernel timeouts may end one jiffy late or early: 4 ms at HZ 250. */
const TICK_MS = 4;
const RESERVE_MS = 20;

/**
 * W, rule 12: after a node that every older reader must read has answered `mark(E)`, nothing older
 * takes effect later than T0, and a lease which that renewed is over N later. ρ bounds both clocks.
 */
export function waitingTimeMs(leaseMs: number, permitMs: number, drift: number): number {
  return Math.ceil(((permitMs + leaseMs + 2 * TICK_MS + RESERVE_MS) * (1 + drift)) / (1 - drift));
}

/** A lease is renewed this often. */
export function renewalIntervalMs(leaseMs: number): number {
  return Math.min(Math.floor(leaseMs / 4), 250);
}

/** T0 for a given N. */
export function permitMsFor(leaseMs: number): number {
  return Math.min(Math.floor(leaseMs * 0.35), 400);
}
