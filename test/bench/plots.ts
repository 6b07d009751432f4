/** One picture per fault, in a directory. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FAULTS } from "./faults.ts";
import { plotOf } from "./plot.ts";
import type { RunRecord } from "./run-record.ts";

export function writePlots(directory: string, runs: readonly RunRecord[]): void {
  mkdirSync(directory, { recursive: true });
  for (const { name, title } of FAULTS) {
    const plot = plotOf(
      title,
      runs.filter(({ fault }) => fault === name),
    );
    if (plot !== null) writeFileSync(join(directory, `${name}.svg`), plot);
  }
}
