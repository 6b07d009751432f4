/** Compares what a caller knows with what it must know, in a time that tells nothing of either. */
import { createHash, timingSafeEqual } from "node:crypto";

export function isSecret(given: string, secret: string): boolean {
  return timingSafeEqual(digest(given), digest(secret));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
