/**
 * `parallel_syncs`: who may begin to copy the master. While a replica copies everything, nothing can be
 * read from it, and the master pays for each copy. So they take turns: the others go on serving what
 * they have. Whoever needs only the rest of the stream is done within a second and holds nobody up.
 */
import { candidateOf } from "../health/facts.ts";
import type { GroupPart, Node } from "../state.ts";
import { DEFAULT_PARALLEL_SYNCS } from "../settings.ts";
import type { Turn } from "../turn.ts";

/** One that was told to follow, and neither copies nor is linked after this, has another trouble. */
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
}

/** One that is done gives its turn back: the next one is counted from its own beginning. */
export function giveBackTurn(turn: Turn, group: GroupPart, master: Node, node: Node): void {
  const isKept = turn.local(group.name).since[turnOf(node.name)] !== undefined;
  if (isKept) isCopying(turn, group, master, node);
}

export function forgetTurn(turn: Turn, { name: group }: GroupPart, { name }: Node): void {
  turn.lasting(group, turnOf(name), false);
}

function turnOf(node: string): string {
  return `copying ${node}`;
}

/** It was given its turn by this leader, or by an earlier one whose word it follows. */
function isCopying(turn: Turn, group: GroupPart, master: Node, node: Node): boolean {
  const key = turnOf(node.name);
  const { evidence, since } = turn.local(group.name);
  const { info, reachable } = candidateOf(evidence, node.name, turn.now);
  const seen = reachable ? info : null;
  const follows = seen?.masterHost === master.address && seen.masterPort === master.port;
  const isUnlinked = follows && (seen.link !== "up" || seen.syncing);
  // What it says may be older than its turn.
  const isFresh = seen !== null && !follows && since[key] !== undefined;
  const isBusy = isUnlinked || isFresh;
  const lasted = turn.lasting(group.name, key, isBusy);
  return isBusy && lasted < (seen?.syncing === true ? COPYING_MS : LINKING_MS);
}
