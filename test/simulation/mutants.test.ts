/** Each rule is left out of the shipped code in turn, and the scripts about it must find that. */
import { expect, test } from "vitest";
import { MUTANTS } from "./mutants/all.ts";
import { load } from "./mutants/load.ts";

test.each(MUTANTS)("found: $name", async (mutant) => {
  const { brokenBy } = await load(mutant);
  for (const script of mutant.scripts) {
    expect(brokenBy(script, 1), `“${script}” finds nothing`).not.toBeNull();
  }
});
