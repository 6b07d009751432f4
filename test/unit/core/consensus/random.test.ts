/** Random faults, and proof that the checks would notice a broken rule. */
import { describe, expect, test } from "vitest";
import { type Mutation, type Options, RandomCluster } from "./random-cluster.ts";

/** `SEEDS=10000` for a long run, which also prints what it did; `SEED=n` for one. */
const SEEDS = Number(process.env["SEEDS"] ?? 40);
const RUN: Options = {
  seed: 0,
  monitors: 3,
  faultsMs: 20_000,
  mutation: "none",
  membership: false,
  replacement: false,
};
const ONLY = process.env["SEED"];

function problemOf(options: Options): string | null {
  const cluster = new RandomCluster(options);
  try {
    cluster.run();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe("whatever is lost, late, doubled, cut or crashes, the monitors agree", () => {
  test.each([
    { monitors: 3, membership: false, replacement: false },
    { monitors: 5, membership: false, replacement: false },
    { monitors: 3, membership: true, replacement: false },
    { monitors: 5, membership: true, replacement: false },
    { monitors: 3, membership: true, replacement: true },
    { monitors: 5, membership: true, replacement: true },
  ])(
    "$monitors monitors, members change: $membership, disks too: $replacement",
    ({ monitors, membership, replacement }) => {
      const seeds = ONLY === undefined ? SEEDS : 1;
      const failures: string[] = [];
      const total = { steps: 0, elections: 0, commits: 0 };
      for (let count = 0; count < seeds; count += 1) {
        const seed = ONLY === undefined ? count : Number(ONLY);
        const cluster = new RandomCluster({ ...RUN, seed, monitors, membership, replacement });
        try {
          cluster.run();
        } catch (error) {
          failures.push(`SEED=${seed}: ${error instanceof Error ? error.message : String(error)}`);
        }
        total.steps += cluster.steps;
        total.elections += cluster.oracle.elections;
        total.commits += cluster.oracle.commits;
      }
      if (process.env["SEEDS"] !== undefined) process.stderr.write(`${JSON.stringify(total)}\n`);
      expect(failures).toEqual([]);
      // The faults were neither too few to matter nor so many that nothing happened.
      if (seeds > 1) expect(total.elections).toBeGreaterThan(seeds);
      if (seeds > 1) expect(total.commits).toBeGreaterThan(seeds * 5);
    },
    600_000,
  );
});

describe("a broken rule is noticed", () => {
  const mutations: readonly Mutation[] = [
    "forgets its vote in a crash",
    "speaks before it has written",
    "commits with a minority",
    "votes for anybody",
    "takes older states",
    "counts a round from its answers",
  ];

  test.each(mutations)(
    "a monitor that %s",
    (mutation) => {
      let problem: string | null = null;
      let seed = 0;
      for (; problem === null && seed < 2_000; seed += 1) {
        problem = problemOf({ ...RUN, seed, mutation });
      }
      if (process.env["SEEDS"] !== undefined)
        process.stderr.write(`${mutation}: seed ${seed - 1}: ${problem}\n`);
      expect(problem).not.toBeNull();
    },
    60_000,
  );
});
