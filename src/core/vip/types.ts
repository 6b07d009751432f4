/** The register of a VIP on a host, as the guard shows it, and what can be asked of the guard. */
import type { ClusterId, Ip } from "../ids.ts";
import type { Stamp } from "../stamp.ts";

/** What stands in a register: an epoch, or the random id of a register that was created anew. */
export type Token =
  | { readonly kind: "epoch"; readonly cluster: ClusterId; readonly epoch: Stamp }
  | { readonly kind: "instance"; readonly cluster: ClusterId; readonly id: number };

export interface RegisterView {
  /** `altered`: the chains are not the ones that the guard installs. `none`: no register backend here. */
  readonly gate: "present" | "absent" | "altered" | "none";
  /** Whether the table decides about this VIP on this host yet. */
  readonly gated: boolean;
  /** null: the table is there, but has no register for this VIP. */
  readonly token: Token | null;
  readonly permits: readonly { readonly epoch: Stamp; readonly id: number }[];
  /** Milliseconds left of the lease; 0: none. */
  readonly leaseMs: number;
  /** Every form of the address on this host. `lifetimeS` null: permanent. */
  readonly addresses: readonly {
    readonly device: string;
    readonly prefix: number;
    readonly lifetimeS: number | null;
  }[];
  /** The kernel's boot id. */
  readonly boot: string;
  /** A program that is gone from the host; what is served there goes on without it. null: none. */
  readonly lacks: string | null;
}

export type GuardRequest =
  | { readonly op: "show"; readonly vip: Ip }
  /** Creates the table if needed and a register with this random instance id, if there is none. */
  | {
      readonly op: "install";
      readonly vip: Ip;
      readonly cluster: ClusterId;
      readonly instance: number;
    }
  /**
   * epoch := `epoch`, only if the register holds exactly `seen`. `gate`: from now on the table
   * decides about this VIP here; false for a node that may be serving it, whose first claim does it.
   */
  | {
      readonly op: "mark";
      readonly vip: Ip;
      readonly cluster: ClusterId;
      readonly seen: Token;
      readonly epoch: Stamp;
      readonly gate: boolean;
      readonly permit: { readonly id: number; readonly ttlMs: number } | null;
    }
  | {
      readonly op: "permit";
      readonly vip: Ip;
      readonly cluster: ClusterId;
      readonly epoch: Stamp;
      readonly permit: number;
      readonly ttlMs: number;
    }
  /**
   * Lease := `leaseMs`, `permit` replaced by `next`. A renewal is a claim. Permit 0: a group without
   * leases; the permanent address is added, if the host has no register of this VIP.
   */
  | {
      readonly op: "claim";
      readonly vip: Ip;
      readonly cluster: ClusterId;
      readonly epoch: Stamp;
      readonly permit: number;
      readonly next: number;
      readonly ttlMs: number;
      readonly leaseMs: number;
      readonly interface: string;
    }
  /** The lease ends. With `seen` the register is marked with the epoch in the same transaction. */
  | {
      readonly op: "release";
      readonly vip: Ip;
      readonly cluster: ClusterId;
      readonly epoch: Stamp;
      readonly seen: Token | null;
    };

/**
 * Refusals: the host did not do it, for certain.
 * stale: the register holds something else, or the permit is gone. nogate: no table.
 * conns: connections to the VIP could not be destroyed. addr: the address could not be set.
 * denied: the VIP or interface is not on the host's own list. missing: a program is not installed.
 */
export type GuardRefusal =
  | "syntax"
  | "denied"
  | "stale"
  | "nogate"
  | "conns"
  | "addr"
  | "missing"
  | "failed";

/** Why a channel to a host's guard could not be had. */
export type GuardProblem =
  | "unreachable"
  | "timeout"
  | "closed"
  | "host-key-unknown"
  | "host-key-changed"
  | "auth"
  | "sudo"
  | "shell-noise"
  | "config";

export type GuardResult =
  | { readonly kind: "ok"; readonly view: RegisterView | null }
  | { readonly kind: "refused"; readonly code: GuardRefusal; readonly text: string }
  /** Never sent: no channel. */
  | { readonly kind: "unsent"; readonly problem: GuardProblem; readonly text: string }
  /** Sent, no answer: it may have happened. Ask `show`. */
  | { readonly kind: "unknown"; readonly text: string };
