/** What a monitor tells its read-only doors: everything that could be known, and what a test changes of it. */
import type { Snapshot } from "../../src/adapters/http/snapshot.ts";
import type { Status } from "../../src/core/status-types.ts";
import { aMonitor, aStatus, anEntry, anOperation, aGroup } from "../unit/cli/fixtures.ts";

export function aSnapshot(status: Status = aStatus(), change: Partial<Snapshot> = {}): Snapshot {
  return {
    status,
    version: "2.0.0",
    history: [anEntry()],
    operations: [{ group: "main", kind: "failover", result: "ok", count: 3 }],
    process: {
      cpuSeconds: 12.5,
      residentBytes: 96_000_000,
      startedAt: 1_790_000_000,
      busySeconds: 8.25,
      lateness: { buckets: [{ limitMs: 5, count: 90 }], count: 100, sumMs: 420 },
    },
    ...change,
  };
}

/** Every metric that there is has a value in it. */
export function aFullSnapshot(): Snapshot {
  const certificate = { expires_at: "2027-01-01T00:00:00.000Z", days_left: 400 };
  const monitors = ["mon1", "mon2", "mon3"].map((name) =>
    aMonitor(name, { certificate, network: "up" }),
  );
  const { writer } = aGroup();
  const readers = writer === null ? [] : [{ ...writer, ip: "192.168.10.71", holder: "db2" }];
  return aSnapshot(
    aStatus({
      cluster: { monitors },
      group: {
        operation: anOperation(),
        alarms: [{ id: "failover", text: "held back" }],
        readers,
      },
      status: { security: { tls: "on", authority_expires_at: "2030-01-01T00:00:00.000Z" } },
    }),
  );
}
