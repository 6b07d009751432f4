/** A short mark of what a configuration proposes for all monitors: equal marks mean equal files, but for comments. */
import { createHash } from "node:crypto";
import { proposalsOf } from "./proposal.ts";
import type { Config } from "./types.ts";

const LENGTH = 12;

/** Keys, passwords, paths and the monitor's own name do not count: they are each monitor's own. */
export function digestOf(config: Pick<Config, "groups" | "monitors">): string {
  const monitors = config.monitors.map(({ name, address, port }) => `${name} ${address}:${port}`);
  const groups = Object.entries(proposalsOf(config)).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const text = JSON.stringify([monitors.toSorted(), groups]);
  return createHash("sha256").update(text).digest("hex").slice(0, LENGTH);
}
