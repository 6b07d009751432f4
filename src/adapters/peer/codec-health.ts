/** Health votes, between the core's words and the wire's. */
import type { HealthMessage, NodeInfo, NodeVote, VoteKind } from "../../core/health/types.ts";
import type { Network } from "../../core/health/own-network.ts";
import type {
  GuardView as WireGuard,
  GuardView__Output as ReadGuard,
} from "../gen/mmm/v1/GuardView.ts";
import type { Health as WireHealth, Health__Output as ReadHealth } from "../gen/mmm/v1/Health.ts";
import type { NodeInfo as WireInfo, NodeInfo__Output as ReadInfo } from "../gen/mmm/v1/NodeInfo.ts";
import type { NodeVote as WireVote, NodeVote__Output as ReadVote } from "../gen/mmm/v1/NodeVote.ts";
import { some } from "./codec-consensus.ts";
import { age, clip, count, integer, name, oneOf, optional, port, present, text } from "./fields.ts";

type Gate = NodeVote["guard"]["gate"];

const TO_VOTE = {
  up: "VOTE_KIND_UP",
  degraded: "VOTE_KIND_DEGRADED",
  refused: "VOTE_KIND_REFUSED",
  silent: "VOTE_KIND_SILENT",
  abstain: "VOTE_KIND_ABSTAIN",
  unknown: "VOTE_KIND_UNKNOWN",
} as const satisfies Record<VoteKind, string>;

const TO_GATE = {
  present: "GATE_PRESENT",
  absent: "GATE_ABSENT",
  altered: "GATE_ALTERED",
  unknown: "GATE_UNKNOWN",
} as const satisfies Record<Gate, string>;

const TO_NETWORK = {
  up: "NETWORK_UP",
  down: "NETWORK_DOWN",
  unknown: "NETWORK_UNKNOWN",
} as const satisfies Record<NonNullable<Network>, string>;

const FROM_NETWORK = inverse(TO_NETWORK);
const FROM_VOTE = inverse(TO_VOTE);
const FROM_GATE = inverse(TO_GATE);
const FROM_ROLE = { NODE_ROLE_MASTER: "master", NODE_ROLE_REPLICA: "replica" } as const;
const FROM_LINK: Readonly<Record<string, NodeInfo["link"]>> = { LINK_UP: "up", LINK_DOWN: "down" };

function inverse<K extends string>(
  table: Readonly<Record<K, string>>,
): Readonly<Record<string, K>> {
  const keys = Object.keys(table) as K[];
  return Object.fromEntries(keys.map((key) => [table[key], key]));
}

export function encodeHealth(message: HealthMessage): WireHealth {
  const { storageId, seq, echo, votes, network, strangers } = message;
  return {
    ...some("storageId", storageId),
    seq,
    echo,
    votes: votes.map(encodeVote),
    network: network === null ? "NETWORK_UNSPECIFIED" : TO_NETWORK[network],
    strangers: [...strangers],
  };
}

function encodeVote(vote: NodeVote): WireVote {
  return {
    group: vote.group,
    node: vote.node,
    vote: TO_VOTE[vote.vote],
    sinceMs: vote.sinceMs,
    info: vote.info === null ? null : encodeInfo(vote.info),
    guard: encodeGuard(vote.guard),
    ...some("reason", vote.reason === null ? null : clip(vote.reason)),
    ...some("lastGoodMs", vote.lastGoodMs),
    ...some("latencyMs", vote.latencyMs),
    ...some("infoAgeMs", vote.infoAgeMs),
    ...some("grewMs", vote.grewMs),
    ...some("linkSeenUpFor", vote.linkSeenUpFor),
  };
}

function encodeGuard(guard: NodeVote["guard"]): WireGuard {
  return {
    gate: TO_GATE[guard.gate],
    ...some("heardMs", guard.heardMs),
    ...some("problem", guard.problem === null ? null : clip(guard.problem)),
  };
}

function encodeInfo(info: NodeInfo): WireInfo {
  const { version, runId, uptimeS, syncing, loading, replId, secondOffset, offset } = info;
  const { priority, readOnly, aof, connectedClients, empty } = info;
  return {
    version,
    runId,
    uptimeS,
    syncing,
    loading,
    replId,
    secondOffset,
    offset,
    priority,
    readOnly,
    aof,
    connectedClients,
    empty,
    role: info.role === "master" ? "NODE_ROLE_MASTER" : "NODE_ROLE_REPLICA",
    link: info.link === null ? "LINK_UNSPECIFIED" : info.link === "up" ? "LINK_UP" : "LINK_DOWN",
    replicas: info.replicas.map((replica) => ({ ...replica })),
    ...some("masterHost", info.masterHost),
    ...some("masterPort", info.masterPort),
    ...some("linkDownSinceS", info.linkDownSinceS),
    ...some("lastIoS", info.lastIoS),
    ...some("replId2", info.replId2),
    ...some("appliedOffset", info.appliedOffset),
    ...some("readOffset", info.readOffset),
    ...some("failoverState", info.failoverState),
  };
}

