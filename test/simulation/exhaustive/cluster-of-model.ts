/** What the models of consensus begin with: monitors without times, and a cluster that was founded. */
import type { Part, Slot } from "../../../src/core/consensus/types.ts";
import { CLUSTER_PART, SCHEMA } from "../../../src/core/state.ts";
import { GROUP } from "./consensus-facts.ts";

export const AT = { now: 0, wall: 0, entropy: 1 };
export const TIMERS = { heartbeatMs: 0, electionMs: 0, jitterMs: 0 };

/** The disk of a founder is called after it. */
export function founding(names: readonly string[]): Slot {
  const members = names.map((name) => ({ name, storageId: `disk ${name}`, address: name }));
  const cluster = { schema: SCHEMA, clusterId: "00c0ffee", members, adopted: [], requests: [] };
  const stamp = { term: 1, version: 1 };
  const parts = { [CLUSTER_PART]: cluster as unknown as Part, [GROUP]: { history: [] } };
  return { stamp, parts, changed: { [CLUSTER_PART]: stamp, [GROUP]: stamp } };
}
