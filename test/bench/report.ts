/** The program behind `scripts/bench report`: one table of what several invocations left with --json. */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { writePlots } from "./plots.ts";
import { type BenchFile, phasesTableOf, rowsOf, stockTableOf, tableOf } from "./summary.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { plot: { type: "string" } },
});
if (positionals.length === 0) {
  process.stderr.write("scripts/bench report: name the files that --json wrote\n");
  process.exit(2);
}
const files = positionals.map((name) => JSON.parse(readFileSync(name, "utf8")) as BenchFile);
const runs = files.flatMap((file) => file.runs);
for (const { machine, command, repeated, failures } of files) {
  const parts = Object.entries(machine).map(([name, value]) => `${name} ${value}`);
  print(
    `${command}: ${parts.join(", ")}; ${repeated} repeated`,
    ...failures.map((why) => `FAILED ${why}`),
  );
}
const loads = runs.map(({ load }) => load);
print(`load before the faults: ${Math.min(...loads)}–${Math.max(...loads)}`, "");
print(tableOf(rowsOf(runs)), "", phasesTableOf(runs), "", stockTableOf(runs));
if (values.plot !== undefined) writePlots(values.plot, runs);

function print(...lines: readonly string[]): void {
  process.stdout.write(`${lines.join("\n")}\n`);
}
