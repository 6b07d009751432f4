/** `mmm info NODE`: everything that the monitors know of one node, as `key: value` blocks. */
import { showAge } from "../../core/ages.ts";
import type {
  ClusterStatus,
  GroupStatus,
  HistoryEntry,
  NodeStatus,
} from "../../core/status-types.ts";
import { showTally, tallyOf } from "../../core/status-votes.ts";
import type { Paint } from "../terminal.ts";
import { showBytes, showInstant, showTook } from "./quantities.ts";
import { table } from "./table.ts";
import { showVote } from "./votes.ts";

type Fact = readonly [label: string, value: string | null];

export interface Known {
  readonly node: NodeStatus;
  readonly group: GroupStatus;
  readonly cluster: ClusterStatus;
  /** What it had to do with, the newest last; null: the history could not be had. */
  readonly events: readonly HistoryEntry[] | null;
}

export function renderInfo(
  { node, group, cluster, events }: Known,
  paint: Paint,
): readonly string[] {
  return [
    `Info about ${paint("strong", node.name)}`,
    ...block("", identity(node, group)),
    ...block(
      node.role === "unknown" && node.redis !== null ? "redis, as it last answered" : "redis",
      redisFacts(node),
    ),
    ...block("host", hostFacts(node)),
    ...block("ssh", sshFacts(node, group)),
    ...block("votes", voteFacts(node, cluster, paint)),
    ...eventLines(events, paint),
  ];
}

function block(title: string, facts: readonly Fact[]): readonly string[] {
  const known = facts.filter((fact): fact is readonly [string, string] => fact[1] !== null);
  const lines = known.map(([label, value]) => `  ${`${label}:`.padEnd(20)}${value}`);
  return title === "" || lines.length === 0 ? lines : [`${title}`, ...lines];
}

/** The first two labels are those of 2011. */
function identity(node: NodeStatus, group: GroupStatus): readonly Fact[] {
  const { ok, why } = node.promotable;
  const isMaster = node.name === group.master;
  return [
    ["Current role", node.role],
    ["Current master", isMaster ? null : (node.redis?.master ?? group.master)],
    ["Link to master", node.link === null ? null : node.link.toUpperCase()],
    ["State", node.state],
    ["Group", `${group.name} (${group.verdict}, mode ${group.mode})`],
    ["Address", node.address],
    ["Promotable", isMaster ? null : ok ? "yes" : `no: ${why ?? "unknown"}`],
  ];
}

function redisFacts({ redis, offset, lag_bytes, priority }: NodeStatus): readonly Fact[] {
  if (redis === null) return [["seen", "never"]];
  const busy = [redis.loading ? "loading" : "", redis.syncing ? "syncing" : ""].filter(
    (word) => word !== "",
  );
  return [
    ["version", redis.version],
    ["uptime", showAge(redis.uptime_s * 1_000)],
    ["run id", redis.run_id],
    ["replication id", redis.repl_id],
    ["offset", offset === null ? null : String(offset)],
    ["lag", lag_bytes === null ? null : showBytes(lag_bytes)],
    ["priority", priority === null ? null : String(priority)],
    ["clients", String(redis.connected_clients)],
    ["replicas", String(redis.connected_replicas)],
    ["busy", busy.length === 0 ? null : busy.join(", ")],
  ];
}

function hostFacts({ vips, guard, membership, host }: NodeStatus): readonly Fact[] {
  return [
    ["serves", vips.length === 0 ? "no VIP" : vips.join(", ")],
    // An older monitor does not say it.
    ["interface", host === undefined ? null : host.interface],
    [
      "guard",
      guard.problem ??
        (guard.heard_ms === null ? "never heard" : `heard ${showAge(guard.heard_ms)} ago`),
    ],
    ["packet filter", guard.gate],
    ["register", membership],
  ];
}

/** Where there is no virtual IP, nobody logs in. */
function sshFacts({ host, name }: NodeStatus, { writer, readers }: GroupStatus): readonly Fact[] {
  if (host === undefined || (writer === null && readers.length === 0)) return [];
  return [
    ["user", `${host.ssh_user}, port ${host.ssh_port}`],
    ["host key", host.ssh_host_key ?? "as known_hosts of each monitor says"],
    ["a login now", `mmm doctor ${name}`],
  ];
}

const SHOWN_EVENTS = 5;

/** The last operations that it had a part in: as `mmm history` tells of them, in fewer columns. */
function eventLines(events: Known["events"], paint: Paint): readonly string[] {
  if (events === null) return ["last events", "  not known: the history could not be had"];
  if (events.length === 0) return ["last events", "  none"];
  const rows = events
    .slice(-SHOWN_EVENTS)
    .map((event) => [
      `  ${showInstant(event.started_at)}`,
      event.kind,
      `${event.from ?? "-"} → ${event.to ?? "-"}`,
      paint(event.result === "ok" ? "good" : "bad", event.result),
      showTook(event.duration_ms),
      event.reason,
    ]);
  const [, ...lines] = table(["", "", "", "", "", ""], rows);
  return ["last events", ...lines];
}

function voteFacts(node: NodeStatus, cluster: ClusterStatus, paint: Paint): readonly Fact[] {
  const votes = cluster.monitors.map(({ name }): Fact => {
    const vote = node.votes[name];
    const answered = vote?.vote === "up" || vote?.vote === "degraded";
    const ms = answered ? vote.latency_ms : null;
    const details = [vote?.reason ?? null, latency(ms)].filter((text) => text !== null);
    return [name, [showVote(vote, paint), ...details].join("   ")];
  });
  return [...votes, ["majority", showTally(tallyOf(node, cluster), cluster)]];
}

function latency(ms: number | null): string | null {
  return ms === null ? null : `answers in ${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}
