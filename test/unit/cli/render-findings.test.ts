import { describe, expect, it } from "vitest";
import { findings, isDegraded } from "../../../src/core/status-findings.ts";
import type { Warning } from "../../../src/core/status-types.ts";
import { aMonitor, aNode, anOperation, aStatus, DOWN_NODE, type StatusChange } from "./fixtures.ts";

type Case = readonly [what: string, change: StatusChange, level: Warning["level"], text: string];

const writer = {
  ip: "192.168.10.70",
  holder: "db1",
  lease_ms: 900,
  kind: "hold",
  epoch: 7,
  possible_holders: ["db1"],
  leaving: false,
} as const;
const replicas = (change: Parameters<typeof aNode>[1]) => ({
  nodes: [aNode("db1"), aNode("db2", change)],
});

const CASES: readonly Case[] = [
  [
    "no leader",
    { cluster: { leader: null } },
    "critical",
    "no monitor leads: an election is under way (term 14)",
  ],
  [
    "a lost monitor",
    {
      cluster: {
        monitors: [
          aMonitor("mon1"),
          aMonitor("mon2"),
          aMonitor("mon3", { reachable: false, last_seen_ms: 192_000 }),
        ],
      },
    },
    "warning",
    "mon3 is not reachable, last seen 3m12s ago",
  ],
  [
    "a replaced disk",
    {
      cluster: {
        monitors: [
          aMonitor("mon1"),
          aMonitor("mon2"),
          aMonitor("mon3", { problem: "storage-replaced" }),
        ],
      },
    },
    "warning",
    "mon3 is not counted: its data directory is not the one that it became a member with",
  ],
  [
    "another imported state, before there is a cluster",
    { cluster: { id: null, monitors: [aMonitor("mon2", { problem: "other-import" })] } },
    "warning",
    "mon2 is not counted: it did not import the same state: mmm state import, one file on every monitor or on none",
  ],
  [
    "two monitors",
    { cluster: { monitors: [aMonitor("mon1"), aMonitor("mon2")] } },
    "hint",
    "2 monitors survive no more losses than 1 do: run 3",
  ],
  [
    "a sad verdict",
    { group: { verdict: "two-masters", verdict_text: "db1 and db2 are both masters" } },
    "critical",
    "main: db1 and db2 are both masters",
  ],
  ["a doubt", { group: { verdict: "suspect" } }, "warning", "main: suspect"],
  [
    "an operation",
    { group: { operation: anOperation({ to: null, phase: "fence" }) } },
    "warning",
    `a failover of main from db1 to a successor not yet chosen is running: mon2 is at "fence" for 0.1s (db1 refused: 3 of 3)`,
  ],
  [
    "a warning of the monitors",
    { status: { warnings: [{ level: "warning", text: "files differ" }] } },
    "warning",
    "files differ",
  ],
  [
    "a VIP nowhere",
    { group: { writer: { ...writer, holder: null, possible_holders: [] } } },
    "critical",
    "nobody serves 192.168.10.70",
  ],
  [
    "a VIP whose lease was not seen renewed, and may live",
    { group: { writer: { ...writer, holder: null } } },
    "critical",
    "no host is seen to serve 192.168.10.70; only db1 may",
  ],
  [
    "a VIP that an unheard host may have, for it has no lease",
    {
      group: {
        lease_backend: "off",
        writer: { ...writer, holder: null },
        nodes: [
          aNode("db1", { guard: { heard_ms: 9_000, gate: "unknown", problem: null, lacks: null } }),
          aNode("db2"),
        ],
      },
    },
    "critical",
    "no host is seen to serve 192.168.10.70, but db1 may: nobody hears that host",
  ],
  [
    "a VIP that nobody has, for its host is heard",
    { group: { lease_backend: "off", writer: { ...writer, holder: null } } },
    "critical",
    "nobody serves 192.168.10.70",
  ],
  [
    "a new VIP",
    { group: { writer: { ...writer, holder: null, kind: "unclaimed" } } },
    "critical",
    "nobody serves 192.168.10.70: the registers of the hosts have not been read yet",
  ],
  [
    "a lapsed lease",
    { group: { writer: { ...writer, lease_ms: 0 } } },
    "critical",
    "the lease of 192.168.10.70 on db1 has lapsed: it is not served",
  ],
  [
    "a VIP elsewhere",
    { group: { writer: { ...writer, holder: "db2" } } },
    "critical",
    "192.168.10.70 is on db2, but the master is db1",
  ],
  [
    "a reader VIP nowhere",
    { group: { readers: [{ ...writer, ip: "192.168.10.71", holder: null }] } },
    "critical",
    "no host is seen to serve 192.168.10.71; only db1 may",
  ],
  [
    "a node down",
    { group: replicas(DOWN_NODE) },
    "warning",
    "db2 is down (mon1, mon2: refused (connection refused); mon3: no vote for 3.2s)",
  ],
  [
    "a node offline",
    { group: replicas({ state: "ADMIN_OFFLINE" }) },
    "warning",
    `db2 was set offline; "mmm set_online" ends that`,
  ],
  [
    "a flapping node",
    { group: replicas({ state: "AWAITING_RECOVERY" }) },
    "warning",
    `db2 was down too often and waits for "mmm set_online"`,
  ],
  [
    "a late node",
    { group: replicas({ state: "REPLICATION_DELAY" }) },
    "warning",
    "db2 is too far behind its master",
  ],
  [
    "a lone node",
    { group: replicas({ state: "REPLICATION_FAIL" }) },
    "warning",
    "db2 does not replicate",
  ],
  [
    "what to do",
    { group: replicas({ state: "REPLICATION_FAIL" }) },
    "hint",
    "mmm info db2   |   mmm explain",
  ],
  [
    "a broken guard",
    {
      group: replicas({
        guard: {
          heard_ms: null,
          gate: "unknown",
          problem: "sudo asks for a password",
          lacks: null,
        },
      }),
    },
    "warning",
    "the guard on db2 is not usable: sudo asks for a password",
  ],
  [
    "a program that is gone",
    {
      group: replicas({ guard: { heard_ms: 1, gate: "present", problem: null, lacks: "arping" } }),
    },
    "warning",
    "arping is gone from db2: nobody would tell the network that a VIP is there now; install it again",
  ],
  [
    "a changed filter",
    { group: replicas({ guard: { heard_ms: 1, gate: "altered", problem: null, lacks: null } }) },
    "critical",
    "somebody changed the packet filter of redis-mmm on db2: its VIPs are not guarded there",
  ],
  [
    "a host left out",
    { group: replicas({ membership: "out" }) },
    "warning",
    "db2 is out of the set of hosts whose registers count: it cannot be promoted",
  ],
  [
    "nobody to promote",
    { group: replicas({ promotable: { ok: false, why: "lags 11mb" } }) },
    "warning",
    "no replica could be promoted now (db2: lags 11mb)",
  ],
  [
    "no replica",
    { group: { nodes: [aNode("db1")] } },
    "hint",
    "there is no replica: nothing to fail over to",
  ],
];

