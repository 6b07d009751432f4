import { describe, expect, it } from "vitest";
import { explanationOf, renderExplain } from "../../../src/cli/render/explain.ts";
import { plain } from "../../../src/cli/terminal.ts";
import type { GroupStatus, HistoryEntry, VipStatus } from "../../../src/core/status-types.ts";
import { aGroup, anEntry, aNode, aStatus, DOWN_NODE } from "./fixtures.ts";

const text = (lines: readonly string[]) => `\n${lines.join("\n")}\n`;
const status = aStatus();

function explain(change: Partial<GroupStatus> = {}, history: readonly HistoryEntry[] = []) {
  return explanationOf(status, aGroup(change), history);
}

const failing = (change: Partial<GroupStatus>) =>
  explain(change).conditions.flatMap(({ ok, id, why }) => (ok ? [] : [`${id}: ${why}`]));
const outlook = (change: Partial<GroupStatus["outlook"]>) => ({
  outlook: { ...aGroup().outlook, ...change },
});

describe("mmm explain", () => {
  it("tells why not, and what would be if the master died", () => {
    const nodes = [
      aNode("db1"),
      aNode("db2"),
      aNode("db3", { promotable: { ok: false, why: "its link was never seen up" } }),
    ];
    expect(text(renderExplain(explain({ nodes }, [anEntry()]), plain))).toMatchInlineSnapshot(`
      "
      Would main be failed over from db1 now?  NO
      And if db1 died now?  YES, to db2
        ok    a monitor leads                              mon2
        ok    a majority of the monitors answers           3 of 3
        ok    the mode is active                           active
        ok    nobody paused it                             not paused
        FAIL  the master is down for a majority            healthy: UP 3/3; refusing counts at once, silence after 2.00s, a busy script after 10.00s
        ok    nothing else is running                      nothing
        ok    no failover has just turned back             none has
        ok    its cooldown is over                         none (60.00s after a failover)
        ok    a replica can be promoted                    db2 (priority 100, 14 behind, 10.0mb allowed)
        ok    its host can be proven not to serve the VIP  by its release, else 2.97s after its lease was let run out
        db3 cannot be promoted: its link was never seen up
      Last: failover of db1 to db2, 2026-11-22 14:58:02, ok after 412ms, by mon2: db1 refused: 3 of 3
        votes: mon1 refused (connection refused), mon2 refused; old master released; 0 bytes lost   (mmm history show 8)
      "
    `);
  });

  it.each([
    [{ is_master: true }, "Preferred master: db2, which is the master"],
    [
      { aside: "ann moved the master to db1" },
      "Preferred master: db2, but ann moved the master to db1",
    ],
    [
      { obstacle: "db2 does not answer" },
      "Preferred master: db2, not moved to: db2 does not answer",
    ],
    [
      { fit_ms: 10_000 },
      "Preferred master: db2, fit for it; the role is moved there once that was so for 300.00s without a break, in 290.00s",
    ],
    [{ failure: "it was late" }, "  the last move there came to nothing: it was late"],
  ])("tells of a preferred master: %j", (change, line) => {
    const preference = {
      node: "db2",
      is_master: false,
      obstacle: null,
      needed_ms: 300_000,
      fit_ms: null,
      aside: null,
      failure: null,
      ...change,
    };
    expect(renderExplain(explain({ preference }), plain)).toContain(line);
  });

  it("tells why", () => {
    const nodes = [aNode("db1", DOWN_NODE), aNode("db2")];
    const explained = explain({ nodes, verdict: "master-down" });
    expect(explained).toMatchObject({ now: true, if_it_died: true, successor: "db2" });
    const lines = renderExplain(explained, plain);
    expect(lines[0]).toBe("Would main be failed over from db1 now?  YES");
    expect(lines.join("\n")).not.toContain("And if");
  });

  it("never says yes while something holds it back", () => {
    const nodes = [aNode("db1", DOWN_NODE), aNode("db2")];
    const alarms = [{ id: "failover", text: "db1 refuses; pre_failover forbids it: ask ann" }];
    const explained = explain({ nodes, verdict: "master-down", alarms });
    expect(explained).toMatchObject({ now: false, held_back: alarms[0]?.text });
  });

  it.each([
    ["none", null, "ok", "it was not asked yet: it is when nothing else is in the way"],
    ["awaited", null, "FAIL", "it is asked just now"],
    ["allows", null, "ok", "it let it happen"],
    ["forbids", "pre_failover forbids it: ask ann", "FAIL", "pre_failover forbids it: ask ann"],
  ] as const)("pre_failover has its row: %s", (answer, why, mark, shown) => {
    const nodes = [aNode("db1", DOWN_NODE), aNode("db2")];
    const change = outlook({ pre_failover: { answer, text: why } });
    const explained = explain({ nodes, verdict: "master-down", ...change });
    expect(explained.now).toBe(mark === "ok");
    const row = renderExplain(explained, plain).find((line) => line.includes("does not forbid"));
    expect(row?.trim()).toMatch(new RegExp(`^${mark} +pre_failover does not forbid it +${shown}$`));
  });

  const CASES: readonly (readonly [expected: string, Partial<GroupStatus>])[] = [
    [
      'cooldown: db1 was failed over: 42.00s of 60.00s left; "mmm acknowledge" ends that',
      outlook({ cooldown_left_ms: 42_000 }),
    ],
    ["turned-back: from db1; again in 1.20s", outlook({ turned_back_left_ms: 1_200 })],
    [
      "successor: none; with loss of data: db3",
      outlook({ successor: null, best_with_loss: "db3" }),
    ],
    ["mode: manual", { mode: "manual" }],
    [
      "fencing: by its release only: lease_backend is off, and there is no fence_command",
      outlook({ fencing: "release" }),
    ],
  ];
  it.each(CASES)("%s", (expected, change) => {
    const [normal = ""] = failing({});
    expect(normal).toContain("master-down: healthy: UP 3/3; refusing counts at once");
    expect(failing(change).toSorted()).toEqual([normal, expected].toSorted());
  });

  it("promises no proof after the fence_command has failed where there is no lease", () => {
    const failed = "fence_command for db1 failed (1); there is no lease that would end";
    const alarms = [{ id: "fence", text: failed }];
    const writer = { ...aGroup().writer, holder: null } as VipStatus;
    expect(failing({ ...outlook({ fencing: "command" }), alarms, writer })).toContain(
      `fencing: ${failed}`,
    );
    expect(failing({ ...outlook({ fencing: "lease" }), alarms, writer }).join()).not.toContain(
      "fencing",
    );
    const unproven = [{ id: "fencing", text: "nothing proves yet that db1 does not serve it" }];
    expect(failing({ alarms: unproven })).toContain(`fencing: ${unproven[0]?.text}`);
  });

  it("does not say of the old master that it might serve the VIP, too", () => {
    const writer = { ...aGroup().writer, holder: null } as VipStatus;
    const lines = renderExplain(explain({ writer, ...outlook({ fencing: "command" }) }), plain);
    expect(lines.join("\n")).not.toContain("might still");
  });

  it("asks for no proof where there is no VIP", () => {
    const lines = renderExplain(explain({ writer: null, ...outlook({ fencing: "none" }) }), plain);
    expect(lines.join("\n")).toMatch(
      /ok {4}no host has to be fenced +there is no VIP to take away/,
    );
  });

  it("does not need a proof to begin, only to end", () => {
    expect(explain(outlook({ fencing: "release" })).if_it_died).toBe(true);
    expect(explain(outlook({ successor: null })).if_it_died).toBe(false);
  });

  it("says what is held back at present, and what happened last and why", () => {
    const alarms = [{ id: "failover", text: "db1 refuses; no failover, for the mode is manual" }];
    const past = [anEntry(), anEntry({ kind: "rejoin", from: "db1", to: null })];
    const lines = renderExplain(explain({ alarms }, past), plain);
    expect(text(lines.slice(-3))).toMatchInlineSnapshot(`
      "
      Held back: db1 refuses; no failover, for the mode is manual
      Last: failover of db1 to db2, 2026-11-22 14:58:02, ok after 412ms, by mon2: db1 refused: 3 of 3
        votes: mon1 refused (connection refused), mon2 refused; old master released; 0 bytes lost   (mmm history show 8)
      "
    `);
  });
});
