/** `mmm checks`: one line per node and check, in the form of mysql-mmm. */
import { showAge } from "../../core/ages.ts";
import type { ClusterStatus, GroupStatus, NodeStatus, Status } from "../../core/status-types.ts";
import { showTally, tallyOf, tallySinceMs, voteReasons } from "../../core/status-votes.ts";
import type { Paint } from "../terminal.ts";
import { showBytes, showInstant } from "./quantities.ts";
import { table } from "./table.ts";

interface Check {
  readonly name: string;
  /** null: nobody knows. */
  readonly ok: boolean | null;
  /** false: as the group is set up it says nothing of the node. */
  readonly used: boolean;
  readonly text: string;
  /** How long it has had this result; null: not known. */
  readonly sinceMs: number | null;
}

/** As programs get it. */
export interface NodeCheck {
  readonly node: string;
  readonly check: string;
  readonly ok: boolean | null;
  readonly used: boolean;
  readonly text: string;
  /** When its result last changed, by the clock of the monitor that answered; null: not known. */
  readonly last_change: string | null;
}

export const CHECKS: readonly string[] = ["redis", "guard", "link", "lag"];

/** What nobody knows is not well: whoever restarts one host after the other must wait for it. */
export function isWell({ ok, used }: NodeCheck): boolean {
  return ok === true || !used;
}

export function renderChecks(checks: readonly NodeCheck[], paint: Paint): readonly string[] {
  const rows = checks.map(({ node, check, ok, text, last_change }) => {
    const changed = last_change === null ? "-" : showInstant(last_change);
    return [node, check, result(ok, paint), changed, text];
  });
  return table(["NODE", "CHECK", "RESULT", "LAST CHANGE (UTC)", ""], rows);
}

export function nodeChecks(
  node: NodeStatus,
  group: GroupStatus,
  { cluster, at }: Pick<Status, "cluster" | "at">,
): readonly NodeCheck[] {
  return checksOf(node, group, cluster).map(({ name: check, ok, used, text, sinceMs }) => {
    const changed = sinceMs === null ? null : new Date(Date.parse(at) - sinceMs).toISOString();
    return { node: node.name, check, ok, used, text, last_change: changed };
  });
}

function result(ok: boolean | null, paint: Paint): string {
  if (ok === null) return paint("warn", "UNKNOWN");
  return ok ? paint("good", "OK") : paint("bad", "ERROR");
}

function checksOf(node: NodeStatus, group: GroupStatus, cluster: ClusterStatus): readonly Check[] {
  const common = [redisCheck(node, cluster), guardCheck(node, group)];
  return node.name === group.master ? common : [...common, linkCheck(node), lagCheck(node, group)];
}

function redisCheck(node: NodeStatus, cluster: ClusterStatus): Check {
  const tally = tallyOf(node, cluster);
  const ok = tally.kind === "up" ? true : tally.kind === "down" ? false : null;
  const why = ok === true ? "" : ` (${voteReasons(node, cluster)})`;
  const text = `${showTally(tally, cluster).toLowerCase()}${why}`;
  return { name: "redis", ok, used: true, text, sinceMs: tallySinceMs(node, cluster) };
}

function guardCheck({ guard, checked }: NodeStatus, { lease_backend }: GroupStatus): Check {
  const sinceMs = checked?.guard_ms ?? null;
  const said = (ok: boolean | null, text: string): Check => {
    return { name: "guard", ok, used: true, text, sinceMs };
  };
  if (lease_backend === "off")
    return { ...said(null, "not used: lease_backend is off"), used: false, sinceMs: null };
  const { heard_ms, gate, problem } = guard;
  if (problem !== null) return said(false, problem);
  if (heard_ms === null) return said(null, "never heard");
  return said(gate === "present", `heard ${showAge(heard_ms)} ago, packet filter ${gate}`);
}

function linkCheck({ link, redis, checked }: NodeStatus): Check {
  const master = redis?.master === null || redis === null ? "" : ` to ${redis.master}`;
  return {
    name: "link",
    ok: link === null ? null : link === "up",
    used: true,
    text: `${link ?? "not known"}${master}`,
    sinceMs: checked?.link_ms ?? null,
  };
}

/** One that is not connected to its master falls behind from now on, however little it lacks yet. */
function lagCheck(node: NodeStatus, { settings }: GroupStatus): Check {
  const { lag_bytes, link, state, checked } = node;
  const said = (ok: boolean | null, text: string): Check => {
    return { name: "lag", ok, used: true, text, sinceMs: checked?.lag_ms ?? null };
  };
  if (lag_bytes === null) return said(null, "not known");
  const text = `${showBytes(lag_bytes)} behind`;
  if (link === "up") return said(state !== "REPLICATION_DELAY", text);
  return said(lag_bytes > settings.max_lag_bytes ? false : null, `${text}, and not connected`);
}
