/**
 * Why an acknowledged write is missing. Redis replicates asynchronously: a failover may lose what the
 * old master acknowledged since the freshest replica that could take over last received something.
 * That span is computed here from the faults that were injected, not from what redis-mmm says it
 * lost; a write outside of every such span is a bug.
 */

/** Something that may have held up a node's stream of replication. Seconds, monotonic. */
export interface Disturbance {
  readonly node: string;
  readonly fromS: number;
  /** Infinity: still on. */
  readonly toS: number;
  /** The node may not have answered the monitors either. */
  readonly isSilent: boolean;
}

/** An operation that made another node master. */
export interface Move {
  readonly kind: "failover" | "switchover";
  readonly epoch: number;
  readonly from: string;
  readonly to: string;
  readonly fromS: number;
  readonly toS: number;
}

export interface Lost {
  readonly from_s: number;
  readonly to_s: number;
  readonly count: number;
}

export interface Window {
  readonly move: Move;
  readonly fromS: number;
  readonly toS: number;
}

export interface Explained extends Lost {
  /** null: a bug. */
  readonly window: Window | null;
}

/** What a healthy master may have acknowledged and not yet handed to a replica, on a busy machine. */
const REPLICATION_LAG_S = 0.2;
/** A link needs this long, and as long again as it was down (TCP backs off), until it is whole. */
const RELINK_S = 3;
/** A master that is new is not followed by everybody yet. */
const FOLLOWED_S = 8;

export function explain(
  lost: readonly Lost[],
  moves: readonly Move[],
  disturbances: readonly Disturbance[],
  nodes: readonly string[],
): readonly Explained[] {
  const windows = moves
    .filter(({ kind }) => kind === "failover")
    .map((move) => {
      const others = moves.filter((each) => each !== move);
      return windowOf(move, others, nodes, [...disturbances, ...unfollowed(others, nodes)]);
    });
  return lost.map((stretch) => ({
    ...stretch,
    window:
      windows.find(({ fromS, toS }) => fromS <= stretch.from_s && stretch.to_s <= toS) ?? null,
  }));
}

/** From when on a write of the old master may be lost by this failover, to its end. */
function windowOf(
  move: Move,
  others: readonly Move[],
  nodes: readonly string[],
  disturbances: readonly Disturbance[],
): Window {
  const before = disturbances.filter(({ fromS }) => fromS < move.toS);
  const isOut = (node: string): boolean =>
    node === move.from ||
    before.some((each) => silences(each, node, move)) ||
    others.some((each) => isOnItsWayBack(node, each, move, before));
  const candidates = nodes.filter((node) => node === move.to || !isOut(node));
  const masterS = currentUntil(move.from, move, before);
  const freshestS = Math.max(
    ...candidates.map((node) => Math.min(masterS, currentUntil(node, move, before))),
  );
  return { move, fromS: freshestS - REPLICATION_LAG_S, toS: move.toS };
}

function silences(disturbance: Disturbance, node: string, move: Move): boolean {
  return (
    disturbance.node === node &&
    disturbance.isSilent &&
    disturbance.fromS < move.toS &&
    disturbance.toS > move.fromS
  );
}

/**
 * The master that an earlier failover has left has a history of its own, and is not asked before it has given that up
 * and follows the new master: however much it has of what both of them know.
 */
function isOnItsWayBack(
  node: string,
  left: Move,
  move: Move,
  disturbances: readonly Disturbance[],
): boolean {
  if (left.kind !== "failover" || left.from !== node || left.fromS > move.fromS) return false;
  const troubles = disturbances.filter(
    (each) =>
      each.node === node && each.isSilent && each.fromS <= left.toS && each.toS > left.fromS,
  );
  const isBackS = Math.max(left.toS, ...troubles.map(({ toS }) => toS));
  return move.fromS < isBackS + FOLLOWED_S;
}

/** When the trouble began that its stream was in when the failover began; Infinity: it was in none. */
function currentUntil(node: string, move: Move, disturbances: readonly Disturbance[]): number {
  let untilS = Infinity;
  let lookFromS = move.fromS;
  // One trouble may have begun before the last one was over.
  for (const each of disturbances.toSorted((a, b) => b.toS - a.toS)) {
    if (each.node !== node || wholeAgainS(each) < lookFromS) continue;
    untilS = Math.min(untilS, each.fromS);
    lookFromS = Math.min(lookFromS, untilS);
  }
  return untilS;
}

function wholeAgainS({ fromS, toS }: Disturbance): number {
  return toS + RELINK_S + (toS - fromS);
}

function unfollowed(moves: readonly Move[], nodes: readonly string[]): readonly Disturbance[] {
  return moves.flatMap(({ to, fromS, toS }) =>
    nodes
      .filter((node) => node !== to)
      .map((node) => ({ node, fromS, toS: toS + FOLLOWED_S - RELINK_S, isSilent: false })),
  );
}
