/**
 * `mmm status`: first who leads and whether a majority is there, then each group: its VIPs, its
 * nodes, who votes what; last what is wrong, in sentences.
 */
import { showAge } from "../../core/ages.ts";
import { findings } from "../../core/status-findings.ts";
import type {
  ClusterStatus,
  GroupStatus,
  MonitorStatus,
  NodeStatus,
  PauseStatus,
  Status,
  VipStatus,
  Warning,
} from "../../core/status-types.ts";
import { showTally, tallyOf } from "../../core/status-votes.ts";
import { isOfRemoved } from "../../core/whereabouts.ts";
import type { Paint, Tone } from "../terminal.ts";
import { showBytes, showInstant } from "./quantities.ts";
import { lineWithin, table, tableWithin } from "./table.ts";
import { voteGrid } from "./votes.ts";

export interface StatusForm {
  /** Also the monitors, and who votes what. */
  readonly cluster: boolean;
  readonly paint: Paint;
  /** How wide the screen is; null: there is none, and everything is shown. */
  readonly columns: number | null;
}

export function renderStatus(status: Status, form: StatusForm): readonly string[] {
  const { cluster, groups, answered_by, at } = status;
  const warnings = findings(status).map((one) => showWarning(one, form.paint));
  if (isOfRemoved(status)) {
    const line = [`cluster ${cluster.id}`, `${showInstant(at)}Z`, `seen by ${answered_by.name}`];
    return joinParts([[line.join("   ")], warnings]);
  }
  const monitors = form.cluster ? [monitorTable(cluster, form.paint), [marginOf(cluster)]] : [];
  const parts = [
    headLines(status, form),
    ...monitors,
    ...groups.flatMap((group) => groupParts(group, cluster, form)),
    warnings,
  ];
  return joinParts(parts);
}

/** An empty line between parts; the margin belongs to the table above it. */
function joinParts(parts: readonly (readonly string[])[]): readonly string[] {
  return parts
    .filter((lines) => lines.length > 0)
    .flatMap((lines, at) => (at === 0 || isMargin(lines) ? lines : ["", ...lines]));
}

function isMargin(lines: readonly string[]): boolean {
  return lines[0]?.startsWith("quorum ") === true;
}

function headLines(status: Status, { paint, columns }: StatusForm): readonly string[] {
  const { cluster, at, answered_by, security } = status;
  const reachable = cluster.monitors.filter((one) => one.reachable).length;
  const leader =
    cluster.leader === null
      ? paint("bad", `none (term ${cluster.term})`)
      : `${paint("strong", cluster.leader)} (term ${cluster.term})`;
  const quorum = paint(
    cluster.has_quorum ? "good" : "bad",
    `${reachable}/${cluster.monitors.length}`,
  );
  const age = answered_by.age_ms === null ? "" : ` (${showAge(answered_by.age_ms)} old)`;
  const lines = lineWithin(columns, [
    `cluster ${cluster.id ?? "not founded"}`,
    `leader ${leader}`,
    `monitors ${quorum}`,
    `${showInstant(at)}Z`,
    `seen by ${answered_by.name}${age}`,
    ...(security?.tls === "off" ? [paint("warn", "tls off")] : []),
  ]);
  const stale = `READ-ONLY VIEW: ${answered_by.name} sees ${reachable} of ${cluster.monitors.length} monitors; what it shows may be old`;
  // Before the founding there is nothing that could be old.
  return cluster.has_quorum || cluster.id === null ? lines : [...lines, paint("bad", stale)];
}

function monitorTable({ monitors }: ClusterStatus, paint: Paint): readonly string[] {
  const isTls = monitors.some(({ certificate }) => certificate !== null);
  const rows = monitors.map((one) => [
    one.name,
    one.address,
    monitorRole(one, paint),
    one.reachable ? showAge(one.last_seen_ms ?? 0) : paint("bad", `${showAge(one.last_seen_ms)} !`),
    one.version ?? "-",
    ...(isTls ? [certificateOf(one, paint)] : []),
    one.problem ?? (one.network === "down" ? paint("bad", "own network down") : ""),
  ]);
  return table(
    ["MONITOR", "ADDRESS", "ROLE", "LAST SEEN", "VERSION", ...(isTls ? ["CERTIFICATE"] : []), ""],
    rows,
  );
}

/** Until when it is good. */
function certificateOf({ certificate }: MonitorStatus, paint: Paint): string {
  if (certificate === null) return "-";
  const text = `until ${certificate.expires_at.slice(0, 10)}`;
  return certificate.days_left < 0 ? paint("bad", `${text} !`) : text;
}

function monitorRole({ role, reachable }: MonitorStatus, paint: Paint): string {
  if (!reachable) return paint("bad", "unreachable");
  return role === "leader" ? paint("strong", "LEADER") : role;
}

/** How far the cluster is from being unable to act. */
export function marginOf({ id, monitors, quorum }: ClusterStatus): string {
  if (id === null) return "quorum none yet: the cluster is not founded";
  if (monitors.length === 1) return "quorum 1 of 1 monitor: losing it stops automatic failover";
  const reachable = monitors.filter((one) => one.reachable).length;
  const spare = reachable - quorum;
  const head = `quorum ${quorum} of ${monitors.length} monitors, ${reachable} answering:`;
  if (spare < 0)
    return `${head} no automatic failover until ${-spare} more answer${spare === -1 ? "s" : ""}`;
  if (spare === 0) return `${head} losing one more stops automatic failover`;
  return `${head} ${spare} may be lost`;
}

