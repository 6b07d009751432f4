/**
 * The moments at which a weaker rule once broke a promise, one script each. With the rules as they
 * are no script finds one broken; `mutants.test.ts` shows that it does with a rule left out.
 */
import { test } from "vitest";
import { SCRIPTS } from "../scripts.ts";

const SEEDS = [1, 2];

test.each(SCRIPTS)("$name: every promise holds", ({ run }) => {
  for (const seed of SEEDS) run(seed);
});
