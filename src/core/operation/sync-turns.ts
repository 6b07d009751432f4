/**
 * `parallel_syncs`: who may begin to copy the master. While a replica copies everything, nothing can be
 * read from it, and the master pays for each copy. So they take turns: the others go on serving what
 * they have. Whoever needs only the rest of the stream is done within a second and holds nobody up.
 */
import { candidateOf, follows } from "../health/facts.ts";
import { tallyOf } from "../health/tally.ts";
import { bestInfo } from "../health/votes.ts";
import { remembered } from "../remembered.ts";
import { type GroupPart, memberNames, type Node } from "../state.ts";
import { DEFAULT_PARALLEL_SYNCS } from "../settings.ts";
import type { Turn } from "../turn.ts";

/** Who neither copies nor is linked for so long has another trouble, or is gone. */
const LINKING_MS = 15_000;
/** Nor does one that copies for longer hold up the others for ever. */
const COPYING_MS = 600_000;

/** Whether `node` may be told to follow `master` now. */
export function mayCopy(turn: Turn, group: GroupPart, master: Node, node: Node): boolean {
  const others = group.nodes.filter(({ name }) => name !== master.name && name !== node.name);
  const busy = others.filter((other) => isCopying(turn, group, master, other)).length;
  return busy < (group.settings.parallelSyncs ?? DEFAULT_PARALLEL_SYNCS);
}

/** Remembered by its leader, for what a node says of itself comes a moment later. */
export function tookTurn(turn: Turn, { name: group }: GroupPart, { name }: Node): void {
  turn.lasting(group, turnOf(name), true);
  turn.lasting(group, linkingOf(name), true);
}

/** Nobody waited for it any more; but now it is told once more, and that is another turn. */
export function endLapsedTurn(turn: Turn, group: GroupPart, node: Node): void {
  const since = turn.local(group.name).since[linkingOf(node.name)] ?? turn.now;
  if (turn.now - since >= LINKING_MS) forgetTurn(turn, group, node);
}

/** One that is done gives its turn back: the next one is counted from its own beginning. */
export function giveBackTurn(turn: Turn, group: GroupPart, master: Node, node: Node): void {
  const isKept = turn.local(group.name).since[turnOf(node.name)] !== undefined;
  if (isKept) isCopying(turn, group, master, node);
}

export function forgetTurn(turn: Turn, { name: group }: GroupPart, { name }: Node): void {
  turn.lasting(group, turnOf(name), false);
  turn.lasting(group, linkingOf(name), false);
}

/** From when it was told, or is seen to copy, until it is linked. */
const turnOf = remembered((node) => `copying ${node}`);

/** As long as its turn lasts and it is not seen to copy. */
const linkingOf = remembered((node) => `linking ${node}`);

/** It was given its turn by this leader, or by an earlier one whose word it follows. */
function isCopying(turn: Turn, group: GroupPart, master: Node, node: Node): boolean {
  const [key, linking] = [turnOf(node.name), linkingOf(node.name)];
  const { since } = turn.local(group.name);
  const sight = sightOf(turn, group, master, node);
  const unseenFor = turn.now - (since[linking] ?? turn.now);
  const isBusy = keepsBusy(sight, since[key] !== undefined, unseenFor);
  const lasted = turn.lasting(group.name, key, isBusy);
  const linkingFor = turn.lasting(group.name, linking, isBusy && sight !== "syncing");
  return isBusy && linkingFor < LINKING_MS && lasted < COPYING_MS;
}

/** What is seen of a node that may be copying. `before`: it was linked when it was not given its turn yet. */
type Sight = "linking" | "syncing" | "linked" | "before" | "elsewhere" | "silent" | "refused";

function sightOf(turn: Turn, group: GroupPart, master: Node, node: Node): Sight {
  const { evidence } = turn.local(group.name);
  const { info, reachable } = candidateOf(evidence, node.name, turn.now);
  if (!reachable || info === null) return isRefused(turn, group, node) ? "refused" : "silent";
  const { link, syncing } = info;
  if (!follows(info, master)) return "elsewhere";
  if (syncing) return "syncing";
  if (link !== "up") return "linking";
  return isOfThisTurn(turn, group, node) ? "linked" : "before";
}

/** It may have followed this master before, and was moved away since. */
function isOfThisTurn(turn: Turn, { name: group }: GroupPart, { name }: Node): boolean {
  const { evidence, since } = turn.local(group);
  const begun = since[turnOf(name)];
  const ageMs = bestInfo(evidence, name, turn.now)?.ageMs ?? Infinity;
  return begun === undefined || ageMs < turn.now - begun;
}

/** To a majority: to one monitor a firewall on the way may say so, while the node empties what it had. */
function isRefused(turn: Turn, group: GroupPart, { name }: Node): boolean {
  const { evidence } = turn.local(group.name);
  const members = memberNames(turn.state.committed);
  return tallyOf(evidence, members, name, turn.now).down === "refused";
}

function keepsBusy(sight: Sight, hasTurn: boolean, unseenFor: number): boolean {
  switch (sight) {
    case "linking":
    case "syncing":
      return true;
    // What it says may be older than its turn.
    case "before":
    case "elsewhere":
      return hasTurn;
    // While it empties what it had, it answers nobody. One that is gone is counted anew when it comes back.
    case "silent":
      return hasTurn && unseenFor < LINKING_MS;
    case "linked":
    // Its process is gone, and its copy with it.
    case "refused":
      return false;
  }
}
