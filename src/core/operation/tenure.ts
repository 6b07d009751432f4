/** For how long the master has been master, by the history that is agreed on. */
import { endedAt } from "../deeds.ts";
import type { WallTime } from "../ids.ts";
import type { GroupPart } from "../state.ts";

/** Infinity: nobody was made master as far back as the history goes, or the clock was set back since. */
export function masterForMs(group: GroupPart, wall: WallTime): number {
  const ms = wall - madeMasterAt(group);
  return ms >= 0 ? ms : Number.POSITIVE_INFINITY;
}

/** With its claim it is the master: whoever is told so later does not make that later. */
function madeMasterAt({ operation, past, master }: GroupPart): WallTime {
  if (operation?.phase === "claim") return operation.phaseStartedAt;
  const last = past.findLast(
    ({ kind, result }) => (kind === "failover" || kind === "switchover") && result === "ok",
  );
  if (last === undefined || last.to !== master) return Number.NEGATIVE_INFINITY;
  const claim = last.phases.findLast(({ name }) => name === "claim");
  return endedAt(last) - (claim?.ms ?? 0);
}
