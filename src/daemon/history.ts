/** The journal in the words of the history contract, and what of the agreed state belongs in it. */
import type { Committed } from "../core/state.ts";
import type { HistoryEntry } from "../core/status-types.ts";
import type { JournalEntry } from "../ports.ts";

export function historyEntry({ group, past }: JournalEntry): HistoryEntry {
  const votes = Object.entries(past.votes).map(([monitor, { vote, reason, ageMs }]) => {
    return [monitor, { vote, reason, age_ms: Math.round(ageMs) }] as const;
  });
  return {
    group,
    epoch: past.epoch.version,
    term: past.epoch.term,
    kind: past.kind,
    from: past.from,
    to: past.to,
    result: past.result,
    started_at: new Date(past.startedAt).toISOString(),
    duration_ms: Math.round(past.durationMs),
    reason: past.reason,
    votes: Object.fromEntries(votes),
    fencing: past.fencing,
    phases: past.phases.map(({ name, ms }) => ({ name, ms: Math.round(ms) })),
    by: past.by,
    lost_bytes: past.lostBytes,
  };
}

export function finishedOperations(committed: Committed): readonly JournalEntry[] {
  return committed.groups.flatMap((group) => {
    return group.past.map((past) => ({ group: group.name, past }));
  });
}
