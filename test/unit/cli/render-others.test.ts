import { describe, expect, it } from "vitest";
import { stableLines } from "../../../src/cli/render/changes.ts";
import { nodeChecks, renderChecks } from "../../../src/cli/render/checks.ts";
import { renderHistory } from "../../../src/cli/render/history.ts";
import { renderInfo } from "../../../src/cli/render/info.ts";
import { renderPast } from "../../../src/cli/render/past.ts";
import { failoverPlan } from "../../../src/cli/render/plan.ts";
import { showBytes, showTook } from "../../../src/cli/render/quantities.ts";
import { showAge } from "../../../src/core/ages.ts";
import { renderShow } from "../../../src/cli/render/show.ts";
import { plain } from "../../../src/cli/terminal.ts";
import type { NodeStatus, VipStatus } from "../../../src/core/status-types.ts";
import { showTally, tallyOf, tallySinceMs } from "../../../src/core/status-votes.ts";
import { aGroup, aNode, anEntry, aStatus, aVote, DOWN_NODE, votes } from "./fixtures.ts";

const text = (lines: readonly string[]) => `\n${lines.join("\n")}\n`;
const status = aStatus();
const { cluster } = status;

describe("mmm info", () => {
  it("of a replica", () => {
    const events = [
      anEntry(),
      anEntry({ kind: "switchover", from: "db2", to: "db1", result: "undone" }),
    ];
    const known = { node: aNode("db2"), group: aGroup(), cluster, events };
    expect(text(renderInfo(known, plain))).toMatchInlineSnapshot(`
      "
      Info about db2
        Current role:       replica
        Current master:     192.168.10.1:6379
        Link to master:     UP
        State:              ONLINE
        Group:              main (healthy, mode active)
        Address:            192.168.10.2:6379
        Promotable:         yes
      redis
        version:            7.0.15
        uptime:             2h05m
        run id:             cccccccccccccccccccccccccccccccccccccccc
        replication id:     dddddddddddddddddddddddddddddddddddddddd
        offset:             88214397
        lag:                14
        priority:           100
        clients:            12
        replicas:           0
      host
        serves:             no VIP
        interface:          eth1
        guard:              heard 0.0s ago
        packet filter:      present
        register:           in
      ssh
        user:               mmm-guard, port 22
        host key:           as known_hosts of each monitor says
        a login now:        mmm doctor db2
      votes
        mon1:               up   answers in 1.2 ms
        mon2:               up   answers in 1.2 ms
        mon3:               up   answers in 1.2 ms
        majority:           UP 3/3
      last events
        2026-11-22 14:58:02  failover    db1 → db2  ok      412ms  db1 refused: 3 of 3
        2026-11-22 14:58:02  switchover  db2 → db1  undone  412ms  db1 refused: 3 of 3
      "
    `);
  });

  it("of a master that is gone: what refuses does not answer, however fast", () => {
    const refused = aVote({ vote: "refused", reason: "connection refused", latency_ms: 0.6 });
    const node = aNode("db1", {
      ...DOWN_NODE,
      votes: { ...DOWN_NODE.votes, mon2: { ...refused, since_ms: 13_800 } },
      redis: null,
      offset: null,
      guard: { heard_ms: null, gate: "unknown", problem: null, lacks: null },
    });
    const known = { node, group: aGroup(), cluster, events: null };
    expect(text(renderInfo(known, plain))).toMatchInlineSnapshot(`
      "
      Info about db1
        Current role:       unknown
        State:              HARD_OFFLINE
        Group:              main (healthy, mode active)
        Address:            192.168.10.1:6379
      redis
        seen:               never
      host
        serves:             no VIP
        interface:          eth1
        guard:              never heard
        packet filter:      unknown
        register:           in
      ssh
        user:               mmm-guard, port 22
        host key:           as known_hosts of each monitor says
        a login now:        mmm doctor db1
      votes
        mon1:               refused 14s   connection refused
        mon2:               refused 13s   connection refused
        mon3:               ? up 3.2s ago   answers in 1.2 ms
        majority:           DOWN 2/3
      last events
        not known: the history could not be had
      "
    `);
  });
});

