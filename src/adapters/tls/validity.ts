/** From when until when a certificate is valid, in milliseconds since 1970 and as sentences. */
import type { X509Certificate } from "node:crypto";
import type { CertificateStatus } from "../../core/status-types.ts";

export interface Validity {
  readonly from: number;
  readonly until: number;
}

const DAY_MS = 86_400_000;
/** Nobody needs to hear of a certificate that is good for longer than that. */
const SOON_MS = 30 * DAY_MS;

export function validityOf({
  validFrom,
  validTo,
}: Pick<X509Certificate, "validFrom" | "validTo">): Validity {
  return { from: Date.parse(validFrom), until: Date.parse(validTo) };
}

/** Why it is not valid now; null: it is. The same words as long as it is the same reason. */
export function invalidity({ from, until }: Validity, now: number): string | null {
  if (now > until) return `has expired on ${showDay(until)}`;
  return now < from ? `is not valid before ${showInstant(from)}, or this clock is wrong` : null;
}

/** Whether it is time to renew it. One of a short life is renewed in the last quarter of that. */
export function endsSoon({ from, until }: Validity, now: number): boolean {
  return until - now < Math.min(SOON_MS, (until - from) / 4);
}

/** Whole days that are left; negative when it has expired. */
export function daysLeft({ until }: Validity, now: number): number {
  return Math.floor((until - now) / DAY_MS);
}

export function certificateStatus(validity: Validity, now: number): CertificateStatus {
  return {
    expires_at: new Date(validity.until).toISOString(),
    days_left: daysLeft(validity, now),
  };
}

export function showDay(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

function showInstant(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
