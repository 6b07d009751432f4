/**
 * `scripts/simulate`: random clusters under random faults, from seeds.
 *
 *   --seeds N       how many seeds (100)          --seed S      only this one, or the first one
 *   --minutes M     simulated minutes each (2)    --profile P   calm|monitors|hosts|network|operations|membership|all
 *   --trace         print every event             --minimise    repeat a failure with fewer faults
 *   --keep-going    do not stop at the first failure
 *
 *   --mutants       instead: leave out one rule after the other, and tell what finds it; with --seeds N
 *                   random runs each (0: scripts only) of --minutes M
 *   --exhaustive    instead: every order of what may happen to three monitors, and to one move of a
 *                   VIP, --deeper D steps
 *                   further than the tests go (0)
 */
import { parseArgs } from "node:util";
import { printSearches } from "./exhaustive/report.ts";
import { printTable } from "./mutants/table.ts";
import { realCore } from "./real-core.ts";
import { minimise, type Profile, PROFILE_NAMES, run, type RunReport } from "./world/run.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "100" },
    seed: { type: "string" },
    minutes: { type: "string", default: "2" },
    profile: { type: "string", default: "all" },
    trace: { type: "boolean", default: false },
    minimise: { type: "boolean", default: false },
    "keep-going": { type: "boolean", default: false },
    mutants: { type: "boolean", default: false },
    exhaustive: { type: "boolean", default: false },
    deeper: { type: "string", default: "0" },
  },
});

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const profile = PROFILE_NAMES.find((name) => name === values.profile);
if (profile === undefined) {
  print(`--profile must be one of ${PROFILE_NAMES.join(", ")}`);
  process.exit(2);
}

function options(seed: number, chosen: Profile) {
  const trace = values.trace ? { trace: print } : {};
  return { seed, core: realCore, minutes: Number(values.minutes), profile: chosen, ...trace };
}

function show(report: RunReport, chosen: Profile): void {
  const { failure } = report;
  if (failure === null) return;
  if (values.seeds === "1" || !values["keep-going"])
    for (const line of failure.transcript) print(line);
  print(`\nFAILED seed ${report.seed} (${report.options})`);
  print(`  ${failure.text}`);
  print(
    `  again: scripts/simulate --seeds 1 --seed ${report.seed} --minutes ${values.minutes} --profile ${chosen} --trace`,
  );
  if (!values.minimise) return;
  const faults = minimise(
    { ...options(report.seed, chosen), trace: undefined } as never,
    failure.rule,
  );
  print(`  ${faults.length} faults are enough:`);
  for (const fault of faults)
    print(`    ${(fault.at / 1000).toFixed(3)} ${fault.kind} ${fault.luck}`);
}

function main(chosen: Profile): number {
  const first = values.seed === undefined ? 1 : Number(values.seed);
  const count = Number(values.seeds);
  const operations: Record<string, number> = {};
  const rules: Record<string, number> = {};
  const total = {
    simulatedMs: 0,
    events: 0,
    turns: 0,
    claims: 0,
    checkedSwitchovers: 0,
    acknowledged: 0,
    failures: 0,
    human: 0,
    slowest: 0,
  };
  const startedAt = performance.now();
  const cpuAt = process.cpuUsage();
  for (let seed = first; seed < first + count; seed++) {
    const report = run(options(seed, chosen));
    for (const key of [
      "simulatedMs",
      "events",
      "turns",
      "claims",
      "checkedSwitchovers",
      "acknowledged",
    ] as const)
      total[key] += report[key];
    for (const [name, times] of Object.entries(report.operations))
      operations[name] = (operations[name] ?? 0) + times;
    total.human += report.human ? 1 : 0;
    total.slowest = Math.max(total.slowest, report.wholeAfterMs);
    if (report.failure === null) continue;
    show(report, chosen);
    rules[report.failure.rule] = (rules[report.failure.rule] ?? 0) + 1;
    total.failures += 1;
    if (!values["keep-going"]) break;
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const cpu = process.cpuUsage(cpuAt);
  const cpuSeconds = (cpu.user + cpu.system) / 1e6;
  const minutes = total.simulatedMs / 60_000;
  print(
    `${minutes.toFixed(0)} simulated minutes in ${seconds.toFixed(1)} s: ${(minutes / seconds).toFixed(1)} cluster-minutes per second, ${(minutes / cpuSeconds).toFixed(1)} per second of CPU`,
  );
  print(
    `${total.events} events, ${total.turns} turns, ${total.claims} claims, ${total.acknowledged} acknowledged writes, ${total.checkedSwitchovers} switchovers checked`,
  );
  print(
    `operations: ${JSON.stringify(operations)}; needed a person: ${total.human}; slowest to become whole: ${(total.slowest / 1000).toFixed(1)} s`,
  );
  print(`failures: ${total.failures} ${JSON.stringify(rules)}`);
  return total.failures === 0 ? 0 : 1;
}

async function perform(chosen: Profile): Promise<number> {
  const [seeds, minutes] = [Number(values.seeds), Number(values.minutes)];
  if (values.mutants) return printTable({ seeds, minutes, print });
  if (values.exhaustive) return printSearches(Number(values.deeper), print);
  return main(chosen);
}

process.exitCode = (await perform(profile)) === 0 ? 0 : 1;
