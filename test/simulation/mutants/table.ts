/**
 * `scripts/simulate --mutants`: each mutant, what it leaves out, which script finds it, and how many
 * random runs it takes. That many a mutant needs hundreds of them is why the scripts exist. What it
 * prints is the page docs/mutants.md.
 */
import { MUTANTS } from "./all.ts";
import { load } from "./load.ts";

export interface TableOptions {
  /** Random runs that a mutant gets to be found in. */
  readonly seeds: number;
  /** Simulated minutes of each. */
  readonly minutes: number;
  readonly print: (line: string) => void;
}

/** Resolves to the number of mutants that their scripts do not find. */
export async function printTable({ seeds, minutes, print }: TableOptions): Promise<number> {
  for (const line of headOf(seeds, minutes)) print(line);
  let survivors = 0;
  for (const mutant of MUTANTS) {
    const offer = await load(mutant);
    const found = mutant.scripts.map((script) => foundBy(offer, script));
    if (found.some((text) => text.startsWith("**not**"))) survivors += 1;
    const random = seeds === 0 ? "–" : seedsUntilFound(offer, seeds, minutes);
    print(`| ${mutant.name} | ${mutant.removes} | ${found.join("; ")} | ${random} |`);
  }
  print(`\n${MUTANTS.length} mutants, ${survivors} not found by their scripts`);
  return survivors;
}

function headOf(seeds: number, minutes: number): readonly string[] {
  const day = new Date().toISOString().slice(0, "2026-11-26".length);
  return [
    "# What finds a rule that is left out",
    "",
    "Each line is the shipped code with one rule left out (`test/simulation/mutants`), and what finds that. The scripts are run",
    `by the tests, for each mutant. The last column is how many random runs (${minutes} simulated min each) it takes until one breaks`,
    "a promise of safety; that most are not found by any of so few is why the scripts exist.",
    "",
    `This page is what \`npm run simulate -- --mutants --minutes ${minutes} --seeds ${seeds}\` printed on ${day}.`,
    "",
    "| mutant | what it leaves out | found by | random runs until found |",
    "|---|---|---|---|",
  ];
}

type Offer = Awaited<ReturnType<typeof load>>;

function foundBy(offer: Offer, script: string): string {
  try {
    return offer.brokenBy(script, 1) === null ? `**not** by “${script}”` : `“${script}”`;
  } catch (error) {
    return `**not** by “${script}”: ${String(error)}`;
  }
}

function seedsUntilFound(offer: Offer, seeds: number, minutes: number): string {
  for (let seed = 1; seed <= seeds; seed++) {
    if (offer.brokenAtRandom(seed, minutes) !== null) return String(seed);
  }
  return `not in ${seeds}`;
}
