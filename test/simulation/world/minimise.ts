/** Repeats a failing run with ever fewer faults. */
import { type Fault } from "./nemesis.ts";
import { faultsOf, run, type RunOptions } from "./run.ts";

/** Fewer faults with the same broken rule: leaves out halves, quarters, …, single ones. */
export function minimise(options: RunOptions, rule: string): readonly Fault[] {
  let faults = faultsOf(options);
  for (
    let size = Math.ceil(faults.length / 2);
    size >= 1;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let start = 0; start < faults.length; ) {
      const fewer = [...faults.slice(0, start), ...faults.slice(start + size)];
      if (run({ ...options, faults: fewer }).failure?.rule === rule) faults = fewer;
      else start += size;
    }
  }
  return faults;
}
