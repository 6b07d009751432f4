/**
 * The agreed state as a file for people and for `mmm state import`: readable JSON with a sum, so that
 * damage and edits are noticed. It says what no configuration file says (what people decided, how far
 * the data went), who was master and where the VIPs were, for whoever reads it. Settings and commands,
 * which may name secrets, are not in it: they stand in the files.
 */
import { createHash } from "node:crypto";
import type { JsonValue, Slot } from "../../core/consensus/types.ts";
import type { MonitorName, WallTime } from "../../core/ids.ts";
import type { ClusterPart, GroupPart } from "../../core/state.ts";
import { retyped } from "../../core/typed-slot.ts";
import { MmmError } from "../../errors.ts";
import { fieldsOf } from "../json-reads.ts";
import { json, Malformed } from "../peer/fields.ts";
import { type Export, readExport } from "./export-reads.ts";

export const EXPORT_FORMAT = "redis-mmm-state";
export const EXPORT_VERSION = 1;

/** What a monitor has on its disk. */
export interface Exported {
  readonly monitor: MonitorName;
  readonly slot: Slot;
  readonly at: WallTime;
}

/** The whole file. */
export function exportText({ monitor, slot, at }: Exported): string {
  const { cluster, groups } = retyped(null, slot);
  const content = {
    format: EXPORT_FORMAT,
    version: EXPORT_VERSION,
    exported_at: new Date(at).toISOString(),
    monitor,
    cluster: clusterOf(cluster, slot),
    groups: groups.map(groupOf),
  };
  return `${JSON.stringify({ ...content, sha256: sumOf(content) }, null, 2)}\n`;
}

function clusterOf({ clusterId, members }: ClusterPart, { stamp }: Slot) {
  const monitors = members.map(({ name, address }) => ({ name, address }));
  return { id: clusterId, term: stamp.term, version: stamp.version, monitors };
}

function groupOf(group: GroupPart) {
  const { name, master, mode, pause, lineage, nodes, vips, operation } = group;
  return {
    name,
    master,
    mode,
    pause: pause === undefined ? null : pauseOf(pause),
    lineage: {
      chain: lineage.chain.map(({ replId, forkOffset }) => ({
        replid: replId,
        fork_offset: forkOffset,
      })),
      high_water: lineage.highWater,
    },
    nodes: nodes.map((node) => ({
      name: node.name,
      address: node.address,
      port: node.port,
      admin: node.admin,
      outages: node.outages,
      failed_over_at: node.failedOverAt ?? null,
    })),
    vips: vips.map(({ ip, role, node, epoch }) => ({
      ip,
      role,
      holder: node,
      epoch: epoch.version,
    })),
    unfinished:
      operation === null
        ? null
        : `${operation.kind} from ${operation.from} to ${operation.to ?? "?"}, in phase ${operation.phase}`,
    saved_min_replicas: savedOf(group),
  };
}

function pauseOf({ by, reason, since, forMs, leftMs }: NonNullable<GroupPart["pause"]>) {
  return { by, reason, since, for_ms: forMs, left_ms: leftMs };
}

/** What `min-replicas-to-write` was on nodes where an operation or a return had changed it. */
function savedOf({ operation, rejoining, blocked }: GroupPart): Readonly<Record<string, string>> {
  const held = Object.entries(rejoining).flatMap(([name, { minReplicas }]) =>
    minReplicas === null ? [] : [[name, minReplicas] as const],
  );
  const moved = Object.entries(operation?.saved ?? {}).map(
    ([name, { minReplicas }]) => [name, minReplicas] as const,
  );
  return Object.fromEntries([...Object.entries(blocked ?? {}), ...held, ...moved]);
}

/** @throws MmmError EXPORT_INVALID */
export function readExportText(bytes: Buffer, file: string): Export {
  try {
    const { sha256, ...content } = fieldsOf(json(bytes, "file"), "file");
    checkKind(content, file);
    if (sha256 !== sumOf(content))
      throw invalid(file, "it was damaged or edited: its sha256 does not match");
    return readExport(content, "file");
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    throw invalid(file, error.message);
  }
}

function checkKind({ format, version }: Readonly<Record<string, JsonValue>>, file: string): void {
  if (format !== EXPORT_FORMAT) throw invalid(file, "it was not written by mmm state export");
  if (version === EXPORT_VERSION) return;
  throw invalid(
    file,
    `it has version ${JSON.stringify(version)} of the format, and this redis-mmm reads version ${EXPORT_VERSION}`,
  );
}

function invalid(file: string, why: string): MmmError {
  return new MmmError("EXPORT_INVALID", {
    what: `cannot use ${file} as an exported state`,
    why,
    todo: "take another export; or start without one: docs/operations.md, State for the last resort",
  });
}

function sumOf(content: object): string {
  return createHash("sha256").update(JSON.stringify(content)).digest("hex");
}
