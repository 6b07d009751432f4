/**
 * The cluster in the words of Redis Sentinel: a group is a "master" by the group's name, a monitor is a
 * "sentinel". Real clients decide by `flags`, so that these say no more than is known here.
 */
import { createHash } from "node:crypto";
import type { GroupStatus, MonitorStatus, NodeStatus, Status } from "../../core/status-types.ts";
import { masterOf } from "../../core/whereabouts.ts";
import { isLoopback, parseHostPort } from "../peer/address.ts";
import type { Value } from "./values.ts";

export interface ViewOptions {
  /** Where this door listens: the other monitors have theirs at the same port. */
  readonly host: string;
  readonly port: number;
  /**
   * What clients are told as the master's address. `node`: its own, as Sentinel would; a client then
   * sees the address change, and can compare it with the replicas'. `vip`: the virtual IP, which only
   * the host with a live lease serves: nothing is written to a master that was cut off.
   */
  readonly answer: "node" | "vip";
}

export type Place = readonly [ip: string, port: string];

/** null: not known here. */
export function placeOfMaster(
  status: Status,
  group: GroupStatus,
  answer: "node" | "vip",
): Place | null {
  const found = masterOf(status, group);
  if (found.kind === "unknown") return null;
  return shown(found.node, group, answer);
}

function shown(node: NodeStatus, { writer }: GroupStatus, answer: "node" | "vip"): Place {
  const [ip, port] = placeOf(node);
  return answer === "vip" && writer !== null ? [writer.ip, port] : [ip, port];
}

export function placeOf({ address }: Pick<NodeStatus, "address">): Place {
  const at = parseHostPort(address);
  return at === null ? [address, "0"] : [at.host, String(at.port)];
}

/** null: nobody was agreed on as master yet. */
export function masterEntry(status: Status, group: GroupStatus, options: ViewOptions): Value {
  const node = group.nodes.find(({ name }) => name === group.master);
  if (node === undefined) return null;
  const [ip, port] = shown(node, group, options.answer);
  const others = status.cluster.monitors.filter(({ name }) => name !== status.answered_by.name);
  return map({
    name: group.name,
    ip,
    port,
    runid: node.redis?.run_id ?? "",
    flags: flagsOfMaster(status, group, node),
    ...pings(status, node),
    "role-reported": node.role === "replica" ? "slave" : "master",
    "config-epoch": group.epoch,
    "num-slaves": group.nodes.length - 1,
    "num-other-sentinels": others.filter(({ reachable }) => reachable).length,
    quorum: status.cluster.quorum,
    "parallel-syncs": 1,
  });
}

function flagsOfMaster(status: Status, group: GroupStatus, node: NodeStatus): string {
  const isMoving = masterOf(status, group).kind === "unknown";
  const isDown = node.state === "HARD_OFFLINE" || isMoving;
  return [
    "master",
    ...(isDown ? ["s_down"] : []),
    ...(isMoving || group.verdict === "master-down" ? ["o_down"] : []),
    ...(isMoving ? ["failover_in_progress"] : []),
  ].join(",");
}

export function replicaEntries(status: Status, group: GroupStatus): readonly Value[] {
  return group.nodes
    .filter(({ name }) => name !== group.master)
    .map((node) => replicaEntry(status, node));
}

function replicaEntry(status: Status, node: NodeStatus): Value {
  const [ip, port] = placeOf(node);
  const [masterHost = "?", masterPort = "0"] = node.redis?.master?.split(":") ?? [];
  return map({
    name: `${ip}:${port}`,
    ip,
    port,
    runid: node.redis?.run_id ?? "",
    flags: flagsOfReplica(node),
    ...pings(status, node),
    "role-reported": node.role === "master" ? "master" : "slave",
    "master-link-status": node.link === "up" ? "ok" : "err",
    "master-host": masterHost,
    "master-port": masterPort,
    "slave-priority": node.priority ?? 0,
    "slave-repl-offset": node.offset ?? 0,
  });
}

/** Whoever should not be read from now looks down to clients, which know no other word for it. */
function flagsOfReplica({ state, link }: NodeStatus): string {
  if (state === "ONLINE" && link === "up") return "slave";
  return state === "HARD_OFFLINE" ? "s_down,slave,disconnected" : "s_down,slave";
}

function pings({ answered_by }: Status, { votes }: NodeStatus) {
  const age = votes[answered_by.name]?.age_ms ?? 0;
  return { "last-ping-sent": 0, "last-ok-ping-reply": age, "last-ping-reply": age };
}

/** Whose door is on loopback has nothing to tell to clients elsewhere. */
export function sentinelEntries(
  { cluster, answered_by }: Status,
  at: ViewOptions,
): readonly Value[] {
  if (isLoopback(at.host)) return [];
  return cluster.monitors
    .filter(({ name }) => name !== answered_by.name)
    .map((monitor) => sentinelEntry(cluster.id ?? "", monitor, at.port));
}

function sentinelEntry(
  cluster: string,
  { name, address, ...monitor }: MonitorStatus,
  port: number,
): Value {
  const host = parseHostPort(address)?.host ?? address;
  return map({
    name,
    ip: host,
    port,
    runid: idOf(cluster, name),
    flags: monitor.reachable ? "sentinel" : "s_down,sentinel,disconnected",
    "last-ok-ping-reply": monitor.last_seen_ms ?? 0,
  });
}

/** The same as long as the monitor is the same: 40 hexadecimal digits, as clients expect. */
export function idOf(cluster: string, monitor: string): string {
  return createHash("sha1").update(`${cluster}/${monitor}`).digest("hex");
}

export function infoText(
  status: Status,
  groups: readonly GroupStatus[],
  answer: "node" | "vip",
): string {
  const masters = groups.map((group, index) => {
    const place = placeOfMaster(status, group, answer);
    const address = place === null ? "?:0" : place.join(":");
    const sentinels = status.cluster.monitors.length;
    return `master${index}:name=${group.name},status=${place === null ? "odown" : "ok"},address=${address},slaves=${group.nodes.length - 1},sentinels=${sentinels}`;
  });
  const lines = [
    "# Server",
    "redis_version:7.0.0",
    "redis_mode:sentinel",
    "",
    "# Sentinel",
    `sentinel_masters:${groups.length}`,
    "sentinel_tilt:0",
    ...masters,
  ];
  return `${lines.join("\r\n")}\r\n`;
}

function map(fields: Readonly<Record<string, string | number>>): Value {
  const entries = Object.entries(fields).map(([key, value]) => [key, String(value)] as const);
  return { kind: "map", entries };
}
