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

/** As another monitor told it: what the contract does not have is not known. null: it makes no sense. */
export function journalEntry(told: HistoryEntry): JournalEntry | null {
  const { group, term, epoch: version } = told;
  const startedAt = Date.parse(told.started_at);
  const stamp = { term, version };
  if (!Object.values(stamp).every(Number.isSafeInteger) || Number.isNaN(startedAt)) return null;
  const votes = Object.entries(told.votes).map(([monitor, { vote, reason, age_ms }]) => {
    return [monitor, { vote, reason, ageMs: age_ms }] as const;
  });
  const { kind, from, to, result, reason, fencing, phases, by } = told;
  const past = { epoch: stamp, kind, from, to, result, reason, fencing, phases, by, startedAt };
  return {
    group,
    past: {
      ...past,
      requestId: null,
      votes: Object.fromEntries(votes),
      durationMs: told.duration_ms,
      lostBytes: told.lost_bytes,
    },
  };
}

export function finishedOperations(committed: Committed): readonly JournalEntry[] {
  return committed.groups.flatMap((group) => {
    return group.past.map((past) => ({ group: group.name, past }));
  });
}
