/**
 * Groups that wait for something which is not about them alone: for a proposal under way, or for an
 * answer to a round. They are looked at in the turn in which that has passed, and not before.
 */
import type { GroupName } from "./ids.ts";
import type { MonitorState, Obstacle } from "./local.ts";
import type { News } from "./news.ts";

export const HELD_UP_BY_NOTHING: MonitorState["heldUp"] = { proposal: [], round: [] };

/** What a turn offers of a monitor's memory. */
interface Memory {
  readonly state: { heldUp: MonitorState["heldUp"] };
  readonly news: News;
}

export function holdUp({ state }: Memory, obstacle: Obstacle, group: GroupName): void {
  const held = state.heldUp[obstacle];
  if (!held.includes(group)) state.heldUp = { ...state.heldUp, [obstacle]: [...held, group] };
}

export function letGo({ state, news }: Memory, obstacle: Obstacle): void {
  const held = state.heldUp[obstacle];
  if (held.length === 0) return;
  for (const group of held) news.add(group);
  state.heldUp = { ...state.heldUp, [obstacle]: [] };
}
