/**
 * What a restart did to a master's data. Every restart of a master changes its replication id:
 *
 *   RDB, SIGTERM            second id = ours, at the last offset     intact
 *   RDB, kill -9            second id = ours, at the RDB's offset    gone back
 *   AOF                     no second id                             unknown (Redis does not say)
 *   no persistence          no second id                             gone back (empty)
 *   a stale full-sync file  second id = ours, at that sync's offset  gone back
 *
 * "Has no keys" would miss the second and fifth row, "has a new id" would accuse the first. While
 * it loads, INFO shows zeros. A master that has been alone for `repl-backlog-ttl` (an hour by
 * default) changes its id without a restart; it is told by its age, and by its offset, which such a change
 * keeps: the age is by its host's clock, and one that is set forward after the boot makes any process old.
 */
import type { Lineage } from "../state.ts";
import { currentReplId } from "./lineage.ts";
import type { NodeInfo } from "./types.ts";

/** `renamed`: the same process took a new id by itself, its data are what they were. */
export type Rebirth = "loading" | "intact" | "renamed" | "gone-back" | "unknown";

/** Far older than any restart that is still to be judged, far younger than `repl-backlog-ttl`. */
export const RENAMED_UPTIME_S = 600;

/** null: it is the life that we know, or we know none yet. Asks only of masters. */
export function rebirthOf(info: NodeInfo, lineage: Lineage, highWater: number): Rebirth | null {
  const id = currentReplId(lineage);
  if (id === null || info.role !== "master" || info.replId === id) return null;
  if (info.loading) return "loading";
  if (info.replId2 === id) return info.secondOffset - 1 >= highWater ? "intact" : "gone-back";
  if (hasNoSecondId(info)) {
    if (info.uptimeS >= RENAMED_UPTIME_S && info.offset >= highWater) return "renamed";
    if (info.aof) return "unknown";
  }
  return "gone-back";
}

function hasNoSecondId(info: NodeInfo): boolean {
  return info.replId2 === null || /^0*$/.test(info.replId2);
}
