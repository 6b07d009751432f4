/**
 * `scripts/simulate`: random clusters under random faults, from seeds, on all cores.
 *
 *   --seeds N       how many seeds (100)          --seed S      only this one, or the first one
 *   --minutes M     simulated minutes each (2)    --profile P   calm|monitors|hosts|network|operations|membership|people|all
 *   --shape S       any: 3 or 5 monitors, 2 to 4 nodes, up to 2 reader VIPs, whatever the seed gives;
 *                   small: 3 monitors, 2 nodes and the writer VIP (any)
 *   --timing T      default: heartbeats each 120 ms, probes each 100 ms; down_after and vip_lease of 1 to 3 s;
 *                   slow: heartbeats each 200 ms, probe_interval 1 s, down_after and vip_lease 8 s (default)
 *   --trace         print every event             --minimise    repeat a failure with fewer faults
 *   --keep-going    do not stop at the first failure
 *   --workers N     threads (as many as there are cores)
 *
 * A long series is run in pieces, or interrupted (Ctrl-C, SIGTERM): it says then with which seed it goes on.
 *
 *   --mutants       instead: leave out one rule after the other, and tell what finds it; with --seeds N
 *                   random runs each (0: scripts only) of --minutes M
 *   --exhaustive    instead: every order of what may happen to three monitors, to one that is replaced
 *                   elsewhere, and to one move of a VIP, --deeper D steps
 *                   further than the tests go (0)
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { printSearches } from "./exhaustive/report.ts";
import { CORES, runFleet } from "./fleet/fleet.ts";
import { addReport, describeSummary, emptySummary } from "./fleet/summary.ts";
import { printTable } from "./mutants/table.ts";
import { realCore } from "./real-core.ts";
import { minimise } from "./world/minimise.ts";
import { PROFILE_NAMES } from "./world/profiles.ts";
import { run, type RunOptions, type RunReport } from "./world/run.ts";
import { SHAPES, TIMINGS } from "./world/shapes.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string" },
    seed: { type: "string" },
    minutes: { type: "string", default: "2" },
    profile: { type: "string", default: "all" },
    shape: { type: "string", default: "any" },
    timing: { type: "string", default: "default" },
    trace: { type: "boolean", default: false },
    minimise: { type: "boolean", default: false },
    "keep-going": { type: "boolean", default: false },
    workers: { type: "string" },
    mutants: { type: "boolean", default: false },
    exhaustive: { type: "boolean", default: false },
    deeper: { type: "string", default: "0" },
    help: { type: "boolean", default: false },
  },
});

/** More often nobody reads. */
const PROGRESS_EVERY_MS = 10_000;

type Chosen = Omit<RunOptions, "seed" | "core">;

const print = (line: string): void => void process.stdout.write(`${line}\n`);

function oneOf<T extends string>(option: "profile" | "shape" | "timing", names: readonly T[]): T {
  const name = names.find((known) => known === values[option]);
  if (name !== undefined) return name;
  print(`--${option} must be one of ${names.join(", ")}`);
  process.exit(2);
}

function number(
  option: "seeds" | "seed" | "minutes" | "deeper" | "workers",
  fallback: number,
): number {
  const text = values[option];
  const value = text === undefined ? fallback : Number(text);
  if (Number.isFinite(value) && value >= 0) return value;
  print(`--${option} takes a number, not "${text}"`);
  process.exit(2);
}

function help(): number {
  const text = readFileSync(new URL(import.meta.url), "utf8");
  for (const line of text.slice(4, text.indexOf("*/")).split("\n"))
    print(line.replace(/^ \* ?/, ""));
  return 0;
}

function show(report: RunReport, chosen: Chosen): void {
  const { failure, seed } = report;
  if (failure === null) return;
  if (!values["keep-going"]) for (const line of failure.transcript) print(line);
  print(`\nFAILED seed ${seed} (${report.options})`);
  print(`  ${failure.text}`);
  print(
    `  again: scripts/simulate --seed ${seed} --minutes ${chosen.minutes} --profile ${chosen.profile} --shape ${chosen.shape} --timing ${chosen.timing} --trace`,
  );
  if (!values.minimise) return;
  const faults = minimise({ ...chosen, seed, core: realCore }, failure.rule);
  print(`  ${faults.length} faults are enough:`);
  for (const fault of faults)
    print(`    ${(fault.at / 1000).toFixed(3)} ${fault.kind} ${fault.luck}`);
}

async function simulate(chosen: Chosen): Promise<number> {
  const first = number("seed", 1);
  const seeds = number("seeds", values.seed === undefined ? 100 : 1);
  const workers = values.trace ? 1 : Math.min(number("workers", CORES), seeds);
  const summary = emptySummary();
  const startedAt = performance.now();
  const seconds = (): number => (performance.now() - startedAt) / 1000;
  let toldAt = startedAt;
  let isStopped = false;
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => (isStopped = true));
  const onReport = (report: RunReport): boolean => {
    addReport(summary, report);
    show(report, chosen);
    const rate = summary.simulatedMs / 60_000 / seconds();
    if (performance.now() - toldAt > PROGRESS_EVERY_MS) {
      toldAt = performance.now();
      print(
        `${summary.seeds} of ${seeds} seeds, ${summary.failures} failed, ${rate.toFixed(1)} cluster-minutes per second, ${seconds().toFixed(0)} s`,
      );
    }
    return !isStopped && (report.failure === null || values["keep-going"]);
  };
  if (values.trace || seeds === 1) {
    const trace = values.trace ? { trace: print } : {};
    for (let seed = first; seed < first + seeds; seed++)
      if (!onReport(run({ ...chosen, ...trace, seed, core: realCore }))) break;
  } else {
    await runFleet({ first, seeds, workers, options: chosen, onReport });
  }
  const { user, system } = process.cpuUsage();
  const effort = { seconds: seconds(), cpuSeconds: (user + system) / 1e6, workers };
  for (const line of describeSummary(summary, effort)) print(line);
  // Every seed that was begun has ended.
  const left = seeds - summary.seeds;
  if (left > 0) print(`goes on with --seed ${first + summary.seeds} --seeds ${left}`);
  return summary.failures;
}

async function perform(): Promise<number> {
  const minutes = number("minutes", 2);
  if (values.help) return help();
  if (values.mutants) return printTable({ seeds: number("seeds", 100), minutes, print });
  if (values.exhaustive) return printSearches(number("deeper", 0), print);
  const profile = oneOf("profile", PROFILE_NAMES);
  return simulate({
    minutes,
    profile,
    shape: oneOf("shape", SHAPES),
    timing: oneOf("timing", TIMINGS),
  });
}

process.exitCode = (await perform()) === 0 ? 0 : 1;
