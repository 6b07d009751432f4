/** What a monitor says when asked: the state it knows committed, and what it and its peers see. */
import { members as membersOf } from "./consensus/consensus.ts";
import { type Verdict, verdictOf } from "./health/verdict.ts";
import type { At, GroupName, MonitorName, WallTime } from "./ids.ts";
import type { Desk, MonitorState } from "./local.ts";
import { leftOf, type Pause } from "./pause.ts";
import { nodeStatus } from "./status-node.ts";
import { preferenceStatus } from "./status-preference.ts";
import { waitingStatus } from "./status-waiting.ts";
import { outlookOf, settingsStatus } from "./status-outlook.ts";
import type {
  ClusterStatus,
  GroupStatus,
  MonitorStatus,
  OperationStatus,
  PauseStatus,
  Status,
  VipStatus,
} from "./status-types.ts";
import { warningsOf } from "./status-warnings.ts";
import { type GroupPart, type Member, quorumOf, type Vip, writerVip } from "./state.ts";
import { renewalAge } from "./vip/failsafe.ts";

/** A peer that was not heard for this long is shown as unreachable. */
const REACHABLE_MS = 1000;

export function statusOf(state: MonitorState, at: At): Status {
  const cluster = clusterStatus(state, at);
  const groups = (state.committed ?? state.newest)?.groups ?? [];
  const shown = groups.map((group) => groupStatus(state, group, at));
  return {
    cluster,
    groups: shown,
    answered_by: { name: state.name, age_ms: knowledgeAge(state, at) },
    at: iso(at.wall),
    warnings: warningsOf(state, cluster, groups, shown),
    security: null,
  };
}

/** A conversion, not a reading of a clock. */
function iso(wall: WallTime): string {
  // oxlint-disable-next-line no-restricted-globals
  return new Date(wall).toISOString();
}

/** How long ago this monitor last knew what the leader knows. */
function knowledgeAge(state: MonitorState, at: At): number | null {
  if (state.committed === null) return null;
  return state.leading === null
    ? Math.max(0, Math.round(at.now - state.consensus.heardLeaderAt))
    : 0;
}

// ——— monitors ———

function clusterStatus(state: MonitorState, at: At): ClusterStatus {
  const members = membersOf(state.consensus);
  const monitors = [...members, ...unfounded(state, members)].map((member) =>
    monitorStatus(state, member.name, member.address, at),
  );
  const quorum = quorumOf(members.length);
  const leader = state.consensus.leader;
  const isLed = leader !== null && at.now - leaderHeardAt(state, at) < REACHABLE_MS;
  return {
    id: (state.committed ?? state.newest)?.cluster.clusterId ?? null,
    leader: isLed ? leader : null,
    term: state.consensus.durable.term,
    quorum,
    has_quorum:
      members.length > 0 && monitors.filter(({ reachable }) => reachable).length >= quorum,
    monitors,
  };
}

/** Before there are members this monitor knows of itself; of its peers the transport does. */
function unfounded(
  { name, consensus }: MonitorState,
  members: readonly Member[],
): readonly Pick<Member, "name" | "address">[] {
  const { genesis } = consensus;
  return members.length > 0 || genesis === null ? [] : [{ name, address: genesis.ownAddress }];
}

function leaderHeardAt(state: MonitorState, at: At): number {
  return state.leading === null ? state.consensus.heardLeaderAt : at.now;
}

function monitorStatus(
  state: MonitorState,
  name: MonitorName,
  address: string,
  at: At,
): MonitorStatus {
  const self = name === state.name;
  const peer = state.peers[name];
  const silent = self ? 0 : peer === undefined ? null : Math.round(at.now - peer.heardAt);
  const refusal = state.consensus.refused[name];
  return {
    name,
    address,
    role: roleOf(state, name, self),
    reachable: silent !== null && silent < REACHABLE_MS,
    last_seen_ms: silent,
    version: peer?.version ?? null,
    problem: refusal === undefined ? null : refusal.kind,
    network: self ? state.network.is : (peer?.network ?? null),
    certificate: null,
  };
}

function roleOf(state: MonitorState, name: MonitorName, self: boolean): MonitorStatus["role"] {
  const { role, leader } = state.consensus;
  if (!self) return name === leader ? "leader" : "follower";
  if (role === "leader" || role === "follower") return role;
  return role === "empty" ? "unknown" : "candidate";
}

// ——— groups ———

