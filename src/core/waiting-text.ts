/** What the mode `wait` waits for, in words. */
import { inWords } from "./pause.ts";
import type { GroupStatus, WaitingStatus } from "./status-types.ts";

/** Without what counts down: who asks wants to hear of changes only. */
export function waitingText(
  { master }: Pick<GroupStatus, "master">,
  waiting: WaitingStatus,
): string {
  const { missing, limit_ms } = waiting;
  const lacks = missing.length === 0 ? "" : ` (not yet: ${missing.join(", ")})`;
  const orElse =
    limit_ms === null ? "" : `, or ${master ?? "a master"} has been for ${inWords(limit_ms)}`;
  return `until every node is ONLINE to a majority of the monitors${lacks} and the master is well${orElse}`;
}