describe("what is not as it should be", () => {
  it("does not repeat what the monitors say of a peer", () => {
    const monitors = [aMonitor("mon1"), aMonitor("mon2"), aMonitor("mon3", { reachable: false })];
    const warnings = [
      { level: "warning", text: "mon3 (192.168.10.13:7400) cannot be talked to" },
    ] as const;
    expect(findings(aStatus({ cluster: { monitors }, status: { warnings } }))).toEqual(warnings);
  });

  it("is nothing in a healthy cluster", () => {
    expect(findings(aStatus())).toEqual([]);
  });

  it.each(CASES)("%s", (_what, change, level, text) => {
    expect(findings(aStatus(change))).toContainEqual({ level, text });
    if (level !== "hint") expect(isDegraded(aStatus(change))).toBe(true);
  });

  it("is no reason to call the cluster degraded if it is a hint", () => {
    expect(isDegraded(aStatus({ group: { nodes: [aNode("db1")] } }))).toBe(false);
  });

  it("is only what a monitor says of itself that was removed: it hears nobody", () => {
    const monitors = [aMonitor("mon2", { reachable: false }), aMonitor("mon3")];
    const warnings = [{ level: "critical", text: "this monitor, mon1, was removed" }] as const;
    const group = { nodes: [aNode("db1", DOWN_NODE)], verdict: "undecided" };
    const change = { cluster: { monitors, leader: null }, group };
    const answered_by = { name: "mon1", age_ms: 170_000 };
    expect(findings(aStatus({ ...change, status: { warnings, answered_by } }))).toEqual(warnings);
  });

  it("is told once, the worst first", () => {
    const found = findings(
      aStatus({
        group: { nodes: [aNode("db1")] },
        status: {
          warnings: [
            { level: "warning", text: "files differ" },
            { level: "critical", text: "db2 was rewound" },
            { level: "warning", text: "files differ" },
          ],
        },
      }),
    );
    expect(found.map(({ text }) => text)).toEqual([
      "db2 was rewound",
      "files differ",
      "there is no replica: nothing to fail over to",
    ]);
  });
});