function groupParts(
  group: GroupStatus,
  cluster: ClusterStatus,
  form: StatusForm,
): readonly (readonly string[])[] {
  const { paint } = form;
  return [
    [...groupLines(group, form), ...vipLines(group, paint)],
    nodeTable(group, cluster, form),
    form.cluster ? voteGrid(group.nodes, cluster, paint) : [],
  ];
}

function groupLines(group: GroupStatus, { paint, columns }: StatusForm): readonly string[] {
  const mode = group.mode === "active" ? "active" : paint("warn", group.mode.toUpperCase());
  const verdict = paint(group.verdict === "healthy" ? "good" : "bad", group.verdict);
  const paused = group.pause === null ? [] : [paint("warn", pauseCell(group.pause))];
  return lineWithin(columns, [
    `group ${paint("strong", group.name)}`,
    `master ${group.master ?? "none"}`,
    `verdict ${verdict}`,
    `mode ${mode}`,
    ...paused,
    `epoch ${group.epoch}`,
  ]);
}

export function pauseCell({ left_ms }: PauseStatus): string {
  return left_ms === null ? "PAUSED" : `PAUSED for another ${showAge(left_ms)}`;
}

function vipLines(group: GroupStatus, paint: Paint): readonly string[] {
  const off = group.lease_backend === "off";
  const writer = group.writer === null ? [] : [vipLine("writer", group.writer, off, paint)];
  return [...writer, ...group.readers.map((vip) => vipLine("reader", vip, off, paint))];
}

function vipLine(role: string, vip: VipStatus, off: boolean, paint: Paint): string {
  const lapsed = vip.holder === null || vip.lease_ms === 0;
  const mayBeOn = vip.kind === "unclaimed" ? [] : vip.possible_holders;
  const nowhere = off || mayBeOn.length > 0 ? "seen nowhere" : "nowhere";
  const where = vip.holder === null ? nowhere : `on ${vip.holder}`;
  const left = vip.lease_ms === 0 ? "lapsed" : showAge(vip.lease_ms);
  const lease = off ? "permanent address, no lease" : `lease ${left}`;
  const isSure = mayBeOn.every((node) => node === vip.holder);
  const unsure = isSure ? "" : `   may be on ${mayBeOn.join(", ")}`;
  return `${role} ${vip.ip} ${paint(lapsed ? "bad" : "good", where)}   ${lease}   epoch ${vip.epoch}${unsure}`;
}

const HEADER = [
  "NODE",
  "ADDRESS",
  "ROLE",
  "STATE",
  "LINK",
  "LAG",
  "OFFSET",
  "PRIO",
  "VIP",
  "VOTES",
];

/** What "mmm info" says, too, and is looked for the least. */
const SPARE = ["OFFSET", "PRIO", "ADDRESS"];

function nodeTable(
  group: GroupStatus,
  cluster: ClusterStatus,
  { paint, columns }: StatusForm,
): readonly string[] {
  const rows = group.nodes.map((node) => [
    node.name,
    node.address,
    roleCell(node, group, paint),
    paint(stateTone(node), node.state),
    linkCell(node, paint),
    node.name === group.master ? "-" : showBytes(node.lag_bytes),
    node.offset === null ? "-" : String(node.offset),
    node.priority === null ? "-" : String(node.priority),
    vipCell(node, group),
    votesCell(node, cluster, paint),
  ]);
  return tableWithin(columns, SPARE, HEADER, rows);
}

/** `!`: not the role that it should have. While the master changes, two nodes may have it. */
function roleCell(node: NodeStatus, group: GroupStatus, paint: Paint): string {
  const expected = node.name === group.master ? "master" : "replica";
  const changing = node.name === group.operation?.to;
  if (node.role === expected || changing || group.master === null) return node.role;
  return paint(
    node.role === "unknown" ? "warn" : "bad",
    node.role === "unknown" ? "?" : `${node.role}!`,
  );
}

function stateTone({ state }: NodeStatus): Tone {
  if (state === "ONLINE") return "good";
  return state === "HARD_OFFLINE" || state === "REPLICATION_FAIL" ? "bad" : "warn";
}

function linkCell(node: NodeStatus, paint: Paint): string {
  return node.link === "down" ? paint("bad", "down") : (node.link ?? "-");
}

function vipCell({ vips }: NodeStatus, { writer, readers }: GroupStatus): string {
  const held = [
    ...(writer !== null && vips.includes(writer.ip) ? ["writer"] : []),
    ...readers.filter(({ ip }) => vips.includes(ip)).map(() => "reader"),
  ];
  return held.length === 0 ? "-" : held.join(",");
}

function votesCell(node: NodeStatus, cluster: ClusterStatus, paint: Paint): string {
  const tally = tallyOf(node, cluster);
  return paint(tally.kind === "up" ? "good" : "bad", showTally(tally, cluster).toLowerCase());
}

const LABELS: Readonly<Record<Warning["level"], readonly [label: string, tone: Tone]>> = {
  critical: ["CRITICAL", "bad"],
  warning: ["WARNING ", "warn"],
  hint: ["HINT    ", "dim"],
};

export function showWarning({ level, text }: Warning, paint: Paint): string {
  const [label, tone] = LABELS[level];
  return `${paint(tone, label)} ${text}`;
}
