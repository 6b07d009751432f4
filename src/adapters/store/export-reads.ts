/** What is read of an exported state: with its types checked, and in the words of the core. */
import type { JsonValue } from "../../core/consensus/types.ts";
import type { Left } from "../../core/groups/bequest.ts";
import type { ClusterId, GroupName, MonitorName } from "../../core/ids.ts";
import type { Mode, Node } from "../../core/state.ts";
import type { Stamp } from "../../core/stamp.ts";
import {
  address,
  listOf,
  named,
  number,
  objectOf,
  oneOf,
  orNull,
  recordOf,
  whole,
  words,
} from "../json-reads.ts";
import { clusterId, mark } from "../peer/fields.ts";

export interface Export {
  /** An instant, for people. */
  readonly exportedAt: string;
  readonly cluster: ClusterId;
  readonly stamp: Stamp;
  readonly monitors: readonly { readonly name: MonitorName; readonly address: string }[];
  readonly groups: readonly ExportedGroup[];
}

export interface ExportedGroup {
  readonly name: GroupName;
  /** Where each node was. */
  readonly places: readonly Pick<Node, "name" | "address" | "port">[];
  /** What was under way, for people. */
  readonly unfinished: string | null;
  readonly savedMinReplicas: Readonly<Record<string, string>>;
  readonly left: Left;
}

const cluster = objectOf({
  id: (value, path) => clusterId(words(value, path), path),
  term: (value, path) => mark(number(value, path), path),
  version: (value, path) => mark(number(value, path), path),
  monitors: listOf(objectOf<Export["monitors"][number]>({ name: named, address: words })),
});

const group = objectOf({
  name: named,
  mode: oneOf<Mode>("active", "manual", "passive", "wait"),
  pause: orNull(
    objectOf({
      by: words,
      reason: orNull(words),
      since: number,
      for_ms: orNull(number),
      left_ms: orNull(number),
    }),
  ),
  lineage: objectOf({
    chain: listOf(objectOf({ replid: words, fork_offset: number })),
    high_water: number,
  }),
  nodes: listOf(
    objectOf({
      name: named,
      address,
      port: whole,
      admin: oneOf<Node["admin"]>("online", "offline", "awaiting-recovery"),
      outages: listOf(number),
      failed_over_at: orNull(number),
    }),
  ),
  unfinished: orNull(words),
  saved_min_replicas: recordOf(words),
});

const content = objectOf({ exported_at: words, cluster, groups: listOf(group) });

/** @throws Malformed */
export function readExport(value: JsonValue, path: string): Export {
  const { exported_at: exportedAt, cluster: of, groups } = content(value, path);
  const { id, term, version, monitors } = of;
  return {
    exportedAt,
    cluster: id,
    stamp: { term, version },
    monitors,
    groups: groups.map(groupOf),
  };
}

function groupOf(read: ReturnType<typeof group>): ExportedGroup {
  const { name, nodes, unfinished, saved_min_replicas: savedMinReplicas } = read;
  const places = nodes.map((node) => ({
    name: node.name,
    address: node.address,
    port: node.port,
  }));
  return { name, places, unfinished, savedMinReplicas, left: leftOf(read) };
}

function leftOf({ mode, pause, lineage, nodes }: ReturnType<typeof group>): Left {
  return {
    mode,
    pause: pause === null ? null : pauseOf(pause),
    lineage: {
      chain: lineage.chain.map(({ replid, fork_offset: forkOffset }) => ({
        replId: replid,
        forkOffset,
      })),
      highWater: lineage.high_water,
    },
    nodes: nodes.map(({ name, admin, outages, failed_over_at: failedOverAt }) => ({
      name,
      admin,
      outages,
      ...(failedOverAt === null ? {} : { failedOverAt }),
    })),
  };
}

function pauseOf(
  pause: NonNullable<ReturnType<typeof group>["pause"]>,
): NonNullable<Left["pause"]> {
  const { by, reason, since, for_ms: forMs, left_ms: leftMs } = pause;
  return { by, reason, since, forMs, leftMs };
}
