/**
 * Whether this monitor's own network is up: by its pings, and by the nodes. As long as any node of any group
 * answers, it is not cut off, whatever the pings say: then the silence of another node means what it always
 * means. So a router that drops pings takes no vote away, and who abstains hears nothing at all: such a
 * leader could not have begun to move what it can no more renew.
 */
import type { OwnNetwork } from "./health/own-network.ts";
import { excused, isHeard } from "./health/watch.ts";
import type { Turn } from "./turn.ts";

export function pingsSay(turn: Turn, pings: OwnNetwork): void {
  turn.state.pings = pings;
  reviseNetwork(turn);
}

/** Also when a node was heard, or not. */
export function reviseNetwork(turn: Turn): void {
  const before = turn.state.network;
  const network = networkNow(turn);
  if (network.is === before.is && network.problem === before.problem) return;
  turn.state.network = network;
  const isOver = before.is === "down" && network.is !== "down";
  if (isOver) turn.state.cutOffUntil = turn.now;
  if (network.is === before.is) return;
  turn.report({
    kind: "network.changed",
    from: before.is ?? "not checked",
    to: network.is ?? "not checked",
    text: network.problem,
  });
  for (const group of Object.keys(turn.state.groups)) {
    if (isOver) excuse(turn, group);
    turn.news.add(group);
  }
}

function networkNow(turn: Turn): OwnNetwork {
  const { pings, groups } = turn.state;
  if (pings.is !== "down") return pings;
  const hears = Object.values(groups).some(({ watches }) => Object.values(watches).some(isHeard));
  if (!hears) return pings;
  return { is: "unknown", problem: `${pings.problem ?? "no ping is answered"}, but databases do` };
}

function excuse(turn: Turn, group: string): void {
  const watches = Object.entries(turn.local(group).watches);
  const next = watches.map(([node, watch]) => [node, excused(watch, turn.now)] as const);
  turn.setLocal(group, { watches: Object.fromEntries(next) });
}
