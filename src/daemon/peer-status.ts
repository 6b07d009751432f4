/** The core's status, completed with what only the transport knows of the peers. */
import type { PeerReport } from "../adapters/peer/peers.ts";
import { certificateStatus, type Validity } from "../adapters/tls/validity.ts";
import type { MonitorName, WallTime } from "../core/ids.ts";
import type { MonitorStatus, Status, Warning } from "../core/status-types.ts";
import { isOfRemoved } from "../core/whereabouts.ts";
import type { Certificates } from "./certificates.ts";

export interface Transport {
  readonly peers: readonly PeerReport[];
  /** Monitors whose messages were refused of late. */
  readonly refusals: readonly { readonly from: string; readonly reason: string }[];
  /** Those that were not let in of late: where from, and why not. */
  readonly turnedAway: readonly { readonly from: string; readonly reason: string }[];
  readonly certificates: Certificates;
  /** What is wrong with the read-only doors of this monitor. */
  readonly doors: readonly string[];
  readonly wall: WallTime;
  /** The product version of this monitor. */
  readonly version: string;
  readonly name: MonitorName;
  /** Of each monitor whose file differs from what was agreed on: the keys. */
  readonly files: Readonly<Record<MonitorName, string>>;
}

export function withTransport(status: Status, transport: Transport): Status {
  const monitors = status.cluster.monitors.map((monitor) => withPeer(monitor, transport));
  // Whoever is neither a member nor configured was only looked for, to be added, and is nobody's concern.
  const others = transport.peers.filter(
    (peer) => peer.configured && !monitors.some((one) => isThat(peer, one)),
  );
  const isFounded = status.cluster.id !== null;
  const strangers = others.filter((peer) => isFounded && isStranger(peer));
  const missing = others.filter((peer) => !strangers.includes(peer));
  const security = transport.certificates.status();
  // Nobody hears of it any more, nor is anybody to: what it lacks is no trouble of the cluster's.
  if (isOfRemoved(status)) return { ...status, security, cluster: { ...status.cluster, monitors } };
  return {
    ...status,
    security,
    cluster: {
      ...status.cluster,
      monitors: [...monitors, ...missing.map((peer) => unmet(peer, transport.wall))],
    },
    warnings: [
      ...status.warnings,
      ...missing.flatMap(warnOfPeer),
      ...strangers.map(hintOfStranger),
      ...transport.certificates.warnings(transport.wall),
      ...transport.doors.map((text): Warning => ({ level: "warning", text })),
      ...transport.turnedAway.map(hintOfTurnedAway),
      ...monitors.flatMap(({ name }) => warnOfFile(name, transport.files[name] ?? "")),
      ...transport.refusals.filter(({ from }) => !refusesUs(from, transport)).map(warnOfRefusal),
    ],
  };
}

function withPeer(monitor: MonitorStatus, transport: Transport): MonitorStatus {
  const { peers, name, version, wall, certificates } = transport;
  if (monitor.name === name) {
    const certificate = certificateOf(certificates.identity?.validity ?? null, wall);
    return { ...monitor, version, reachable: true, certificate };
  }
  const peer = peers.find((one) => isThat(one, monitor));
  if (peer === undefined) return monitor;
  const certificate = certificateOf(peer.validity, wall);
  return { ...monitor, certificate, problem: monitor.problem ?? peer.problem };
}

function certificateOf(validity: Validity | null, wall: WallTime): MonitorStatus["certificate"] {
  return validity === null ? null : certificateStatus(validity, wall);
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
function unmet(
  { name, address, silentMs, problem, validity }: PeerReport,
  wall: WallTime,
): MonitorStatus {
  return {
    name: name ?? address,
    address,
    role: "unknown",
    reachable: silentMs === null,
    last_seen_ms: null,
    version: null,
    problem,
    network: null,
    certificate: certificateOf(validity, wall),
  };
}

function warnOfPeer({ name, address, silentMs, problem }: PeerReport): readonly Warning[] {
  if (problem === null) return [];
  const who = name === null ? `the peer at ${address}` : `${name} (${address})`;
  const since = silentMs === null ? "" : ` for ${Math.round(silentMs / 1_000)} s`;
  return [{ level: "warning", text: `${who} cannot be talked to${since}: ${problem}` }];
}

/** Whoever is no monitor harms nothing by being refused. */
function hintOfTurnedAway({ reason }: { readonly reason: string }): Warning {
  return { level: "hint", text: `a connection was refused: ${reason}` };
}

function warnOfFile(name: MonitorName, differs: string): readonly Warning[] {
  if (differs === "") return [];
  const text = `the file of ${name} differs from what was agreed on, which counts: ${differs}. Make it the same, or agree on it: mmm reload --dry-run`;
  return [{ level: "warning", text }];
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
