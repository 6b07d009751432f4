/** For how long the master has been master, by the history that is agreed on. */
import type { WallTime } from "../ids.ts";
import type { GroupPart } from "../state.ts";

/** Infinity: nobody was made master as far back as the history goes, or the clock was set back since. */
export function masterForMs(group: GroupPart, wall: WallTime): number {
  const ms = wall - madeMasterAt(group);
  return ms >= 0 ? ms : Number.POSITIVE_INFINITY;
}

function madeMasterAt({ operation, past, master }: GroupPart): WallTime {
  if (operation?.phase === "claim") return operation.phaseStartedAt;
  const last = past.findLast(
    ({ kind, result }) => (kind === "failover" || kind === "switchover") && result === "ok",
  );
  return last?.to === master ? last.startedAt + last.durationMs : Number.NEGATIVE_INFINITY;
}