function groupStatus(state: MonitorState, group: GroupPart, at: At): GroupStatus {
  const verdict = verdictNow(state, group, at);
  const writer = writerVip(group);
  const prefix = `${group.name}: `;
  const vips = group.vips.map((vip) => [vip.role, vipStatus(state, group, vip, at)] as const);
  const of = (role: Vip["role"]) => vips.flatMap(([each, vip]) => (each === role ? [vip] : []));
  return {
    name: group.name,
    epoch: writer?.epoch.version ?? 0,
    master: group.master,
    mode: group.mode,
    pause: group.pause === undefined ? null : pauseStatus(state, group.name, group.pause, at),
    waiting: waitingStatus(state, group, at),
    verdict: verdict.kind,
    verdict_text: verdict.text,
    lease_backend: group.backend,
    writer: of("writer")[0] ?? null,
    readers: of("reader"),
    operation: group.operation === null ? null : operationStatus(group.operation, at),
    alarms: Object.entries(state.alarms)
      .filter(([id]) => id.startsWith(prefix))
      .map(([id, text]) => ({ id: id.slice(prefix.length), text })),
    nodes: group.nodes.map((node) => ({
      ...nodeStatus(state, group, node, at),
      // Who is to serve one is agreed on; whether it does is seen, and told here as it is told above.
      vips: vips.flatMap(([, { ip, holder }]) => (holder === node.name ? [ip] : [])),
    })),
    settings: settingsStatus(group),
    outlook: outlookOf(state, group, at),
    preference: preferenceStatus(state, group, verdict, at),
  };
}

function pauseStatus(state: MonitorState, group: GroupName, pause: Pause, at: At): PauseStatus {
  const left = leftOf(pause, state.groups[group]?.pauseSeen ?? null, at.now);
  return {
    by: pause.by,
    reason: pause.reason,
    since: iso(pause.since),
    for_ms: pause.forMs,
    left_ms: left === null ? null : Math.round(left),
  };
}

/** The leader's verdict is the one that counts; any other monitor gives its own on the same votes. */
function verdictNow(state: MonitorState, group: GroupPart, at: At): Verdict {
  const local = state.groups[group.name];
  if (local === undefined) return { kind: "undecided", text: "no probe has finished yet" };
  if (state.leading !== null) return local.verdict;
  const members = membersOf(state.consensus).map(({ name }) => name);
  return verdictOf({ group, members, evidence: local.evidence, now: at.now, leaseRunOut: false });
}

/** The holder is who has a live lease, as far as this monitor has seen or was told. */
function vipStatus(state: MonitorState, group: GroupPart, vip: Vip, at: At): VipStatus {
  const seen =
    group.backend === "off" ? addressSeen(state, group, vip) : leaseSeen(state, group, vip, at);
  const told = toldLeaseMs(state, group, vip, at);
  const { ip, kind, epoch, holders } = vip;
  const leaving = vip.leaving === true;
  const base = { ip, kind, epoch: epoch.version, possible_holders: holders, leaving };
  if (told > (seen.lease_ms ?? 0)) return { ...base, holder: vip.node, lease_ms: told };
  return { ...base, ...seen };
}

type Seen = Pick<VipStatus, "holder" | "lease_ms">;

function desksOf(
  state: MonitorState,
  group: GroupPart,
  vip: Vip,
): readonly (readonly [string, Desk])[] {
  return Object.entries(state.groups[group.name]?.desks[vip.ip] ?? {});
}

/** Without leases: whoever was last seen with the address. */
function addressSeen(state: MonitorState, group: GroupPart, vip: Vip): Seen {
  const found = desksOf(state, group, vip).find(
    ([, { view }]) => (view?.addresses.length ?? 0) > 0,
  );
  return { holder: found?.[0] ?? null, lease_ms: null };
}

function leaseSeen(state: MonitorState, group: GroupPart, vip: Vip, at: At): Seen {
  let best: Seen = { holder: null, lease_ms: null };
  for (const [node, desk] of desksOf(state, group, vip)) {
    const from = Math.max(desk.viewAskedAt, desk.claimed?.sentAt ?? -Infinity);
    const left = Math.round((desk.view?.leaseMs ?? 0) - (at.now - from));
    if (left > (best.lease_ms ?? 0)) best = { holder: node, lease_ms: left };
  }
  return best;
}

/** A follower knows of renewals by the leader's heartbeats: what is left of the lease by the last one. */
function toldLeaseMs(state: MonitorState, group: GroupPart, vip: Vip, at: At): number {
  if (state.leading !== null || vip.kind !== "hold") return 0;
  const age = renewalAge(state.consensus.note, group.name, vip.ip);
  if (age === undefined) return 0;
  return Math.round(vip.leaseMs - age - (at.now - state.consensus.heardLeaderAt));
}

function operationStatus(operation: NonNullable<GroupPart["operation"]>, at: At): OperationStatus {
  const { kind, from, to, phase, by, leader, reason, attempt } = operation;
  return {
    kind,
    from,
    to,
    phase,
    epoch: operation.id.version,
    by,
    leader,
    reason,
    attempt,
    started_at: iso(operation.startedAt),
    phase_ms: Math.max(0, at.wall - operation.phaseStartedAt),
  };
}
