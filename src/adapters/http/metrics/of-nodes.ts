/** Metrics of the nodes, as the monitor that answers sees them: its own probes, and everybody's votes. */
import type { NodeStatus, Status } from "../../../core/status-types.ts";
import {
  type Family,
  flag,
  gauge,
  known,
  type Labels,
  type Sample,
  sample,
} from "../exposition.ts";
import { seconds } from "./of-cluster.ts";

type Of = (samples: (node: NodeStatus, labels: Labels) => readonly Sample[]) => readonly Sample[];

export function nodeMetrics({ groups, answered_by }: Status): readonly Family[] {
  const ofEach: Of = (samples) =>
    groups.flatMap(({ name: group, nodes }) =>
      nodes.flatMap((node) => samples(node, { group, node: node.name })),
    );
  return [...whatItIs(ofEach), ...whatItHas(ofEach), ...howItAnswers(ofEach, answered_by.name)];
}

function whatItIs(ofEach: Of): readonly Family[] {
  return [
    gauge(
      "mmm_node_vote",
      "What each monitor says of the node; always 1.",
      ofEach(({ votes }, labels) =>
        Object.entries(votes).map(([monitor, { vote }]) => sample(1, { ...labels, monitor, vote })),
      ),
    ),
    gauge(
      "mmm_node_state",
      "ONLINE, HARD_OFFLINE and so on; always 1.",
      ofEach(({ state }, labels) => [sample(1, { ...labels, state })]),
    ),
    gauge(
      "mmm_node_role",
      "What its Redis says that it is; always 1.",
      ofEach(({ role }, labels) => [sample(1, { ...labels, role })]),
    ),
    gauge(
      "mmm_node_promotable",
      "Whether it could become master now.",
      ofEach(({ promotable }, labels) => [sample(flag(promotable.ok), labels)]),
    ),
  ];
}

function whatItHas(ofEach: Of): readonly Family[] {
  return [
    gauge(
      "mmm_node_link_up",
      "Whether a replica is connected to its master.",
      ofEach(({ link }, labels) => known(link === null ? null : flag(link === "up"), labels)),
    ),
    gauge(
      "mmm_node_offset_bytes",
      "Its position in the stream of replication.",
      ofEach(({ offset }, labels) => known(offset, labels)),
    ),
    gauge(
      "mmm_node_lag_bytes",
      "What a replica lacks of the master's stream.",
      ofEach(({ lag_bytes }, labels) => known(lag_bytes, labels)),
    ),
  ];
}

function howItAnswers(ofEach: Of, self: string): readonly Family[] {
  return [
    gauge(
      "mmm_node_probe_seconds",
      "How long its Redis took to answer the last probe of this monitor.",
      ofEach(({ votes }, labels) => known(seconds(votes[self]?.latency_ms ?? null), labels)),
    ),
    gauge(
      "mmm_node_guard_silence_seconds",
      "Since the guard on its host answered this monitor.",
      ofEach(({ guard }, labels) => known(seconds(guard.heard_ms), labels)),
    ),
    gauge(
      "mmm_node_clients",
      "Clients that are connected to its Redis.",
      ofEach(({ redis }, labels) => known(redis?.connected_clients ?? null, labels)),
    ),
  ];
}
