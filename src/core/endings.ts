/** What a newly agreed state has in its history that the one before had not: what came to its end with it. */
import { groupIn, type Committed, type PastOperation } from "./state.ts";
import { sameStamp } from "./stamp.ts";

export interface Ending {
  readonly group: string;
  readonly past: PastOperation;
}

/** Of a group that was not there before, and of a monitor that knew nothing before, nothing is new. */
export function endings(before: Committed | null, after: Committed | null): readonly Ending[] {
  if (before === null || after === null) return [];
  return after.groups.flatMap((group) => {
    const known = groupIn(before, group.name)?.past ?? group.past;
    if (known === group.past) return [];
    const isNew = (past: PastOperation) =>
      !known.some(({ epoch, kind }) => kind === past.kind && sameStamp(epoch, past.epoch));
    return group.past.filter(isNew).map((past) => ({ group: group.name, past }));
  });
}