describe("mmm info, the rest", () => {
  const shown = (change: Partial<Parameters<typeof renderInfo>[0]>) =>
    text(
      renderInfo({ node: aNode("db2"), group: aGroup(), cluster, events: [], ...change }, plain),
    );

  it("shows the newest five events, and says that there was none", () => {
    const events = [1, 2, 3, 4, 5, 6].map((n) => anEntry({ reason: `reason ${n}` }));
    expect(shown({ events })).not.toContain("reason 1");
    expect(shown({ events }).match(/reason \d/g)).toHaveLength(5);
    expect(shown({})).toContain("last events\n  none\n");
  });

  it("tells of no login where there is no virtual IP, or an older monitor answers", () => {
    expect(shown({ group: aGroup({ writer: null }) })).not.toContain("ssh");
    const { host: _, ...older } = aNode("db2");
    expect(shown({ node: older as ReturnType<typeof aNode> })).not.toMatch(/ssh|interface/);
  });

  it("names the host key that the configuration demands", () => {
    const host = { ...aNode("db2").host, ssh_host_key: `SHA256:${"k".repeat(43)}` };
    expect(shown({ node: aNode("db2", { host }) })).toContain(
      `host key:           ${host.ssh_host_key}`,
    );
  });
});

describe("mmm show", () => {
  it("speaks as mysql-mmm did", () => {
    const reader = { ...aGroup().writer, ip: "192.168.10.71", holder: "db2" } as VipStatus;
    const guard = { heard_ms: null, gate: "unknown", problem: "refused", lacks: null } as const;
    const nodes = [
      aNode("db1"),
      aNode("db2", { vips: ["192.168.10.71"] }),
      aNode("db3", { state: "AWAITING_RECOVERY", guard }),
    ];
    const pause = { by: "ann@ops", reason: null, since: "", for_ms: null, left_ms: null };
    const group = aGroup({ nodes, readers: [reader], mode: "passive", pause });
    expect(text(renderShow(group, false))).toMatchInlineSnapshot(`
      "
      # --- Monitors are in PASSIVE MODE ---
      # --- Group is PAUSED, by ann@ops ---
      # Warning: guard on host db3 is not reachable
        db1(192.168.10.1) master/ONLINE. Roles: writer(192.168.10.70)
        db2(192.168.10.2) slave/ONLINE. Roles: reader(192.168.10.71)
        db3(192.168.10.3) slave/AWAITING_RECOVERY. Roles:
      "
    `);
  });
});

describe("mmm history show", () => {
  it.each([
    [
      "no-vip",
      "no VIP",
      "none: the group has no VIP, so nothing was to be taken from the old host",
    ],
    [
      "vouched",
      "vouched",
      "vouched: a person said that the old host serves nothing (mmm adopt --empty)",
    ],
    ["of-tomorrow" as "released", "of-tomorrow", "of-tomorrow"],
  ] as const)("claims no proof that nobody gave: %s", (fencing, short, long) => {
    const entry = anEntry({ fencing });
    expect(renderPast(entry, plain)).toContain(`  fencing     ${long}`);
    const [, row] = renderHistory([entry], { verbose: false, paint: plain });
    expect(row).toMatch(new RegExp(`412ms  ${short} +mon2`));
  });

  it("tells all of one operation", () => {
    const entry = anEntry({ lost_bytes: 2_048, fencing: "lease-ended" });
    expect(text(renderPast(entry, plain))).toMatchInlineSnapshot(`
      "
      failover of main, epoch 8 (term 14): ok
        from        db1
        to          db2
        began       2026-11-22 14:58:02
        took        412ms
        decided by  mon2
        because     db1 refused: 3 of 3
        fencing     lease-ended: the old host's lease had run out, so its kernel served the VIP no more
        data        2.0kb of the old master's stream were not taken over (as far as anybody saw it)

      PHASE    TOOK   FROM
      fence    120ms  +0ms
      promote  180ms  +120ms
      claim    112ms  +300ms

      MONITOR  VOTE     AGE   REASON
      mon1     refused  40ms  connection refused
      mon2     refused  12ms
      "
    `);
  });

  it("leaves out what an entry cannot have", () => {
    const none = { from: null, to: null, fencing: null, phases: [], votes: {}, lost_bytes: null };
    const entry = anEntry({ ...none, kind: "pause", by: "ann@ops", reason: "paused for 30 min" });
    expect(text(renderPast(entry, plain))).not.toMatch(/fencing|data|PHASE|MONITOR|null/);
  });
});

