/** `mmm checks`: one line per node and check, in the form of mysql-mmm. */
import { showAge } from "../../core/ages.ts";
import type { ClusterStatus, GroupStatus, NodeStatus } from "../../core/status-types.ts";
import { showTally, tallyOf, voteReasons } from "../../core/status-votes.ts";
import type { Paint } from "../terminal.ts";
import { showBytes } from "./quantities.ts";
import { table } from "./table.ts";

interface Check {
  readonly name: string;
  /** null: nobody knows. */
  readonly ok: boolean | null;
  readonly text: string;
}

/** As programs get it. */
export interface NodeCheck {
  readonly node: string;
  readonly check: string;
  readonly ok: boolean | null;
  readonly text: string;
}

export const CHECKS: readonly string[] = ["redis", "guard", "link", "lag"];

export function renderChecks(checks: readonly NodeCheck[], paint: Paint): readonly string[] {
  const rows = checks.map(({ node, check, ok, text }) => [node, check, result(ok, paint), text]);
  return table(["NODE", "CHECK", "RESULT", ""], rows);
}

export function nodeChecks(
  node: NodeStatus,
  group: GroupStatus,
  cluster: ClusterStatus,
): readonly NodeCheck[] {
  return checksOf(node, group, cluster).map(({ name: check, ok, text }) => {
    return { node: node.name, check, ok, text };
  });
}

function result(ok: boolean | null, paint: Paint): string {
  if (ok === null) return paint("warn", "UNKNOWN");
  return ok ? paint("good", "OK") : paint("bad", "ERROR");
}

function checksOf(node: NodeStatus, group: GroupStatus, cluster: ClusterStatus): readonly Check[] {
  const common = [redisCheck(node, cluster), guardCheck(node, group)];
  return node.name === group.master ? common : [...common, linkCheck(node), lagCheck(node)];
}

function redisCheck(node: NodeStatus, cluster: ClusterStatus): Check {
  const tally = tallyOf(node, cluster);
  const ok = tally.kind === "up" ? true : tally.kind === "down" ? false : null;
  const why = ok === true ? "" : ` (${voteReasons(node, cluster)})`;
  return { name: "redis", ok, text: `${showTally(tally, cluster).toLowerCase()}${why}` };
}

function guardCheck({ guard }: NodeStatus, { lease_backend }: GroupStatus): Check {
  if (lease_backend === "off")
    return { name: "guard", ok: null, text: "not used: lease_backend is off" };
  const { heard_ms, gate, problem } = guard;
  if (problem !== null) return { name: "guard", ok: false, text: problem };
  if (heard_ms === null) return { name: "guard", ok: null, text: "never heard" };
  return {
    name: "guard",
    ok: gate === "present",
    text: `heard ${showAge(heard_ms)} ago, packet filter ${gate}`,
  };
}

function linkCheck({ link, redis }: NodeStatus): Check {
  const master = redis?.master === null || redis === null ? "" : ` to ${redis.master}`;
  return {
    name: "link",
    ok: link === null ? null : link === "up",
    text: `${link ?? "not known"}${master}`,
  };
}

function lagCheck({ lag_bytes, state }: NodeStatus): Check {
  const ok = lag_bytes === null ? null : state !== "REPLICATION_DELAY";
  return {
    name: "lag",
    ok,
    text: lag_bytes === null ? "not known" : `${showBytes(lag_bytes)} behind`,
  };
}
