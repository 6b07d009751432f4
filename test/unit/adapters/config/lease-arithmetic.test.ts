import { describe, expect, it } from "vitest";
import { distanceWarnings } from "../../../../src/adapters/config/distance.ts";
import { leaseArithmetic } from "../../../../src/adapters/config/lease-arithmetic.ts";
import { suggest } from "../../../../src/adapters/config/suggest.ts";
import { aConfig } from "./helpers.ts";

function sums(top: string) {
  const settings = aConfig(top).groups[0]?.settings;
  if (settings === undefined) throw new Error("a configuration has a group");
  return leaseArithmetic(settings);
}

describe("the arithmetic of the lease", () => {
  it("of the defaults: an unplugged host is replaced after 3.4 s", () => {
    expect(sums("")).toEqual({
      waitMs: 2_968,
      renewalMs: 250,
      unpluggedMs: 3_418,
      permitSpareMs: 80,
      leaseSpareMs: 1_218,
    });
  });

  it("of a lease of one second: after 2.2 s", () => {
    expect(sums("down_after = 1s")).toMatchObject({ waitMs: 1_746, unpluggedMs: 2_196 });
  });

  it("of a long down_after: that long", () => {
    expect(sums("down_after = 30s\nvip_lease = 2s").unpluggedMs).toBe(30_100);
  });
});

describe("hosts that are far from each other", () => {
  const warnings = (top: string, rttMs: number) =>
    distanceWarnings(aConfig(`master_ip = 10.0.0.70\n${top}`).groups, rttMs);

  it("need nothing else up to a round trip of 73 ms, with the defaults", () => {
    expect(warnings("", 73)).toEqual([]);
    expect(warnings("", 74)).not.toEqual([]);
  });

  it("are told which clock_drift leaves time enough for a renewal", () => {
    const [warning] = warnings("", 80);
    expect(warning).toContain("Write clock_drift = 0.07 or less");
    expect(warnings("clock_drift = 0.07", 80)).toEqual([]);
  });

  it("are told when no setting helps", () => {
    expect(warnings("clock_drift = 0.01", 120).join()).toContain("must be within 97 ms");
  });

  it("are told of probes that are too short, and of elections that take several attempts", () => {
    const all = warnings("down_after = 1s\nclock_drift = 0.01", 250).join("\n");
    expect(all).toContain("Write down_after = 2000ms or more");
    expect(all).toContain("an election needs about 1000 ms");
  });
});

describe("did you mean", () => {
  it.each([
    ["adress", "address"],
    ["slaveip", "slave_ip"],
    ["xyz", null],
    ["prot", "port"],
  ])("%s → %s", (word, answer) => {
    expect(suggest(word, ["address", "slave_ip", "port"])).toBe(answer);
  });
});
