/**
 * The program behind `scripts/bench failover`: the same faults for redis-mmm and for Redis Sentinel,
 * by turns, each in a lab built for it. Figures are printed and never asserted.
 */
import { writeFileSync } from "node:fs";
import { LabNotUpError } from "../helpers/lab.ts";
import { type Options, orTellUsage, parseOptions } from "./arguments.ts";
import type { Fault } from "./faults.ts";
import { thisMachine } from "./machine.ts";
import { runOnce } from "./one-run.ts";
import { writePlots } from "./plots.ts";
import { type BenchFile, phasesTableOf, rowsOf, stockTableOf, tableOf } from "./summary.ts";
import { type RunRecord, toRecord } from "./run-record.ts";
import { type System, SYSTEMS } from "./systems.ts";

/** A writer that did not run for so long measured the machine. */
const STALLED_MS = 250;
const MOST_REPEATS = 2;

process.once("SIGINT", () => process.exit(130));
process.once("SIGTERM", () => process.exit(143));

await orTellUsage("scripts/bench failover", () => bench(parseOptions(process.argv.slice(2))));

async function bench(options: Options): Promise<void> {
  const runs: RunRecord[] = [];
  const failures: string[] = [];
  let repeated = 0;
  for (const { fault, run, system } of turns(options)) {
    const done = await measured(system, fault, { run, options });
    repeated += done.repeated;
    if (done.record === null) failures.push(`${fault.name}, ${system.name}: ${done.failure}`);
    else runs.push(done.record);
    keep(options, { runs, repeated, failures });
  }
  print("", tableOf(rowsOf(runs)), "", phasesTableOf(runs), "", stockTableOf(runs));
  if (repeated > 0)
    print(
      `${repeated} runs were repeated: the writer did not run meanwhile, or the lab did not come up`,
    );
  for (const failure of failures) print(`FAILED ${failure}`);
  process.exitCode = failures.length === 0 ? 0 : 1;
}

interface Turn {
  readonly fault: Fault;
  readonly run: number;
  readonly system: System;
}

function turns({ faults, runs }: Options): readonly Turn[] {
  const numbers = Array.from({ length: runs }, (_, index) => index + 1);
  return faults.flatMap((fault) =>
    numbers.flatMap((run) => SYSTEMS.map((system) => ({ fault, run, system }))),
  );
}

interface Done {
  readonly record: RunRecord | null;
  readonly failure: string;
  readonly repeated: number;
}

async function measured(
  system: System,
  fault: Fault,
  { run, options }: { readonly run: number; readonly options: Options },
): Promise<Done> {
  for (let repeated = 0; ; repeated += 1) {
    try {
      const record = toRecord(await runOnce(system, fault, { run, ...options }));
      print(lineOf(record));
      if (record.stalled_ms < STALLED_MS || repeated === MOST_REPEATS)
        return { record, failure: "", repeated };
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error);
      print(`${fault.name} ${run} ${system.name}: ${failure}`);
      if (!(error instanceof LabNotUpError) || repeated === MOST_REPEATS)
        return { record: null, failure, repeated };
    }
  }
}

function lineOf(record: RunRecord): string {
  const { fault, run, system, gap_ms, lost, resyncs, settled_s, stalled_ms, load } = record;
  return (
    `${fault} ${run} ${system}: gap ${gap_ms.toFixed(0)} ms${record.gap_is_open ? ", not over" : ""}, ` +
    `${lost} of ${record.acknowledged} lost, resyncs ${resyncs.full} full ${resyncs.partial} partial, ` +
    `in order after ${settled_s} s; longest stall ${stalled_ms} ms, load ${load}`
  );
}

/** After each run: what was measured is there whatever comes. */
function keep(options: Options, found: Pick<BenchFile, "runs" | "repeated" | "failures">): void {
  if (options.plot !== null) writePlots(options.plot, found.runs);
  if (options.json === null) return;
  const command = `scripts/bench failover ${process.argv.slice(2).join(" ")}`;
  const file: BenchFile = { machine: thisMachine(), command, ...found };
  writeFileSync(options.json, `${JSON.stringify(file)}\n`);
}

function print(...lines: readonly string[]): void {
  process.stdout.write(`${lines.join("\n")}\n`);
}