describe("mmm history", () => {
  const entries = [
    anEntry(),
    anEntry({
      epoch: 12,
      kind: "switchover",
      from: "db2",
      to: "db1",
      duration_ms: 1_880,
      by: "ann@desk",
      reason: "asked for",
      result: "undone",
      votes: {},
      fencing: null,
    }),
    anEntry({ epoch: 20, lost_bytes: 2_048, to: null, result: "failed" }),
  ];

  it("has a line for each", () => {
    expect(text(renderHistory(entries, { verbose: false, paint: plain }))).toMatchInlineSnapshot(`
      "
      EPOCH  TIME (UTC)           KIND        FROM  TO   TOOK   FENCING   BY        RESULT  REASON
      8      2026-11-22 14:58:02  failover    db1   db2  412ms  released  mon2      ok      db1 refused: 3 of 3
      12     2026-11-22 14:58:02  switchover  db2   db1  1.88s  -         ann@desk  undone  asked for
      20     2026-11-22 14:58:02  failover    db1   -    412ms  released  mon2      failed  db1 refused: 3 of 3; 2.0kb of the old master's stream lost
      "
    `);
  });

  it("tells phases and votes when asked", () => {
    expect(
      text(renderHistory(entries.slice(0, 2), { verbose: true, paint: plain })),
    ).toMatchInlineSnapshot(`
      "
      EPOCH  TIME (UTC)           KIND        FROM  TO   TOOK   FENCING   BY        RESULT  REASON
      8      2026-11-22 14:58:02  failover    db1   db2  412ms  released  mon2      ok      db1 refused: 3 of 3
             phases: fence 120ms, promote 180ms, claim 112ms
             votes:  mon1 refused (connection refused), mon2 refused
      12     2026-11-22 14:58:02  switchover  db2   db1  1.88s  -         ann@desk  undone  asked for
             phases: fence 120ms, promote 180ms, claim 112ms
      "
    `);
  });

  it("may be empty", () => {
    expect(renderHistory([], { verbose: false, paint: plain })).toEqual([
      "nothing has happened yet",
    ]);
  });
});

describe("a plan", () => {
  it("of a failover by hand", () => {
    expect(text(failoverPlan(status, aGroup(), "db2"))).toMatchInlineSnapshot(`
      "
      Plan of the forced failover of main (leader mon2, term 14):
        1  db1 is fenced: it lets go of 192.168.10.70, or its lease runs out
        2  db2 is promoted, with what it has
        3  db2 claims 192.168.10.70 and announces it
        4  the others follow; db1 comes back as a replica and discards what only it has
      Acknowledged writes that db2 lacks are lost (db2 lacks 14 now). "mmm switchover" loses nothing.
      "
    `);
  });
});

