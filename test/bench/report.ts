/** The program behind `scripts/bench report`: one table of what several invocations left with --json. */
import { readFileSync } from "node:fs";
import { orTellUsage, parseReportOptions, UsageError } from "./arguments.ts";
import { writePlots } from "./plots.ts";
import { type BenchFile, phasesTableOf, rowsOf, stockTableOf, tableOf } from "./summary.ts";

await orTellUsage("scripts/bench report", () => {
  const { files, plot } = parseReportOptions(process.argv.slice(2));
  report(files.map(readBenchFile), plot);
});

function report(files: readonly BenchFile[], plot: string | null): void {
  const runs = files.flatMap((file) => file.runs);
  for (const { machine, command, repeated, failures } of files) {
    const parts = Object.entries(machine).map(([name, value]) => `${name} ${value}`);
    print(`${command}: ${parts.join(", ")}; ${repeated} repeated`);
    print(...failures.map((why) => `FAILED ${why}`));
  }
  const loads = runs.map(({ load }) => load);
  print(`load before the faults: ${Math.min(...loads)}–${Math.max(...loads)}`, "");
  print(tableOf(rowsOf(runs)), "", phasesTableOf(runs), "", stockTableOf(runs));
  if (plot !== null) writePlots(plot, runs);
}

function readBenchFile(name: string): BenchFile {
  try {
    const file = JSON.parse(readFileSync(name, "utf8")) as BenchFile;
    if (file.runs.length > 0) return file;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${name} is not what --json leaves: ${why}`);
  }
  throw new UsageError(`${name} has no run in it`);
}

function print(...lines: readonly string[]): void {
  if (lines.length > 0) process.stdout.write(`${lines.join("\n")}\n`);
}
