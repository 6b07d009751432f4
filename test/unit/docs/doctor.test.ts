/** docs/doctor.md knows every finding, and its times are those of the code. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { showBudget, timeBudgets, totalMs } from "../../../src/adapters/config/time-budget.ts";
import { FINDING_IDS } from "../../../src/adapters/doctor/finding.ts";
import { aConfig } from "../adapters/config/helpers.ts";

const PAGE = readFileSync(join(import.meta.dirname, "../../../docs/doctor.md"), "utf8");

it("explains every finding, and no other", () => {
  const explained = [...PAGE.matchAll(/^\| `([a-z-]+)` \| .+ \| .+ \|$/gm)].map(([, id]) => id);
  expect(new Set(explained)).toEqual(new Set(FINDING_IDS));
  expect(explained).toHaveLength(FINDING_IDS.length);
});

function settingsOf(top: string) {
  const [group] = aConfig(top).groups;
  if (group === undefined) throw new Error("a configuration has a group");
  return group.settings;
}

describe("the time budget", () => {
  const ROWS = [...PAGE.matchAll(/^\| (defaults|(?:`[^`]+` ?)+) \| ([\d.]+ s.*) \|$/gm)].map(
    ([, settings = "", times = ""]) =>
      [settings.replace("defaults", "").replaceAll(/` ?`?/g, "\n"), times.split(" | ")] as const,
  );

  it("has rows", () => {
    expect(ROWS.length).toBeGreaterThan(3);
  });

  it.each(ROWS)("of %j is %j", (top, times) => {
    const computed = timeBudgets(settingsOf(top)).map(
      (one) => `${(totalMs(one) / 1_000).toFixed(1)} s`,
    );
    expect(times.filter((time) => time !== "-")).toEqual(computed);
  });

  it("says what it is made of", () => {
    const worst = timeBudgets(settingsOf("down_after = 1s")).at(-1);
    if (worst === undefined) throw new Error("there is a worst case");
    expect(showBudget(worst)).toBe(
      "3.4 s = elect a leader 1.6 s + wait until the lease is over for certain 1.7 s + promote and move the address 0.1 s",
    );
  });
});