describe("a plan of a failover by hand", () => {
  const planned = (change: Parameters<typeof aGroup>[0]) =>
    failoverPlan(status, aGroup(change), "db2").join("\n");
  const fencedBy = (fencing: "lease" | "command" | "release" | "none", has: boolean) => {
    const { outlook, settings } = aGroup();
    return {
      outlook: { ...outlook, fencing },
      settings: { ...settings, has_fence_command: has },
    };
  };

  it.each([
    ["lease", true, ", is powered off by the fence_command, or its lease runs out"],
    ["command", true, ", is powered off by the fence_command, or you say that it is off"],
    ["release", false, "192.168.10.70, or you say that it is off (mmm adopt --empty)"],
  ] as const)("speaks of what there is only: %s", (fencing, has, said) => {
    expect(planned(fencedBy(fencing, has))).toContain(said);
  });

  it("takes no VIP away where there is none", () => {
    const text = planned({ writer: null, ...fencedBy("none", false) });
    expect(text).toContain("1  there is no VIP to take from db1");
    expect(text).not.toMatch(/lease|claims|fenced/);
  });
});

describe("mmm checks", () => {
  it("has a line for each check of each node", () => {
    const group = aGroup({
      nodes: [
        aNode("db1"),
        aNode("db2", DOWN_NODE),
        aNode("db3", {
          link: null,
          lag_bytes: null,
          guard: { heard_ms: null, gate: "unknown", problem: null, lacks: null },
          checked: null,
        }),
      ],
    });
    const checks = group.nodes.flatMap((node) => nodeChecks(node, group, status));
    expect(text(renderChecks(checks, plain))).toMatchInlineSnapshot(`
      "
      NODE  CHECK  RESULT   LAST CHANGE (UTC)
      db1   redis  OK       2026-11-22 15:02:40  up 3/3
      db1   guard  OK       2026-11-22 14:04:11  heard 0.0s ago, packet filter present
      db2   redis  ERROR    2026-11-22 15:03:57  down 2/3 (mon1, mon2: refused (connection refused); mon3: no vote for 3.2s)
      db2   guard  OK       2026-11-22 14:04:11  heard 0.0s ago, packet filter present
      db2   link   OK       2026-11-22 15:03:11  up to 192.168.10.1:6379
      db2   lag    OK       2026-11-22 15:04:06  14 behind
      db3   redis  OK       2026-11-22 15:02:40  up 3/3
      db3   guard  UNKNOWN  -                    never heard
      db3   link   UNKNOWN  -                    not known to 192.168.10.1:6379
      db3   lag    UNKNOWN  -                    not known
      "
    `);
  });
});

it("mmm info says of a node that does not answer that what its Redis said is of the past", () => {
  const titleOf = (change: Partial<NodeStatus>) => {
    const known = { node: aNode("db2", change), group: aGroup(), cluster, events: [] };
    return renderInfo(known, plain).find((line) => line.startsWith("redis"));
  };
  expect(titleOf(DOWN_NODE)).toBe("redis, as it last answered");
  expect(titleOf({})).toBe("redis");
});

describe("the check of the lag", () => {
  const lagOf = (change: Partial<NodeStatus>) =>
    nodeChecks(aNode("db2", change), aGroup(), status).find(({ check }) => check === "lag");

  it("is not well, though little is missing, while the replica is not connected", () => {
    const down = { link: "down", state: "REPLICATION_FAIL" } as const;
    expect(lagOf(down)).toMatchObject({ ok: null, text: "14 behind, and not connected" });
    const far = aGroup().settings.max_lag_bytes + 1;
    expect(lagOf({ ...down, lag_bytes: far })).toMatchObject({ ok: false });
    expect(lagOf({ state: "REPLICATION_DELAY", lag_bytes: far })).toMatchObject({ ok: false });
    expect(lagOf({})).toMatchObject({ ok: true, text: "14 behind" });
  });
});

