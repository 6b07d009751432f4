/** `ping_ips`: three pings must fit into `down_after`, or the check ends after a node is down (`ping/opinion.ts`). */
import { INTERVAL_SHARE } from "../ping/opinion.ts";
import { report, whereIs } from "./reader.ts";
import type { Whole } from "./sections.ts";

const PING_MS = 1_000;
/** What ping allows to everybody. */
const SHORTEST_MS = 200;

export function pingIntervalOf(whole: Whole): number {
  return whole.top.values.ping_interval ?? Math.min(PING_MS, mostOf(whole));
}

/** Of all groups: one check serves for them all. */
function shortestOf({ groups }: Whole): number {
  return Math.min(...groups.map(({ top }) => top.values.down_after));
}

function mostOf(whole: Whole): number {
  return Math.floor(shortestOf(whole) * INTERVAL_SHARE);
}

export function checkPings(whole: Whole): void {
  const { source, top, groups } = whole;
  const { ping_ips, ping_interval } = top.values;
  if (ping_ips === null || groups.length === 0) return;
  const most = mostOf(whole);
  if ((ping_interval ?? most) <= most && most >= SHORTEST_MS) return;
  const advice =
    most < SHORTEST_MS
      ? `write a down_after of at least ${3 * SHORTEST_MS}ms`
      : `write at most ${most}ms, or a longer down_after`;
  report(
    source,
    whereIs(top.section, ping_interval === null ? "ping_ips" : "ping_interval"),
    `three pings must fit into down_after (${shortestOf(whole)} ms), so that this check ends before a node is down; ${advice}`,
  );
}
