/**
 * `mmm show`, for scripts and fingers that know `mmm_control show`:
 * `  db1(192.168.0.31) master/ONLINE. Roles: writer(192.168.0.50)`, with comments in front.
 */
import type { GroupStatus, NodeStatus } from "../../core/status-types.ts";
import { pauseCell } from "./status.ts";

export function renderShow(group: GroupStatus, isOneOfMany: boolean): readonly string[] {
  return [
    ...(isOneOfMany ? [`# --- Group ${group.name} ---`] : []),
    ...modeLines(group),
    ...group.nodes.flatMap(({ name, guard }) =>
      guard.problem === null ? [] : [`# Warning: guard on host ${name} is not reachable`],
    ),
    ...group.nodes.map((node) => hostLine(node, group)),
    ...preferenceLines(group),
  ];
}

function modeLines({ mode, pause }: GroupStatus): readonly string[] {
  const paused = pause === null ? [] : [`# --- Group is ${pauseCell(pause)}, by ${pause.by} ---`];
  const mark = mode === "active" ? [] : [`# --- Monitors are in ${mode.toUpperCase()} MODE ---`];
  return [...mark, ...paused];
}

/** The words of mysql-mmm, its spelling included. */
function preferenceLines({ preference, master }: GroupStatus): readonly string[] {
  return preference?.is_master === false && master !== null
    ? [
        `# Role writer has ${preference.node} configured as it's preferred host but is assigned to ${master} at the moment.`,
      ]
    : [];
}

function hostLine(node: NodeStatus, { master, writer, readers }: GroupStatus): string {
  const kind = node.name === master ? "master" : "slave";
  const roles = [
    ...(writer !== null && node.vips.includes(writer.ip) ? [`writer(${writer.ip})`] : []),
    ...readers.flatMap(({ ip }) => (node.vips.includes(ip) ? [`reader(${ip})`] : [])),
  ].join(", ");
  const address = node.address.replace(/:\d+$/, "");
  return `  ${node.name}(${address}) ${kind}/${node.state}. Roles: ${roles}`.trimEnd();
}
