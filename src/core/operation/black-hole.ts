/**
 * An address at which nothing answers: a replica that follows it keeps its data and its place in the
 * stream, and takes no more. The last two bytes are a label for people: whose doing it was.
 */
import type { NodeInfo } from "../health/types.ts";

const PREFIX = "127.77.";

/** `version`: of the operation that sends a node there. */
export function blackHole(version: number): { readonly host: string; readonly port: number } {
  const label = version % 65_536;
  return { host: `${PREFIX}${label >> 8}.${label & 255}`, port: 1 };
}

export function isBlackHole(host: string): boolean {
  return host.startsWith(PREFIX);
}

export function isInBlackHole({ masterHost }: NodeInfo): boolean {
  return masterHost !== null && isBlackHole(masterHost);
}
