/** `scripts/simulate --exhaustive`: every order of what may happen, as deep as the machine allows. */
import { SEARCHES, search } from "./searches.ts";

/** Resolves to the number of searches that found a promise broken. */
export function printSearches(deeper: number, print: (line: string) => void): number {
  let broken = 0;
  for (const each of SEARCHES) {
    const depth = each.depth + deeper;
    const startedAt = performance.now();
    const found = search({ ...each, depth });
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
    print(`${each.name}: ${JSON.stringify(each.limits)}`);
    print(
      `  ${found.states} states, ${found.transitions} transitions, depth ${found.depth}${found.complete ? " (all there are)" : ""}, ${seconds} s`,
    );
    print(`  violations: ${found.violation?.text ?? "none"}`);
    for (const step of found.violation?.path ?? []) print(`    ${step}`);
    if (found.violation !== null) broken += 1;
  }
  return broken;
}
