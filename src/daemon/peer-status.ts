/** The core's status, completed with what only the transport knows of the peers. */
import type { PeerReport } from "../adapters/peer/peers.ts";
import type { MonitorName } from "../core/ids.ts";
import type { MonitorStatus, Status, Warning } from "../core/status-types.ts";

export interface Transport {
  readonly peers: readonly PeerReport[];
  /** Monitors whose messages were refused of late. */
  readonly refusals: readonly { readonly from: string; readonly reason: string }[];
  /** The product version of this monitor. */
  readonly version: string;
  readonly name: MonitorName;
}

export function withTransport(status: Status, transport: Transport): Status {
  const monitors = status.cluster.monitors.map((monitor) => withPeer(monitor, transport));
  const others = transport.peers.filter((peer) => !monitors.some((one) => isThat(peer, one)));
  const isFounded = status.cluster.id !== null;
  const strangers = others.filter((peer) => isFounded && isStranger(peer));
  const missing = others.filter((peer) => !strangers.includes(peer));
  return {
    ...status,
    cluster: { ...status.cluster, monitors: [...monitors, ...missing.map(unmet)] },
    warnings: [
      ...status.warnings,
      ...missing.flatMap(warnOfPeer),
      ...strangers.map(hintOfStranger),
      ...transport.refusals.filter(({ from }) => !refusesUs(from, transport)).map(warnOfRefusal),
    ],
  };
}

function withPeer(monitor: MonitorStatus, { peers, name, version }: Transport): MonitorStatus {
  if (monitor.name === name) return { ...monitor, version, reachable: true };
  const peer = peers.find((one) => isThat(one, monitor));
  if (peer === undefined || monitor.problem !== null) return monitor;
  return { ...monitor, problem: peer.problem };
}

/** A peer that has not said its name yet is known by its address. */
function isThat(peer: PeerReport, monitor: MonitorStatus): boolean {
  return peer.name === null ? peer.address === monitor.address : peer.name === monitor.name;
}

/** Configured here, but removed or not yet added. One that refuses this monitor is another matter. */
function isStranger({ name, silentMs, problem }: PeerReport): boolean {
  return name !== null && (silentMs !== null || problem === null);
}

function hintOfStranger({ name, address }: PeerReport): Warning {
  const text = `${name} (${address}) is configured here, but is no monitor of this cluster: mmm monitor add ${name}=${address}, or take it out of the file`;
  return { level: "hint", text };
}

/** A configured peer that is no member, or has not said its name. */
function unmet({ name, address, silentMs, problem }: PeerReport): MonitorStatus {
  return {
    name: name ?? address,
    address,
    role: "unknown",
    reachable: silentMs === null,
    last_seen_ms: null,
    version: null,
    problem,
  };
}

function warnOfPeer({ name, address, silentMs, problem }: PeerReport): readonly Warning[] {
  if (problem === null) return [];
  const who = name === null ? `the peer at ${address}` : `${name} (${address})`;
  const since = silentMs === null ? "" : ` for ${Math.round(silentMs / 1_000)} s`;
  return [{ level: "warning", text: `${who} cannot be talked to${since}: ${problem}` }];
}

/** Two monitors that refuse each other do so for one reason, which the peer's problem tells. */
function refusesUs(monitor: MonitorName, { peers }: Transport): boolean {
  return peers.some(({ name, silentMs, problem }) => {
    return name === monitor && silentMs === null && problem !== null;
  });
}

function warnOfRefusal({ reason }: { readonly reason: string }): Warning {
  return { level: "warning", text: `a message was refused: ${reason}` };
}

/** Whether `mmm status` exits with 6. */
export function isDegraded({ cluster, groups, warnings }: Status): boolean {
  return (
    warnings.some(({ level }) => level !== "hint") ||
    cluster.monitors.some(({ reachable, problem }) => !reachable || problem !== null) ||
    groups.some(({ verdict, nodes }) => {
      return verdict !== "healthy" || nodes.some(({ state }) => state === "HARD_OFFLINE");
    })
  );
}