/** @throws Malformed */
export function decodeHealth(wire: ReadHealth): HealthMessage {
  return {
    kind: "health",
    storageId: optional(wire.storageId, "storage_id", name),
    seq: count(wire.seq, "seq"),
    echo: count(wire.echo, "echo"),
    votes: wire.votes.map((vote, index) => decodeVote(vote, `votes[${index}]`)),
    // What a later version may know beyond these is none of them.
    network: FROM_NETWORK[wire.network] ?? null,
    strangers: wire.strangers.map((stranger, index) => name(stranger, `strangers[${index}]`)),
  };
}

function decodeVote(wire: ReadVote, path: string): NodeVote {
  return {
    group: name(wire.group, `${path}.group`),
    node: name(wire.node, `${path}.node`),
    vote: oneOf(FROM_VOTE, wire.vote, `${path}.vote`),
    reason: optional(wire.reason, `${path}.reason`, text),
    sinceMs: age(wire.sinceMs, `${path}.since_ms`),
    lastGoodMs: optional(wire.lastGoodMs, `${path}.last_good_ms`, age),
    latencyMs: optional(wire.latencyMs, `${path}.latency_ms`, age),
    info: optional(wire.info, `${path}.info`, decodeInfo),
    infoAgeMs: optional(wire.infoAgeMs, `${path}.info_age_ms`, age),
    grewMs: optional(wire.grewMs, `${path}.grew_ms`, age),
    linkSeenUpFor: optional(wire.linkSeenUpFor, `${path}.link_seen_up_for`, text),
    guard: decodeGuard(present(wire.guard, `${path}.guard`), `${path}.guard`),
  };
}

function decodeGuard(wire: ReadGuard, path: string): NodeVote["guard"] {
  return {
    heardMs: optional(wire.heardMs, `${path}.heard_ms`, age),
    problem: optional(wire.problem, `${path}.problem`, text),
    gate: oneOf(FROM_GATE, wire.gate, `${path}.gate`),
  };
}

function decodeInfo(wire: ReadInfo, path: string): NodeInfo {
  return {
    version: text(wire.version, `${path}.version`),
    runId: text(wire.runId, `${path}.run_id`),
    uptimeS: integer(wire.uptimeS, `${path}.uptime_s`),
    role: oneOf(FROM_ROLE, wire.role, `${path}.role`),
    syncing: wire.syncing,
    loading: wire.loading,
    offset: integer(wire.offset, `${path}.offset`),
    priority: integer(wire.priority, `${path}.priority`),
    readOnly: wire.readOnly,
    aof: wire.aof,
    connectedClients: integer(wire.connectedClients, `${path}.connected_clients`),
    failoverState: optional(wire.failoverState, `${path}.failover_state`, text),
    empty: wire.empty,
    ...decodeReplication(wire, path),
    replicas: wire.replicas.map((replica, index) => ({
      host: text(replica.host, `${path}.replicas[${index}].host`),
      port: port(replica.port, `${path}.replicas[${index}].port`),
      state: text(replica.state, `${path}.replicas[${index}].state`),
      offset: integer(replica.offset, `${path}.replicas[${index}].offset`),
    })),
  };
}

type Replication = Pick<
  NodeInfo,
  | "masterHost"
  | "masterPort"
  | "link"
  | "linkDownSinceS"
  | "lastIoS"
  | "replId"
  | "replId2"
  | "secondOffset"
  | "appliedOffset"
  | "readOffset"
>;

function decodeReplication(wire: ReadInfo, path: string): Replication {
  return {
    masterHost: optional(wire.masterHost, `${path}.master_host`, text),
    masterPort: optional(wire.masterPort, `${path}.master_port`, port),
    link: wire.link === "LINK_UNSPECIFIED" ? null : oneOf(FROM_LINK, wire.link, `${path}.link`),
    linkDownSinceS: optional(wire.linkDownSinceS, `${path}.link_down_since_s`, integer),
    lastIoS: optional(wire.lastIoS, `${path}.last_io_s`, integer),
    replId: text(wire.replId, `${path}.repl_id`),
    replId2: optional(wire.replId2, `${path}.repl_id2`, text),
    secondOffset: integer(wire.secondOffset, `${path}.second_offset`),
    appliedOffset: optional(wire.appliedOffset, `${path}.applied_offset`, integer),
    readOffset: optional(wire.readOffset, `${path}.read_offset`, integer),
  };
}
