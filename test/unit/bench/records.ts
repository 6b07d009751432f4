/** Made-up runs for the tests of what is printed and drawn of them. */
import type { RunRecord } from "../../bench/run-record.ts";

export function runOf(given: Partial<RunRecord> = {}): RunRecord {
  return {
    system: "redis-mmm",
    fault: "kill",
    run: 1,
    started_at: "2026-01-01T00:00:00.000Z",
    load: 0.1,
    gap_ms: 250,
    gap_from_s: 0,
    gap_is_open: false,
    acknowledged: 1_000,
    lost: 0,
    resyncs: { full: 0, partial: 1 },
    settled_s: 5,
    old_master_ms: null,
    errors: {},
    stalled_ms: 0,
    actor: null,
    stock: [],
    phases: [],
    acknowledged_per_step: Array.from({ length: 500 }, (_, step) =>
      step < 50 || step > 75 ? 7 : 0,
    ),
    lost_per_step: Array.from({ length: 500 }, () => 0),
    ...given,
  };
}
