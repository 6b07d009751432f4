import { describe, expect, it } from "vitest";
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
