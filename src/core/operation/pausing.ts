/**
 * `mmm pause` and `mmm resume`, and the end of a pause by itself. Both leave an entry in the history.
 * What is under way when a pause begins is ended first: half an operation is worse than a whole one.
 */
import type { Waiting } from "../local.ts";
import type { Command } from "../messages.ts";
import { describePause, inWords, leftOf, type Pause } from "../pause.ts";
import type { GroupPart } from "../state.ts";
import type { Turn } from "../turn.ts";
import { type Order, refused, taken } from "./order.ts";
import { incident, withPast } from "./outline.ts";

/** The agreed state is small, and stays so. */
const LONGEST_REASON = 200;
const SHORTEST_MS = 1000;
/** What is left is agreed on anew after this share of it, but not more often than that. */
const RECOUNT_SHARE = 1 / 20;
const RECOUNT_MS = 5000;

export function takePause(
  turn: Turn,
  group: GroupPart,
  { by }: Waiting,
  { forMs, reason: given }: Extract<Command, { kind: "pause" }>,
): Order {
  if (forMs !== null && forMs < SHORTEST_MS)
    return refused(`a pause of ${forMs} ms is none: at least ${inWords(SHORTEST_MS)}`);
  const { wall } = turn.at;
  const reason = given?.slice(0, LONGEST_REASON) ?? null;
  turn.change(group.name, (part, stamp) => {
    const pause: Pause = { by, reason, since: wall, forMs, leftMs: forMs, counted: stamp };
    const past = { kind: "pause", by, reason: describePause(pause) } as const;
    return withPast({ ...part, pause }, incident(past, stamp, wall));
  });
  const until = forMs === null ? `until "mmm resume"` : `for ${inWords(forMs)}`;
  const running = group.operation === null ? "" : `; the ${group.operation.kind} is ended first`;
  return taken(
    `group ${group.name} is paused ${until}: no automatic failover, nothing is repaired, leases are kept alive${running}`,
  );
}

export function takeResume(turn: Turn, group: GroupPart, { by }: Waiting): Order {
  if (group.pause === undefined)
    return { kind: "answered", message: `group ${group.name} is not paused` };
  end(turn, group, by, "ended by hand");
  return taken(`group ${group.name} is not paused any more; its mode is ${group.mode}`);
}

/** Of the leader: ends a pause whose time is over, and agrees now and then on what is left of it. */
export function keepPause(turn: Turn, group: GroupPart): void {
  const { pause } = group;
  if (pause === undefined || pause.leftMs === null || turn.isChanging(group.name)) return;
  const leftMs = leftOf(pause, turn.local(group.name).pauseSeen, turn.now) ?? pause.leftMs;
  if (leftMs <= 0) return end(turn, group, turn.state.name, "its time is over");
  if (pause.leftMs - leftMs < Math.max(RECOUNT_MS, pause.leftMs * RECOUNT_SHARE)) return;
  turn.change(group.name, (part, counted) => ({ ...part, pause: { ...pause, leftMs, counted } }));
}

function end(turn: Turn, group: GroupPart, by: string, why: string): void {
  const { name, pause: ended } = group;
  const { wall } = turn.at;
  if (ended === undefined) return;
  const lasted = inWords(Math.max(0, Math.round((wall - ended.since) / 1000) * 1000));
  const reason = `${why} after ${lasted}; ${describePause(ended)}`;
  turn.change(name, (part, stamp) => {
    const { pause: _, ...rest } = part;
    return withPast(rest, incident({ kind: "resume", by, reason }, stamp, wall));
  });
}
