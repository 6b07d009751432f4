/**
 * `mmm explain`: would the master be failed over now, and if not, why not: each condition with what
 * it rests on.
 */
import type { ClusterStatus, GroupStatus, NodeStatus, Status } from "../../core/status-types.ts";
import type { Paint } from "../terminal.ts";
import { showAge } from "./quantities.ts";
import { table } from "./table.ts";
import { showTally, tallyOf, voteReasons } from "./votes.ts";

interface Condition {
  readonly ok: boolean;
  readonly what: string;
  readonly why: string;
}

export function renderExplain(
  { cluster }: Status,
  group: GroupStatus,
  paint: Paint,
): readonly string[] {
  const conditions = conditionsOf(group, cluster);
  const yes = conditions.every(({ ok }) => ok);
  const rows = conditions.map(({ ok, what, why }) => [
    paint(ok ? "good" : "warn", ok ? "ok" : "FAIL"),
    what,
    why,
  ]);
  return [
    `Would ${group.name} be failed over from ${group.master ?? "its master"} now?  ${paint("strong", yes ? "YES" : "NO")}`,
    ...table(["", "CONDITION", "BECAUSE"], rows)
      .slice(1)
      .map((line) => `  ${line}`),
    ...successorLines(group),
  ];
}

export function conditionsOf(group: GroupStatus, cluster: ClusterStatus): readonly Condition[] {
  const { leader, has_quorum, monitors } = cluster;
  const reachable = monitors.filter((one) => one.reachable).length;
  const master = group.nodes.find(({ name }) => name === group.master);
  return [
    { ok: leader !== null, what: "a monitor leads", why: leader ?? "nobody does" },
    {
      ok: has_quorum,
      what: "a majority of the monitors answers",
      why: `${reachable} of ${monitors.length}`,
    },
    { ok: group.mode === "active", what: "the mode is active", why: group.mode },
    { ok: group.pause === null, what: "nobody paused it", why: pauseOf(group) },
    downCondition(group, master, cluster),
    {
      ok: group.operation === null,
      what: "nothing else is running",
      why:
        group.operation === null
          ? "nothing"
          : `${group.operation.kind}, at "${group.operation.phase}"`,
    },
    successorCondition(group),
  ];
}

function pauseOf({ pause }: GroupStatus): string {
  if (pause === null) return "not paused";
  const { by, reason, left_ms } = pause;
  const left = left_ms === null ? `until "mmm resume"` : `for another ${showAge(left_ms)}`;
  return `paused by ${by} ${left}${reason === null ? "" : ` (${reason})`}`;
}

function downCondition(
  group: GroupStatus,
  master: NodeStatus | undefined,
  cluster: ClusterStatus,
): Condition {
  const ok = group.verdict === "master-down" || group.verdict === "no-master";
  const what = "the master is down for a majority";
  if (master === undefined) return { ok, what, why: group.verdict_text };
  const tally = showTally(tallyOf(master, cluster), cluster);
  const why = `${group.verdict}: ${tally}${tallyOf(master, cluster).kind === "up" ? "" : ` (${voteReasons(master, cluster)})`}`;
  return { ok, what, why };
}

function successorCondition({ nodes, master }: GroupStatus): Condition {
  const fit = nodes.filter(({ name, promotable }) => name !== master && promotable.ok);
  const why = fit.length === 0 ? "none" : fit.map(({ name }) => name).join(", ");
  return { ok: fit.length > 0, what: "a replica can be promoted", why };
}

function successorLines({ nodes, master }: GroupStatus): readonly string[] {
  return nodes
    .filter(({ name, promotable }) => name !== master && !promotable.ok)
    .map(({ name, promotable }) => `  ${name} cannot be promoted: ${promotable.why ?? "unknown"}`);
}
