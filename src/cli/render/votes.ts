/**
 * Who votes what about which node: a row per node, a column per monitor, and the majority of the
 * *configured* monitors last, since that is the rule by which the cluster decides.
 */
import { showAge } from "../../core/ages.ts";
import type { ClusterStatus, NodeStatus, VoteStatus } from "../../core/status-types.ts";
import { DOWN, FRESH_MS, showTally, type Tally, tallyOf } from "../../core/status-votes.ts";
import type { Paint, Tone } from "../terminal.ts";
import { table } from "./table.ts";

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
