/** Everything that `/metrics` shows; docs/http.md has the table. */
import type { Family } from "../exposition.ts";
import type { Snapshot } from "../snapshot.ts";
import { clusterMetrics, processMetrics } from "./of-cluster.ts";
import { groupMetrics } from "./of-groups.ts";
import { nodeMetrics } from "./of-nodes.ts";

export function allMetrics(snapshot: Snapshot): readonly Family[] {
  return [
    ...clusterMetrics(snapshot),
    ...groupMetrics(snapshot),
    ...nodeMetrics(snapshot.status),
    ...processMetrics(snapshot.process),
  ];
}
