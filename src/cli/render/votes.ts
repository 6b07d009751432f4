/**
 * Who votes what about which node: a row per node, a column per monitor, and the majority of the
 * *configured* monitors last, since that is the rule by which the cluster decides.
 */
import type { ClusterStatus, NodeStatus, VoteStatus } from "../../core/status-types.ts";
import type { Paint, Tone } from "../terminal.ts";
import { showAge } from "./quantities.ts";
import { table } from "./table.ts";

/** Votes are repeated each 250 ms; an older one says nothing of the present. */
const FRESH_MS = 1_500;
const UP: ReadonlySet<string> = new Set(["up", "degraded"]);
const DOWN: ReadonlySet<string> = new Set(["refused", "silent"]);

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

const TONES: Readonly<Record<Tally["kind"], Tone>> = {
  up: "good",
  down: "bad",
  abstain: "warn",
  none: "warn",
};

export function voteGrid(
  nodes: readonly NodeStatus[],
  cluster: ClusterStatus,
  paint: Paint,
): readonly string[] {
  const names = cluster.monitors.map(({ name }) => name);
  const rows = nodes.map((node) => {
    const tally = tallyOf(node, cluster);
    const cells = names.map((name) => showVote(node.votes[name], paint));
    return [node.name, ...cells, paint(TONES[tally.kind], showTally(tally, cluster))];
  });
  return table(["VOTES", ...names, `MAJORITY (${cluster.quorum} of ${names.length})`], rows);
}

/** The vote; how long it has been so, unless all is well; and its age, if that makes it worthless. */
export function showVote(vote: VoteStatus | undefined, paint: Paint): string {
  if (vote === undefined || vote.vote === "unknown") return paint("warn", `?${staleness(vote)}`);
  if (vote.age_ms > FRESH_MS) return paint("warn", `? ${vote.vote} ${showAge(vote.age_ms)} ago`);
  if (vote.vote === "up") return paint("good", "up");
  const reason =
    vote.vote === "degraded" || vote.vote === "abstain" ? shortReason(vote.reason) : "";
  const tone = DOWN.has(vote.vote) ? "bad" : "warn";
  return paint(tone, `${vote.vote}${reason} ${showAge(vote.since_ms)}`);
}

/** A monitor calls a vote unknown when it is too old to count. */
function staleness(vote: VoteStatus | undefined): string {
  return vote?.reason === "stale" ? ` ${showAge(vote.age_ms)}` : "";
}

function shortReason(reason: string | null): string {
  if (reason === null) return "";
  return ` ${reason.length > 20 ? `${reason.slice(0, 19)}~` : reason}`;
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
