/** What the votes on a node amount to, by the rule by which the cluster decides: a majority of the *configured* monitors. */
import { showAge } from "./ages.ts";
import type { ClusterStatus, NodeStatus, VoteStatus } from "./status-types.ts";

/** Votes are repeated each 250 ms; an older one says nothing of the present. */
export const FRESH_MS = 1_500;
const UP: ReadonlySet<string> = new Set(["up", "degraded"]);
export const DOWN: ReadonlySet<string> = new Set(["refused", "silent"]);

export interface Tally {
  readonly kind: "up" | "down" | "abstain" | "none";
  readonly up: number;
  readonly down: number;
  readonly abstain: number;
  readonly missing: number;
}

export function tallyOf(node: NodeStatus, { monitors, quorum }: ClusterStatus): Tally {
  const votes = monitors.map(({ name }) => freshVote(node.votes[name]));
  const count = (matches: (vote: string | null) => boolean) => votes.filter(matches).length;
  const up = count((vote) => vote !== null && UP.has(vote));
  const down = count((vote) => vote !== null && DOWN.has(vote));
  const abstain = count((vote) => vote === "abstain");
  const missing = votes.length - up - down - abstain;
  const winner = (
    [
      ["up", up],
      ["down", down],
      ["abstain", abstain],
    ] as const
  ).find(([, votesFor]) => votesFor >= quorum);
  return { kind: winner?.[0] ?? "none", up, down, abstain, missing };
}

/** How long the votes have amounted to that; without a majority, how long no vote has changed. null: there is none. */
export function tallySinceMs(node: NodeStatus, cluster: ClusterStatus): number | null {
  const { monitors, quorum } = cluster;
  const { kind } = tallyOf(node, cluster);
  const fresh = monitors.flatMap(({ name }) => {
    const vote = node.votes[name];
    return vote !== undefined && freshVote(vote) !== null ? [vote] : [];
  });
  const says = (word: string) =>
    kind === "up" ? UP.has(word) : kind === "down" ? DOWN.has(word) : word === kind;
  const counted = kind === "none" ? fresh : fresh.filter(({ vote }) => says(vote));
  const longest = counted
    .map(({ since_ms, age_ms }) => since_ms + age_ms)
    .toSorted((a, b) => b - a);
  // It became so when the vote came that completed the majority.
  return longest[kind === "none" ? longest.length - 1 : quorum - 1] ?? null;
}

function freshVote(vote: VoteStatus | undefined): string | null {
  return vote === undefined || vote.age_ms > FRESH_MS || vote.vote === "unknown" ? null : vote.vote;
}

/** `UP 3/3`; without a majority, what there is. */
export function showTally(tally: Tally, { monitors }: ClusterStatus): string {
  const { kind, up, down, abstain, missing } = tally;
  if (kind !== "none") return `${kind.toUpperCase()} ${tally[kind]}/${monitors.length}`;
  const parts = [
    [up, "up"],
    [down, "down"],
    [abstain, "abstain"],
    [missing, "no vote"],
  ] as const;
  return `none (${parts
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}`)
    .join(", ")})`;
}

/** Who says so and why: `mon1, mon2: refused for 14s (connection refused); mon3: no vote`. */
export function voteReasons(node: NodeStatus, { monitors }: ClusterStatus): string {
  const said = new Map<string, string[]>();
  for (const { name } of monitors) {
    const text = voteSentence(node.votes[name]);
    said.set(text, [...(said.get(text) ?? []), name]);
  }
  return [...said].map(([text, names]) => `${names.join(", ")}: ${text}`).join("; ");
}

function voteSentence(vote: VoteStatus | undefined): string {
  const isStale = vote?.reason === "stale" || (vote?.age_ms ?? 0) > FRESH_MS;
  if (vote === undefined || (vote.vote === "unknown" && !isStale)) return "no vote";
  if (isStale) return `no vote for ${showAge(vote.age_ms)}`;
  const why = vote.reason === null ? "" : ` (${vote.reason})`;
  return `${vote.vote}${why}`;
}
