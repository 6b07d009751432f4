/** How often replicas had to be brought up again: with what they missed, or with everything. */
import type { Lab } from "../helpers/lab.ts";

export interface Resyncs {
  readonly full: number;
  readonly partial: number;
}

/** Of one process of Redis, which begins at 0. */
export interface Counters extends Resyncs {
  readonly runId: string;
}

/** null: that node does not answer. */
export async function countersOf(
  lab: Lab,
  nodes: readonly string[],
): Promise<readonly (Counters | null)[]> {
  return await Promise.all(
    nodes.map(async (node) => parseCounters(await lab.tryRun("redis", node, "info", "everything"))),
  );
}

export function parseCounters(info: string | undefined): Counters | null {
  const field = (name: string) => new RegExp(`^${name}:(\\w+)`, "m").exec(info ?? "")?.[1];
  const runId = field("run_id");
  if (runId === undefined) return null;
  return {
    runId,
    full: Number(field("sync_full") ?? 0),
    partial: Number(field("sync_partial_ok") ?? 0),
  };
}

/** What the same nodes granted between the two looks. */
export function granted(
  before: readonly (Counters | null)[],
  after: readonly (Counters | null)[],
): Resyncs {
  let full = 0;
  let partial = 0;
  for (const [index, now] of after.entries()) {
    if (now === null) continue;
    const then = before[index];
    const isSame = then !== null && then !== undefined && then.runId === now.runId;
    full += now.full - (isSame ? then.full : 0);
    partial += now.partial - (isSame ? then.partial : 0);
  }
  return { full, partial };
}