describe("how long the votes have amounted to that", () => {
  const since = (
    ...all: (readonly [vote: "up" | "degraded" | "refused" | "abstain", ms: number])[]
  ) => {
    const [one, two, three] = all.map(([vote, since_ms]) => aVote({ vote, since_ms, age_ms: 0 }));
    if (one === undefined || two === undefined) throw new Error("two at least");
    return tallySinceMs(aNode("db1", { votes: votes(one, two, three) }), cluster);
  };

  it("counts from the vote that completed the majority", () => {
    expect(since(["up", 900], ["up", 500], ["up", 100])).toBe(500);
    expect(since(["up", 100], ["degraded", 300], ["refused", 900])).toBe(100);
    expect(since(["refused", 50], ["up", 800], ["refused", 70])).toBe(50);
    expect(since(["abstain", 50], ["abstain", 70])).toBe(50);
  });

  it("counts from the last change where there is none", () => {
    expect(since(["up", 900], ["refused", 500], ["abstain", 100])).toBe(100);
  });

  it("takes no vote for one that is too old, and nothing for what nobody knows", () => {
    const old = aVote({ age_ms: 5_000 });
    expect(tallySinceMs(aNode("db1", { votes: votes(old, old) }), cluster)).toBeNull();
    const aged = aNode("db1", { votes: votes(aVote({ since_ms: 10, age_ms: 200 }), aVote()) });
    expect(tallySinceMs(aged, cluster)).toBe(210);
  });
});

describe("what --watch appends", () => {
  it("does not change with offsets, ages and leases", () => {
    const later = aStatus({
      group: {
        nodes: [aNode("db1", { offset: 1 }), aNode("db2", { lag_bytes: 99 }), aNode("db3")],
      },
    });
    expect(stableLines(later)).toEqual(stableLines(status));
    expect(text(stableLines(status))).toMatchInlineSnapshot(`
      "
      cluster leader=mon2 term=14 monitors=mon1,mon2,mon3
      main master=db1 verdict=healthy mode=active writer=db1 operation=none
      main db1 role=master state=ONLINE link=- vips=192.168.10.70 votes=UP 3/3
      main db2 role=replica state=ONLINE link=up vips=- votes=UP 3/3
      main db3 role=replica state=ONLINE link=up vips=- votes=UP 3/3
      "
    `);
  });
});

describe("a tally", () => {
  const shown = (...kinds: ("up" | "refused" | "abstain" | "unknown" | "degraded")[]) => {
    const [first = "up", second = "up", third = "up"] = kinds;
    const node = aNode("db1", {
      votes: votes(aVote({ vote: first }), aVote({ vote: second }), aVote({ vote: third })),
    });
    return showTally(tallyOf(node, cluster), cluster);
  };

  it("needs a majority of the configured monitors", () => {
    expect(shown("up", "degraded", "refused")).toBe("UP 2/3");
    expect(shown("refused", "refused", "up")).toBe("DOWN 2/3");
    expect(shown("abstain", "abstain", "up")).toBe("ABSTAIN 2/3");
    expect(shown("up", "refused", "unknown")).toBe("none (1 up, 1 down, 1 no vote)");
  });

  it("does not count a vote that is old, or missing", () => {
    const node = aNode("db1", { votes: votes(aVote({ age_ms: 2_000 }), aVote()) });
    expect(showTally(tallyOf(node, cluster), cluster)).toBe("none (1 up, 2 no vote)");
  });
});

describe("quantities", () => {
  it.each([
    [0, "0.0s"],
    [3_249, "3.2s"],
    [59_999, "59s"],
    [192_000, "3m12s"],
    [7_500_000, "2h05m"],
    [273_600_000, "3d04h"],
    [null, "-"],
  ])("an age of %s ms is %s", (ms, shown) => {
    expect(showAge(ms)).toBe(shown);
  });

  it.each([
    [null, "-"],
    [0, "0"],
    [1_023, "1023"],
    [1_024, "1.0kb"],
    [11 * 1_024 * 1_024, "11.0mb"],
    [2 ** 50, "1024.0tb"],
  ])("%s bytes are %s", (bytes, shown) => {
    expect(showBytes(bytes)).toBe(shown);
  });

  it("what took long is told in seconds", () => {
    expect([showTook(41), showTook(3_410)]).toEqual(["41ms", "3.41s"]);
  });
});
