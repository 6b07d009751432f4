/**
 * Metrics of the groups, as the monitor that answers sees them. What has one of several values (a
 * verdict, a role) is a series with that value as a label and the number 1, for the present value only.
 */
import type { GroupStatus, VipStatus } from "../../../core/status-types.ts";
import {
  counter,
  type Family,
  flag,
  gauge,
  known,
  type Labels,
  type Sample,
  sample,
} from "../exposition.ts";
import type { OperationCount, Snapshot } from "../snapshot.ts";
import { seconds } from "./of-cluster.ts";

const COUNTED = ["failover", "switchover"].flatMap((kind) =>
  ["ok", "undone", "failed"].map((result) => [kind, result] as const),
);

export function groupMetrics(snapshot: Snapshot): readonly Family[] {
  const { groups } = snapshot.status;
  return [...verdictMetrics(groups), ...vipMetrics(groups), ...operationMetrics(snapshot)];
}

function verdictMetrics(groups: readonly GroupStatus[]): readonly Family[] {
  const ofEach = (samples: (group: GroupStatus) => readonly Sample[]) => groups.flatMap(samples);
  return [
    gauge(
      "mmm_group_healthy",
      "Whether the verdict on the group is healthy.",
      ofEach(({ name, verdict }) => [sample(flag(verdict === "healthy"), { group: name })]),
    ),
    gauge(
      "mmm_group_verdict",
      "The verdict on the group; always 1.",
      ofEach(({ name, verdict }) => [sample(1, { group: name, verdict })]),
    ),
    ...modeMetrics(groups),
    gauge(
      "mmm_group_master",
      "Which node is the agreed master; always 1.",
      ofEach(({ name, master }) =>
        master === null ? [] : [sample(1, { group: name, node: master })],
      ),
    ),
    gauge(
      "mmm_group_leases",
      "Whether virtual IPs are leases of the hosts' kernels (0: lease_backend is off).",
      ofEach(({ name, lease_backend }) =>
        lease_backend === null ? [] : [sample(flag(lease_backend === "nft"), { group: name })],
      ),
    ),
    gauge(
      "mmm_group_promotable_nodes",
      "Nodes that could become master now.",
      ofEach(({ name, nodes }) => [
        sample(nodes.filter(({ promotable }) => promotable.ok).length, { group: name }),
      ]),
    ),
    gauge(
      "mmm_alarm",
      "Lasting conditions that a person must see, as the leader raises them; always 1.",
      ofEach(({ name, alarms }) => alarms.map(({ id }) => sample(1, { group: name, alarm: id }))),
    ),
  ];
}

/** How much the monitors do by themselves. */
function modeMetrics(groups: readonly GroupStatus[]): readonly Family[] {
  return [
    gauge(
      "mmm_group_mode",
      "The mode of the group: active, manual, passive or wait; always 1.",
      groups.map(({ name, mode }) => sample(1, { group: name, mode })),
    ),
    gauge(
      "mmm_group_paused",
      "Whether somebody paused the group: nothing happens by itself.",
      groups.map(({ name, pause }) => sample(flag(pause !== null), { group: name })),
    ),
  ];
}

function vipMetrics(groups: readonly GroupStatus[]): readonly Family[] {
  const ofEach = (samples: (vip: VipStatus, labels: Labels) => readonly Sample[]) =>
    groups.flatMap((group) => vipsOf(group).flatMap(({ vip, labels }) => samples(vip, labels)));
  return [
    gauge(
      "mmm_vip_held",
      "Whether a node is seen to serve the virtual IP.",
      ofEach(({ holder }, labels) => [sample(flag(holder !== null), labels)]),
    ),
    gauge(
      "mmm_vip_holder",
      "Which node serves the virtual IP; always 1.",
      ofEach(({ holder }, labels) =>
        holder === null ? [] : [sample(1, { ...labels, node: holder })],
      ),
    ),
    gauge(
      "mmm_vip_lease_seconds",
      "What is left of the lease of the virtual IP.",
      ofEach(({ lease_ms }, labels) => known(seconds(lease_ms), labels)),
    ),
    gauge(
      "mmm_vip_possible_holders",
      "Nodes that might serve the virtual IP; more than one only while it moves.",
      ofEach(({ possible_holders }, labels) => [sample(possible_holders.length, labels)]),
    ),
  ];
}

function vipsOf({ name, writer, readers }: GroupStatus) {
  const labelled = (role: string) => (vip: VipStatus) => {
    return { vip, labels: { group: name, vip: vip.ip, role } };
  };
  return [
    ...(writer === null ? [] : [writer]).map(labelled("writer")),
    ...readers.map(labelled("reader")),
  ];
}

/** A counter that begins to exist with its first event shows no increase. */
function withZeros(
  groups: readonly GroupStatus[],
  counted: readonly OperationCount[],
): readonly OperationCount[] {
  const known = new Set(counted.map(({ group, kind, result }) => `${group} ${kind} ${result}`));
  const missing = groups.flatMap(({ name: group }) =>
    COUNTED.map(([kind, result]) => ({ group, kind, result, count: 0 })),
  );
  const zeros = missing.filter((one) => !known.has(`${one.group} ${one.kind} ${one.result}`));
  return [...counted, ...zeros];
}

function operationMetrics({
  status: { groups },
  operations,
  history,
}: Snapshot): readonly Family[] {
  const newest = new Map(history.map((entry) => [`${entry.group} ${entry.kind}`, entry]));
  const last = [...newest.values()].map((entry) => {
    return { entry, labels: { group: entry.group, kind: entry.kind, result: entry.result } };
  });
  return [
    gauge(
      "mmm_operation_phase_seconds",
      "How long the operation under way has been in its phase.",
      groups.flatMap(({ name, operation }) =>
        operation === null
          ? []
          : [
              sample(operation.phase_ms / 1_000, {
                group: name,
                kind: operation.kind,
                phase: operation.phase,
              }),
            ],
      ),
    ),
    counter(
      "mmm_operations_total",
      "Finished operations in the journal of this monitor.",
      withZeros(groups, operations).map(({ count, ...labels }) => sample(count, labels)),
    ),
    gauge(
      "mmm_last_operation_timestamp_seconds",
      "When the last operation of a kind began.",
      last.map(({ entry, labels }) => sample(Date.parse(entry.started_at) / 1_000, labels)),
    ),
    gauge(
      "mmm_last_operation_duration_seconds",
      "How long the last operation of a kind took.",
      last.map(({ entry, labels }) => sample(entry.duration_ms / 1_000, labels)),
    ),
  ];
}
