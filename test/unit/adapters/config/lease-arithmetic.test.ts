import { describe, expect, it } from "vitest";
import { distanceWarnings } from "../../../../src/adapters/config/distance.ts";
import { leaseArithmetic } from "../../../../src/adapters/config/lease-arithmetic.ts";
import { showBudgets, timeBudgets, totalMs } from "../../../../src/adapters/config/time-budget.ts";
import { suggest } from "../../../../src/adapters/config/suggest.ts";
import { aConfig } from "./helpers.ts";

function groupOf(top: string) {
  const [group] = aConfig(top).groups;
  if (group === undefined) throw new Error("a configuration has a group");
  return group;
}

const sums = (top: string) => leaseArithmetic(groupOf(top).settings);

describe("the arithmetic of the lease", () => {
  it("of the defaults: an unplugged host is replaced after 3.4 s", () => {
    expect(sums("")).toEqual({
      waitMs: 2_968,
      renewalMs: 250,
      unpluggedMs: 3_408,
      permitSpareMs: 110,
      leaseSpareMs: 1_218,
    });
  });

  it("of a lease of one second: after 2.1 s", () => {
    expect(sums("down_after = 1s")).toMatchObject({ waitMs: 1_685, unpluggedMs: 2_125 });
  });

  it("of a long down_after: that long", () => {
    expect(sums("down_after = 30s\nvip_lease = 2s").unpluggedMs).toBe(30_100);
  });
});

describe("hosts that are far from each other", () => {
  const warnings = (top: string, rttMs: number) =>
    distanceWarnings(aConfig(`master_ip = 10.0.0.70\n${top}`).groups, rttMs);

  it("need nothing else up to a round trip of 170 ms, with the defaults", () => {
    expect(warnings("", 170)).toEqual([]);
    expect(warnings("", 171)).toEqual([expect.stringContaining("No setting helps")]);
  });

  it("are told which lease outlives the death of a monitor", () => {
    const [warning] = warnings("down_after = 1s", 145);
    expect(warning).toContain("too short to outlive the death of a monitor");
    expect(warning).toContain("Write vip_lease = 1100ms or more");
    expect(warnings("down_after = 1s\nvip_lease = 1100ms", 150).join()).not.toContain("vip_lease");
  });

  it("are told which lease has permits that are not too old when they are used", () => {
    const top = "down_after = 500ms\nvip_lease = 500ms";
    const [warning] = warnings(top, 85);
    expect(warning).toContain("a permit of 175 ms is 33 ms too old when it is used");
    expect(warning).toContain("Write vip_lease = 800ms or more");
  });

  it("are told when no setting helps", () => {
    expect(warnings("vip_lease = 5s", 180).join()).toContain("must be within 170 ms of the hosts");
  });

  it("are told of a clock_drift that leaves permits too short", () => {
    const [warning] = warnings("clock_drift = 0.4", 20);
    expect(warning).toContain("a permit of 400 ms is 10 ms too old when it is used");
    expect(warning).toContain("Write clock_drift = 0.1");
    expect(warnings("clock_drift = 0.1", 20)).toEqual([]);
  });

  it("are told the times of a failover at that distance", () => {
    const totals = (rttMs: number) =>
      timeBudgets(groupOf("down_after = 1s\nrestart_grace = 0s").settings, { rttMs }).map(totalMs);
    expect(totals(0)).toEqual([200, 1_200, 2_085, 3_385]);
    expect(totals(80)).toEqual([1_240, 2_240, 3_285, 4_745]);
  });

  it("are told of probes that are too short, and of elections that take several attempts", () => {
    const all = warnings("down_after = 1s\nclock_drift = 0.01", 250).join("\n");
    expect(all).toContain("Write down_after = 2s or more");
    expect(all).toContain("an election needs about 1000 ms");
  });
});

describe("without a virtual IP", () => {
  const linesOf = (top: string) => showBudgets(groupOf(top).settings, { hasVip: false });

  it("nobody waits for a lease, and no address moves", () => {
    expect(linesOf("down_after = 2s")).toEqual([
      "without a master for about 0.2 s if its process dies, 2.2 s if it hangs, 2.2 s if its host is unplugged, 2.2 s if its host is unplugged, and the leader with it",
      "at worst 2.2 s = detect 2.1 s + promote 0.1 s",
    ]);
    expect(linesOf("down_after = 1s").at(-1)).toBe(
      "at worst 1.7 s = elect a leader 1.6 s + promote 0.1 s",
    );
  });
});

describe("did you mean", () => {
  it.each([
    ["adress", "address"],
    ["slaveip", "slave_ip"],
    ["xyz", null],
    ["prot", "port"],
    ["bd1", "db1"],
    ["d1b", "db1"],
    ["b1d", null],
    ["abc", null],
  ])("%s → %s", (word, answer) => {
    expect(suggest(word, ["address", "slave_ip", "port", "db1"])).toBe(answer);
  });
});
