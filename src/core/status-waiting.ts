/** What the mode `wait` waits for, as a monitor sees it. */
import type { At } from "./ids.ts";
import type { MonitorState } from "./local.ts";
import { isThere, missingOf, waitLimitMs } from "./operation/waiting.ts";
import { type GroupPart, memberNames } from "./state.ts";
import type { WaitingStatus } from "./status-types.ts";

export function waitingStatus(state: MonitorState, group: GroupPart, at: At): WaitingStatus | null {
  if (group.mode !== "wait") return null;
  const local = state.groups[group.name];
  const { master } = group;
  const limit = waitLimitMs(group);
  const since =
    state.leading === null || master === null ? undefined : local?.since[isThere(master)];
  return {
    missing: missingOf(group, local?.evidence ?? {}, memberNames(state.committed), at.now),
    limit_ms: limit,
    online_ms: since === undefined ? null : Math.round(at.now - since),
  };
}
