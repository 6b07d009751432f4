import { describe, expect, it } from "vitest";
import { renderStatus } from "../../../src/cli/render/status.ts";
import { plain } from "../../../src/cli/terminal.ts";
import {
  aMonitor,
  anOperation,
  aNode,
  aStatus,
  aVote,
  DOWN_NODE,
  type StatusChange,
  votes,
} from "./fixtures.ts";

function shown(change: StatusChange, cluster = false, columns: number | null = null): string {
  return `\n${renderStatus(aStatus(change), { cluster, paint: plain, columns }).join("\n")}\n`;
}

describe("mmm status", () => {
  it("of a healthy cluster", () => {
    expect(shown({})).toMatchInlineSnapshot(`
      "
      cluster 1a2b3c4d   leader mon2 (term 14)   monitors 3/3   2026-11-22 15:04:11Z   seen by mon1 (0.0s old)

      group main   master db1   verdict healthy   mode active   epoch 7
      writer 192.168.10.70 on db1   lease 1.7s   epoch 7

      NODE  ADDRESS            ROLE     STATE   LINK  LAG  OFFSET    PRIO  VIP     VOTES
      db1   192.168.10.1:6379  master   ONLINE  -     -    88214411  100   writer  up 3/3
      db2   192.168.10.2:6379  replica  ONLINE  up    14   88214397  100   -       up 3/3
      db3   192.168.10.3:6379  replica  ONLINE  up    14   88214397  100   -       up 3/3
      "
    `);
  });

  it("--cluster shows who votes what: a row per node, a column per monitor, the majority last", () => {
    expect(shown({}, true)).toMatchInlineSnapshot(`
      "
      cluster 1a2b3c4d   leader mon2 (term 14)   monitors 3/3   2026-11-22 15:04:11Z   seen by mon1 (0.0s old)

      MONITOR  ADDRESS             ROLE      LAST SEEN  VERSION
      mon1     192.168.10.11:7400  follower  0.0s       2.0.0
      mon2     192.168.10.12:7400  LEADER    0.0s       2.0.0
      mon3     192.168.10.13:7400  follower  0.0s       2.0.0
      quorum 2 of 3 monitors, 3 answering: 1 may be lost

      group main   master db1   verdict healthy   mode active   epoch 7
      writer 192.168.10.70 on db1   lease 1.7s   epoch 7

      NODE  ADDRESS            ROLE     STATE   LINK  LAG  OFFSET    PRIO  VIP     VOTES
      db1   192.168.10.1:6379  master   ONLINE  -     -    88214411  100   writer  up 3/3
      db2   192.168.10.2:6379  replica  ONLINE  up    14   88214397  100   -       up 3/3
      db3   192.168.10.3:6379  replica  ONLINE  up    14   88214397  100   -       up 3/3

      VOTES  mon1  mon2  mon3  MAJORITY (2 of 3)
      db1    up    up    up    UP 3/3
      db2    up    up    up    UP 3/3
      db3    up    up    up    UP 3/3
      "
    `);
  });

  it("fits onto a screen of 80 columns, and a narrower one", () => {
    const nodes = [aNode("db1"), aNode("db2", { ...DOWN_NODE, link: "down", lag_bytes: 114_199 })];
    const security = { tls: "off", authority_expires_at: null } as const;
    const narrow = (columns: number) =>
      shown({ group: { nodes }, status: { security } }, false, columns);
    expect(narrow(80).split("\n").slice(0, 10).join("\n")).toMatchInlineSnapshot(`
      "
      cluster 1a2b3c4d   leader mon2 (term 14)   monitors 3/3   2026-11-22 15:04:11Z
      seen by mon1 (0.0s old)   tls off

      group main   master db1   verdict healthy   mode active   epoch 7
      writer 192.168.10.70 on db1   lease 1.7s   epoch 7

      NODE  ADDRESS            ROLE    STATE         LINK  LAG      VIP     VOTES
      db1   192.168.10.1:6379  master  ONLINE        -     -        writer  up 3/3
      db2   192.168.10.2:6379  ?       HARD_OFFLINE  down  111.5kb  -       down 2/3"
    `);
    for (const columns of [80, 64]) {
      const lines = narrow(columns)
        .split("\n")
        .filter((line) => !/^(WARNING|HINT)/.test(line));
      expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(columns);
    }
    expect(narrow(64)).not.toContain("ADDRESS");
    expect(narrow(200)).toContain("OFFSET");
  });

  it("says that TLS is off, or until when each certificate is good", () => {
    const off = shown({ status: { security: { tls: "off", authority_expires_at: null } } });
    expect(off).toContain("seen by mon1 (0.0s old)   tls off\n");
    const good = { expires_at: "2028-11-25T02:02:59.000Z", days_left: 730 };
    const gone = { expires_at: "2026-11-01T00:00:00.000Z", days_left: -22 };
    const monitors = [
      aMonitor("mon1", { certificate: good }),
      aMonitor("mon2", { certificate: gone }),
      aMonitor("mon3"),
    ];
    const security = { tls: "on", authority_expires_at: "2036-11-22T00:00:00.000Z" } as const;
    const on = shown({ cluster: { monitors }, status: { security } }, true);
    expect(on).not.toContain("tls off");
    const [head, ...rows] = on.split("\n").filter((line) => /^(MONITOR|mon\d .*7400)/.test(line));
    expect(head).toMatch(/VERSION +CERTIFICATE/);
    expect(rows.map((row) => row.split("2.0.0")[1]?.trim())).toEqual([
      "until 2028-11-25",
      "until 2026-11-01 !",
      "-",
    ]);
  });

  it("with a replica down says who says so", () => {
    const down = aNode("db3", {
      ...DOWN_NODE,
      link: "down",
      lag_bytes: 114_199,
      promotable: { ok: false, why: "down" },
    });
    const monitors = [
      aMonitor("mon1"),
      aMonitor("mon2"),
      aMonitor("mon3", { reachable: false, last_seen_ms: 3_200 }),
    ];
    expect(
      shown({ cluster: { monitors }, group: { nodes: [aNode("db1"), aNode("db2"), down] } }, true),
    ).toMatchInlineSnapshot(`
      "
      cluster 1a2b3c4d   leader mon2 (term 14)   monitors 2/3   2026-11-22 15:04:11Z   seen by mon1 (0.0s old)

      MONITOR  ADDRESS             ROLE         LAST SEEN  VERSION
      mon1     192.168.10.11:7400  follower     0.0s       2.0.0
      mon2     192.168.10.12:7400  LEADER       0.0s       2.0.0
      mon3     192.168.10.13:7400  unreachable  3.2s !     2.0.0
      quorum 2 of 3 monitors, 2 answering: losing one more stops automatic failover

      group main   master db1   verdict healthy   mode active   epoch 7
      writer 192.168.10.70 on db1   lease 1.7s   epoch 7

      NODE  ADDRESS            ROLE     STATE         LINK  LAG      OFFSET    PRIO  VIP     VOTES
      db1   192.168.10.1:6379  master   ONLINE        -     -        88214411  100   writer  up 3/3
      db2   192.168.10.2:6379  replica  ONLINE        up    14       88214397  100   -       up 3/3
      db3   192.168.10.3:6379  ?        HARD_OFFLINE  down  111.5kb  88214397  100   -       down 2/3

      VOTES  mon1         mon2         mon3           MAJORITY (2 of 3)
      db1    up           up           up             UP 3/3
      db2    up           up           up             UP 3/3
      db3    refused 14s  refused 13s  ? up 3.2s ago  DOWN 2/3

      WARNING  mon3 is not reachable, last seen 3.2s ago
      WARNING  db3 is down (mon1, mon2: refused (connection refused); mon3: no vote for 3.2s)
      HINT     mmm info db3   |   mmm explain
      "
    `);
  });

  it("of a paused group says so in its first line, with what is left", () => {
    const pause = {
      by: "ann@ops",
      reason: "kernel",
      since: "",
      for_ms: 1_800_000,
      left_ms: 754_000,
    };
    expect(shown({ group: { pause } })).toContain(
      "mode active   PAUSED for another 12m34s   epoch 7",
    );
  });

  it("during a failover", () => {
    const silent = aVote({
      vote: "silent",
      reason: "reply timeout",
      since_ms: 2_100,
      latency_ms: null,
    });
    const old = aNode("db1", {
      role: "unknown",
      state: "HARD_OFFLINE",
      vips: [],
      votes: votes(silent, silent, aVote({ vote: "abstain", reason: "NOAUTH", since_ms: 9_000 })),
    });
    expect(
      shown(
        {
          group: {
            verdict: "master-down",
            verdict_text: "db1 is silent for 2 of 3",
            operation: anOperation(),
            nodes: [old, aNode("db2", { role: "master" }), aNode("db3", { link: "down" })],
            writer: {
              ip: "192.168.10.70",
              holder: null,
              lease_ms: null,
              kind: "move",
              epoch: 9,
              possible_holders: ["db1", "db2"],
              leaving: false,
            },
          },
        },
        true,
      ),
    ).toMatchInlineSnapshot(`
      "
      cluster 1a2b3c4d   leader mon2 (term 14)   monitors 3/3   2026-11-22 15:04:11Z   seen by mon1 (0.0s old)

      MONITOR  ADDRESS             ROLE      LAST SEEN  VERSION
      mon1     192.168.10.11:7400  follower  0.0s       2.0.0
      mon2     192.168.10.12:7400  LEADER    0.0s       2.0.0
      mon3     192.168.10.13:7400  follower  0.0s       2.0.0
      quorum 2 of 3 monitors, 3 answering: 1 may be lost

      group main   master db1   verdict master-down   mode active   epoch 7
      writer 192.168.10.70 seen nowhere   lease -   epoch 9   may be on db1, db2

      NODE  ADDRESS            ROLE     STATE         LINK  LAG  OFFSET    PRIO  VIP  VOTES
      db1   192.168.10.1:6379  ?        HARD_OFFLINE  -     -    88214411  100   -    down 2/3
      db2   192.168.10.2:6379  master   ONLINE        up    14   88214397  100   -    up 3/3
      db3   192.168.10.3:6379  replica  ONLINE        down  14   88214397  100   -    up 3/3

      VOTES  mon1         mon2         mon3                 MAJORITY (2 of 3)
      db1    silent 2.1s  silent 2.1s  abstain NOAUTH 9.0s  DOWN 2/3
      db2    up           up           up                   UP 3/3
      db3    up           up           up                   UP 3/3

      CRITICAL main: db1 is silent for 2 of 3
      CRITICAL no host is seen to serve 192.168.10.70; only db1, db2 may
      WARNING  a failover of main from db1 to db2 is running: mon2 is at "promote" for 0.1s (db1 refused: 3 of 3)
      WARNING  db1 is down (mon1, mon2: silent (reply timeout); mon3: abstain (NOAUTH))
      HINT     mmm info db1   |   mmm explain
      "
    `);
  });

  it("without a leader", () => {
    const monitors = [
      aMonitor("mon1", { role: "candidate" }),
      aMonitor("mon2", { role: "follower" }),
      aMonitor("mon3"),
    ];
    expect(shown({ cluster: { leader: null, term: 15, monitors } })).toMatchInlineSnapshot(`
      "
      cluster 1a2b3c4d   leader none (term 15)   monitors 3/3   2026-11-22 15:04:11Z   seen by mon1 (0.0s old)

      group main   master db1   verdict healthy   mode active   epoch 7
      writer 192.168.10.70 on db1   lease 1.7s   epoch 7

      NODE  ADDRESS            ROLE     STATE   LINK  LAG  OFFSET    PRIO  VIP     VOTES
      db1   192.168.10.1:6379  master   ONLINE  -     -    88214411  100   writer  up 3/3
      db2   192.168.10.2:6379  replica  ONLINE  up    14   88214397  100   -       up 3/3
      db3   192.168.10.3:6379  replica  ONLINE  up    14   88214397  100   -       up 3/3

      CRITICAL no monitor leads: an election is under way (term 15)
      "
    `);
  });

  it("of a monitor that was removed: nothing but that", () => {
    const monitors = [aMonitor("mon2"), aMonitor("mon3", { reachable: false })];
    const warnings = [{ level: "critical", text: "this monitor, mon1, was removed" }] as const;
    const answered_by = { name: "mon1", age_ms: 170_000 };
    const change = { cluster: { monitors, has_quorum: false }, status: { warnings, answered_by } };
    expect(shown(change, true)).toMatchInlineSnapshot(`
      "
      cluster 1a2b3c4d   2026-11-22 15:04:11Z   seen by mon1

      CRITICAL this monitor, mon1, was removed
      "
    `);
  });

  it("from the side of a minority", () => {
    const monitors = [
      aMonitor("mon1"),
      aMonitor("mon2", { reachable: false, role: "unknown", last_seen_ms: 61_000 }),
      aMonitor("mon3", { reachable: false, role: "unknown", last_seen_ms: null }),
    ];
    expect(
      shown(
        {
          cluster: { leader: null, has_quorum: false, monitors },
          status: {
            answered_by: { name: "mon1", age_ms: 61_000 },
            warnings: [
              { level: "critical", text: "this monitor reaches fewer than 2 of 3 monitors" },
            ],
          },
        },
        true,
      ),
    ).toMatchInlineSnapshot(`
      "
      cluster 1a2b3c4d   leader none (term 14)   monitors 1/3   2026-11-22 15:04:11Z   seen by mon1 (1m01s old)
      READ-ONLY VIEW: mon1 sees 1 of 3 monitors; what it shows may be old

      MONITOR  ADDRESS             ROLE         LAST SEEN  VERSION
      mon1     192.168.10.11:7400  follower     0.0s       2.0.0
      mon2     192.168.10.12:7400  unreachable  1m01s !    2.0.0
      mon3     192.168.10.13:7400  unreachable  - !        2.0.0
      quorum 2 of 3 monitors, 1 answering: no automatic failover until 1 more answers

      group main   master db1   verdict healthy   mode active   epoch 7
      writer 192.168.10.70 on db1   lease 1.7s   epoch 7

      NODE  ADDRESS            ROLE     STATE   LINK  LAG  OFFSET    PRIO  VIP     VOTES
      db1   192.168.10.1:6379  master   ONLINE  -     -    88214411  100   writer  up 3/3
      db2   192.168.10.2:6379  replica  ONLINE  up    14   88214397  100   -       up 3/3
      db3   192.168.10.3:6379  replica  ONLINE  up    14   88214397  100   -       up 3/3

      VOTES  mon1  mon2  mon3  MAJORITY (2 of 3)
      db1    up    up    up    UP 3/3
      db2    up    up    up    UP 3/3
      db3    up    up    up    UP 3/3

      CRITICAL this monitor reaches fewer than 2 of 3 monitors
      WARNING  mon2 is not reachable, last seen 1m01s ago
      WARNING  mon3 is not reachable
      "
    `);
  });

  it("with a lapsed lease", () => {
    expect(
      shown({
        group: {
          writer: {
            ip: "192.168.10.70",
            holder: "db1",
            lease_ms: 0,
            kind: "hold",
            epoch: 7,
            possible_holders: ["db1"],
            leaving: false,
          },
        },
      }),
    ).toMatchInlineSnapshot(`
      "
      cluster 1a2b3c4d   leader mon2 (term 14)   monitors 3/3   2026-11-22 15:04:11Z   seen by mon1 (0.0s old)

      group main   master db1   verdict healthy   mode active   epoch 7
      writer 192.168.10.70 on db1   lease lapsed   epoch 7

      NODE  ADDRESS            ROLE     STATE   LINK  LAG  OFFSET    PRIO  VIP     VOTES
      db1   192.168.10.1:6379  master   ONLINE  -     -    88214411  100   writer  up 3/3
      db2   192.168.10.2:6379  replica  ONLINE  up    14   88214397  100   -       up 3/3
      db3   192.168.10.3:6379  replica  ONLINE  up    14   88214397  100   -       up 3/3

      CRITICAL the lease of 192.168.10.70 on db1 has lapsed: it is not served
      "
    `);
  });

  it("of a single monitor says what it does not protect from", () => {
    expect(
      shown(
        {
          cluster: {
            leader: "mon2",
            quorum: 1,
            monitors: [aMonitor("mon2", { last_seen_ms: null })],
          },
          status: {
            answered_by: { name: "mon2", age_ms: 0 },
            warnings: [
              { level: "warning", text: "a single monitor: if it fails there is no failover" },
            ],
          },
        },
        true,
      ),
    ).toMatchInlineSnapshot(`
      "
      cluster 1a2b3c4d   leader mon2 (term 14)   monitors 1/1   2026-11-22 15:04:11Z   seen by mon2 (0.0s old)

      MONITOR  ADDRESS             ROLE    LAST SEEN  VERSION
      mon2     192.168.10.12:7400  LEADER  0.0s       2.0.0
      quorum 1 of 1 monitor: losing it stops automatic failover

      group main   master db1   verdict healthy   mode active   epoch 7
      writer 192.168.10.70 on db1   lease 1.7s   epoch 7

      NODE  ADDRESS            ROLE     STATE   LINK  LAG  OFFSET    PRIO  VIP     VOTES
      db1   192.168.10.1:6379  master   ONLINE  -     -    88214411  100   writer  up 1/1
      db2   192.168.10.2:6379  replica  ONLINE  up    14   88214397  100   -       up 1/1
      db3   192.168.10.3:6379  replica  ONLINE  up    14   88214397  100   -       up 1/1

      VOTES  mon2  MAJORITY (1 of 1)
      db1    up    UP 1/1
      db2    up    UP 1/1
      db3    up    UP 1/1

      WARNING  a single monitor: if it fails there is no failover
      "
    `);
  });

  it("without a lease backend says so loudly", () => {
    const text = "group main: lease_backend is off: two hosts may serve the VIP";
    const warnings = [{ level: "critical", text }] as const;
    expect(shown({ group: { lease_backend: "off" }, status: { warnings } })).toMatchInlineSnapshot(`
      "
      cluster 1a2b3c4d   leader mon2 (term 14)   monitors 3/3   2026-11-22 15:04:11Z   seen by mon1 (0.0s old)

      group main   master db1   verdict healthy   mode active   epoch 7
      writer 192.168.10.70 on db1   permanent address, no lease   epoch 7

      NODE  ADDRESS            ROLE     STATE   LINK  LAG  OFFSET    PRIO  VIP     VOTES
      db1   192.168.10.1:6379  master   ONLINE  -     -    88214411  100   writer  up 3/3
      db2   192.168.10.2:6379  replica  ONLINE  up    14   88214397  100   -       up 3/3
      db3   192.168.10.3:6379  replica  ONLINE  up    14   88214397  100   -       up 3/3

      CRITICAL group main: lease_backend is off: two hosts may serve the VIP
      "
    `);
  });

  it("before the cluster is founded", () => {
    const monitors = [aMonitor("mon1", { role: "follower" })];
    expect(
      shown({
        cluster: { id: null, leader: null, term: 0, has_quorum: false, monitors },
        status: {
          groups: [],
          warnings: [{ level: "warning", text: "the monitors have not founded a cluster yet" }],
        },
      }),
    ).toMatchInlineSnapshot(`
      "
      cluster not founded   leader none (term 0)   monitors 1/1   2026-11-22 15:04:11Z   seen by mon1 (0.0s old)

      WARNING  the monitors have not founded a cluster yet
      "
    `);
  });

  it("paints words that say the same without colour", () => {
    const tones: string[] = [];
    renderStatus(aStatus(), {
      cluster: true,
      paint: (tone, text) => {
        tones.push(`${tone}:${text}`);
        return text;
      },
      columns: null,
    });
    expect(tones).toContain("good:healthy");
    expect(tones).toContain("good:UP 3/3");
  });
});
