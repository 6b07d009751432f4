/**
 * A status as lines that change only when something happens: without offsets and ages. This is
 * what `mmm status --watch` appends to a file, one line per change.
 */
import type { GroupStatus, NodeStatus, Status } from "../../core/status-types.ts";
import { showTally, tallyOf } from "../../core/status-votes.ts";

export function stableLines({ cluster, groups }: Status): readonly string[] {
  const reachable = cluster.monitors.filter((one) => one.reachable).map(({ name }) => name);
  return [
    `cluster leader=${cluster.leader ?? "none"} term=${cluster.term} monitors=${reachable.join(",")}`,
    ...groups.flatMap((group) => [
      groupLine(group),
      ...group.nodes.map(
        (node) =>
          `${group.name} ${nodeLine(node)} votes=${showTally(tallyOf(node, cluster), cluster)}`,
      ),
    ]),
  ];
}

function groupLine({ name, master, verdict, mode, pause, writer, operation }: GroupStatus): string {
  const running = operation === null ? "none" : `${operation.kind}:${operation.phase}`;
  const paused = pause === null ? "" : ` paused=${pause.by}`;
  return `${name} master=${master ?? "none"} verdict=${verdict} mode=${mode} writer=${writer?.holder ?? "none"} operation=${running}${paused}`;
}

function nodeLine({ name, role, state, link, vips }: NodeStatus): string {
  return `${name} role=${role} state=${state} link=${link ?? "-"} vips=${vips.join(",") || "-"}`;
}
