/** Every monitor remembers since when it knows what is left of a pause: it may be the next to lead. */
import type { GroupName, Instant } from "./ids.ts";
import type { GroupLocal } from "./local.ts";
import { sightingOf } from "./pause.ts";
import type { Committed } from "./state.ts";

/** What a turn offers of a monitor's memory. */
interface Memory {
  local(group: GroupName): GroupLocal;
  setLocal(group: GroupName, patch: Partial<GroupLocal>): void;
}

export function seePauses(memory: Memory, committed: Committed | null, now: Instant): void {
  for (const { name, pause } of committed?.groups ?? []) {
    const known = memory.local(name).pauseSeen;
    const pauseSeen = sightingOf(pause, known, now);
    if (pauseSeen !== known) memory.setLocal(name, { pauseSeen });
  }
}
