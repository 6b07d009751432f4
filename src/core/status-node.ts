/** One node, as a monitor shows it: its votes, its data, its guard, and whether it could be promoted. */
import { candidateOf } from "./health/facts.ts";
import { eligible, priorityOf } from "./health/eligibility.ts";
import { positionOf } from "./health/lineage.ts";
import type { HeldVote, NodeInfo } from "./health/types.ts";
import type { Evidence } from "./health/votes.ts";
import { FRESH_MS } from "./health/votes.ts";
import { members as membersOf } from "./consensus/consensus.ts";
import type { At, NodeName } from "./ids.ts";
import type { MonitorState } from "./local.ts";
import { stateOf } from "./node-state.ts";
import type { GuardStatus, NodeStatus, RedisStatus, VoteStatus } from "./status-types.ts";
import { type GroupPart, type Node, writerVip } from "./state.ts";

type Shown = Omit<NodeStatus, "vips">;

export function nodeStatus(state: MonitorState, group: GroupPart, node: Node, at: At): Shown {
  const evidence = state.groups[group.name]?.evidence ?? {};
  const seen = candidateOf(evidence, node.name, at.now);
  return {
    name: node.name,
    address: `${node.address}:${node.port}`,
    state: stateOf(group, node, seen),
    ...dataOf(group, node, evidence, at),
    membership: membershipOf(group, node.name),
    promotable: promotable(group, node, evidence, at),
    votes: votesOn(state, evidence, node.name, at),
    guard: guardOf(state, group, node.name),
    redis: seen.info === null ? null : redisOf(seen.info),
    checked: checkedOf(state, group, node.name, at),
    host: {
      interface: node.interface === "" ? null : node.interface,
      ssh_user: node.sshUser,
      ssh_port: node.sshPort,
      ssh_host_key: node.sshHostKey,
    },
  };
}

function checkedOf(
  state: MonitorState,
  group: GroupPart,
  node: NodeName,
  { now }: At,
): NodeStatus["checked"] {
  const results = state.groups[group.name]?.checks[node];
  if (results === undefined) return null;
  const { guard, link, lag } = results;
  const ageOf = ({ since }: { readonly since: number }) => Math.round(now - since);
  return { guard_ms: ageOf(guard), link_ms: ageOf(link), lag_ms: ageOf(lag) };
}

/** Without a writer VIP, or without registers, there is none that could be missing. */
function membershipOf(group: GroupPart, node: NodeName): NodeStatus["membership"] {
  const writer = writerVip(group);
  if (writer === undefined || group.backend === "off") return "in";
  return writer.readSet[node] ?? "out";
}

type Data = Pick<NodeStatus, "role" | "offset" | "lag_bytes" | "link" | "priority">;

/** What it last said of its data; nothing, if that was too long ago. */
function dataOf(group: GroupPart, node: Node, evidence: Evidence, at: At): Data {
  const { info, reachable } = candidateOf(evidence, node.name, at.now);
  if (!reachable || info === null)
    return { role: "unknown", offset: null, lag_bytes: null, link: null, priority: null };
  const position = positionOf(info, group.lineage);
  const lags = node.name !== group.master && position !== null;
  return {
    role: info.role,
    offset: info.appliedOffset ?? info.offset,
    lag_bytes: lags ? lagOf(evidence, group, position, at) : null,
    link: info.link,
    priority: priorityOf(group, node.name, info),
  };
}

function lagOf(evidence: Evidence, group: GroupPart, position: number, at: At): number {
  const master = group.master === null ? null : candidateOf(evidence, group.master, at.now).info;
  const head = master !== null && positionOf(master, group.lineage);
  return Math.max(0, (head || group.lineage.highWater) - position);
}

function promotable(
  group: GroupPart,
  node: Node,
  evidence: Evidence,
  at: At,
): NodeStatus["promotable"] {
  if (node.name === group.master) return { ok: false, why: `${node.name} is the master` };
  const refusal = eligible(
    group,
    node.name,
    candidateOf(evidence, node.name, at.now),
    group.lineage,
  );
  return { ok: refusal === null, why: refusal?.text ?? null };
}

function votesOn(
  state: MonitorState,
  evidence: Evidence,
  node: NodeName,
  at: At,
): Readonly<Record<string, VoteStatus>> {
  const votes: Record<string, VoteStatus> = {};
  for (const { name } of membersOf(state.consensus)) {
    const held = evidence[name]?.[node];
    if (held !== undefined) votes[name] = voteStatus(held, at);
  }
  return votes;
}

/** A vote that is too old to count is shown as what it is: unknown. */
function voteStatus(held: HeldVote, at: At): VoteStatus {
  const { vote, reason, sinceMs, latencyMs } = held.vote;
  const stale = at.now - held.atLeast > FRESH_MS;
  return {
    vote: stale ? "unknown" : vote,
    reason: stale ? "stale" : reason,
    age_ms: Math.round(at.now - held.receivedAt),
    since_ms: Math.round(sinceMs),
    latency_ms: latencyMs,
  };
}

function guardOf(state: MonitorState, group: GroupPart, node: NodeName): GuardStatus {
  const local = state.groups[group.name];
  const guard = local?.evidence[state.name]?.[node]?.vote.guard;
  const lacks = group.vips.flatMap(({ ip }) => local?.desks[ip]?.[node]?.view?.lacks ?? []);
  return {
    heard_ms: guard?.heardMs === null || guard === undefined ? null : Math.round(guard.heardMs),
    gate: guard?.gate ?? "unknown",
    problem: guard?.problem ?? null,
    lacks: lacks[0] ?? null,
  };
}

function redisOf(info: NodeInfo): RedisStatus {
  return {
    version: info.version,
    run_id: info.runId,
    uptime_s: info.uptimeS,
    repl_id: info.replId,
    master: info.masterHost === null ? null : `${info.masterHost}:${info.masterPort}`,
    loading: info.loading,
    syncing: info.syncing,
    connected_clients: info.connectedClients,
    connected_replicas: info.replicas.length,
  };
}
