/**
 * What clients may be told about where to go: which node is the master, and whether a node can be
 * used. Every answer rests on a status alone, so that all doors (HTTP, the Sentinel protocol) say the
 * same. A monitor that may have missed a failover says that it does not know.
 */
import type { NodeName } from "./ids.ts";
import type { GroupStatus, NodeStatus, OperationStatus, Status } from "./status-types.ts";

/** A leader, or a majority, that was not heard for this long may have acted meanwhile. */
const KNOWLEDGE_MS = 1_000;

export type Whereabouts =
  | { readonly kind: "known"; readonly node: NodeStatus }
  | { readonly kind: "unknown"; readonly why: string };

/**
 * Whether the monitor that answered was removed from the cluster: it watches nothing since, hears nobody,
 * and what it shows is as old as that.
 */
export function isOfRemoved({ cluster, answered_by }: Status): boolean {
  return cluster.id !== null && !cluster.monitors.some(({ name }) => name === answered_by.name);
}

/** Why this monitor cannot speak for the cluster; null: it can. */
export function ignoranceOf(status: Status): string | null {
  const {
    cluster,
    answered_by: { name, age_ms },
  } = status;
  if (cluster.id === null) return "the monitors have not founded a cluster yet";
  if (isOfRemoved(status)) return `${name} is no monitor of this cluster`;
  if (!cluster.has_quorum)
    return `${name} reaches fewer than ${cluster.quorum} of ${cluster.monitors.length} monitors`;
  if (cluster.leader === null) return "no monitor leads";
  if (age_ms === null || age_ms > KNOWLEDGE_MS)
    return `${name} has not heard the leader for ${age_ms ?? "many"} ms`;
  return null;
}

/** Who is master by agreement, whether or not it answers. */
export function masterOf(status: Status, group: GroupStatus): Whereabouts {
  const why = ignoranceOf(status) ?? betweenMasters(group.operation);
  if (why !== null) return { kind: "unknown", why };
  const node = group.nodes.find(({ name }) => name === group.master);
  return node === undefined
    ? { kind: "unknown", why: "the group has no master yet" }
    : { kind: "known", node };
}

/** From the fence to the commit that makes another node master, nobody is. */
function betweenMasters(operation: OperationStatus | null): string | null {
  if (operation === null || operation.phase === "prepare" || operation.phase === "claim")
    return null;
  return `a ${operation.kind} is under way (${operation.phase})`;
}

/** Why `name` should not be written to now; null: it should. */
export function whyNotPrimary(status: Status, group: GroupStatus, name: NodeName): string | null {
  const found = masterOf(status, group);
  if (found.kind === "unknown") return found.why;
  const { node } = found;
  if (node.name !== name) return `the master is ${node.name}`;
  if (node.role !== "master")
    return node.role === "unknown" ? `${name} does not answer` : `${name} follows somebody`;
  const { writer, lease_backend } = group;
  // Where the host must have a live lease, one without it may be about to be replaced.
  if (writer === null || lease_backend !== "nft" || writer.holder === name) return null;
  return `no live lease of ${writer.ip} is seen on ${name}`;
}

/**
 * Why `name` should not be read from as a replica now; null: it should.
 * @param maxLag bytes of the master's stream that it may lack; null: as much as `max_lag` allows
 */
export function whyNotReplica(
  status: Status,
  group: GroupStatus,
  name: NodeName,
  maxLag: number | null,
): string | null {
  const why = ignoranceOf(status);
  if (why !== null) return why;
  const node = group.nodes.find((one) => one.name === name);
  if (node === undefined) return `there is no ${name}`;
  if (name === group.master) return `${name} is the master`;
  if (node.state !== "ONLINE") return `${name} is ${node.state}`;
  if (node.role !== "replica" || node.link !== "up") return `${name} does not follow the master`;
  if (maxLag === null) return null;
  if (node.lag_bytes === null) return `the lag of ${name} is not known`;
  return node.lag_bytes <= maxLag ? null : `${name} lags by ${node.lag_bytes} bytes`;
}
