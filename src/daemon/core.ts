/** The core, as the shell drives it. */
import { members, wasRemoved } from "../core/consensus/consensus.ts";
import type { GenesisPlan, Durable } from "../core/consensus/types.ts";
import type { At } from "../core/ids.ts";
import { createMonitor, decide, type MonitorState, nextWakeAt } from "../core/monitor.ts";
import { statusOf } from "../core/status.ts";
import type { Core, MonitorView } from "../ports.ts";

export const core: Core<MonitorState> = {
  decide,
  nextWakeAt,
  committed: (state) => state.committed,
  members: ({ consensus }) => members(consensus),
  view,
  status: statusOf,
};

export function begin(durable: Durable, plan: GenesisPlan, at: At): MonitorState {
  return createMonitor({ name: durable.name, durable, plan }, at);
}

function view({ consensus, committed, newest }: MonitorState): MonitorView {
  return {
    storageId: consensus.durable.storageId,
    clusterId: (committed ?? newest)?.cluster.clusterId ?? null,
    leads: consensus.role === "leader",
    leader: consensus.leader,
    term: consensus.durable.term,
    removed: wasRemoved(consensus),
  };
}
