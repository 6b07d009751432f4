/**
 * The register and the lease of one VIP on one host, as the kernel keeps them: each method is one
 * `nft` transaction, applied whole or not at all. Times are of the host's own clock.
 */
import type { ClusterId } from "../../../src/core/ids.ts";
import { type Stamp, sameStamp } from "../../../src/core/stamp.ts";
import type { GuardRefusal, Token } from "../../../src/core/vip/types.ts";

interface Permit {
  readonly epoch: Stamp;
  readonly id: number;
  readonly until: number;
}

export class Register {
  /** Whether the table decides about this VIP yet (`vip4`). */
  gated = false;
  token: Token | null = null;
  permits: Permit[] = [];
  leaseUntil = -Infinity;

  hasLease(now: number): boolean {
    return this.leaseUntil > now;
  }

  livePermits(now: number): readonly Permit[] {
    return this.permits.filter((permit) => permit.until > now);
  }

  holds(cluster: ClusterId, epoch: Stamp): boolean {
    const token = this.token;
    return token?.kind === "epoch" && token.cluster === cluster && sameStamp(token.epoch, epoch);
  }

  install(cluster: ClusterId, instance: number): void {
    this.token ??= { kind: "instance", cluster, id: instance };
  }

  mark(seen: Token, next: Token & { kind: "epoch" }, gate: boolean): GuardRefusal | null {
    if (this.token === null || !sameToken(this.token, seen)) return "stale";
    this.token = next;
    if (gate) this.gated = true;
    return null;
  }

  addPermit(epoch: Stamp, id: number, until: number): void {
    this.permits.push({ epoch, id, until });
  }

  /** Whether a claim with this permit would be accepted now. */
  admits(cluster: ClusterId, epoch: Stamp, permit: number, now: number): boolean {
    if (!this.holds(cluster, epoch)) return false;
    return this.permits.some((p) => p.id === permit && sameStamp(p.epoch, epoch) && p.until > now);
  }

  /** Lease := `leaseUntil`; the permit is replaced. The caller asked `admits` in the same instant. */
  claim(permit: number, next: Permit, leaseUntil: number): void {
    this.permits = this.permits.filter((p) => p.id !== permit && p.until > next.until - 10_000);
    this.permits.push(next);
    this.gated = true;
    this.leaseUntil = leaseUntil;
  }

  release(): void {
    this.leaseUntil = -Infinity;
    this.gated = true;
  }
}

export function sameToken(a: Token, b: Token): boolean {
  if (a.cluster !== b.cluster) return false;
  if (a.kind === "epoch") return b.kind === "epoch" && sameStamp(a.epoch, b.epoch);
  return b.kind === "instance" && a.id === b.id;
}
