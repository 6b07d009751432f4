/**
 * The program behind scripts/figures: the same faults several times, each in a fresh lab, and a
 * table of what a client saw. Figures are printed and never asserted, since a timed test on a busy
 * machine proves nothing.
 */
import { readFileSync } from "node:fs";
import { Lab, passing } from "../helpers/lab.ts";
import { FAST, MONITORS } from "../helpers/lab-setup.ts";
import { type FigureOptions, orTellUsage, parseFigureOptions } from "./arguments.ts";
import { FAULTS, type Fault } from "./faults.ts";
import { runOnce } from "./one-run.ts";
import { cpuMsOf, rssMbOf } from "./process-costs.ts";
import { type RunRecord, toRecord } from "./run-record.ts";
import { spread, sum } from "./statistics.ts";
import { MMM } from "./systems.ts";

const IDLE_MS = 60_000;

/** Milliseconds that the median should not pass. */
const LIMITS_MS: Readonly<Record<string, number>> = {
  kill: 400,
  hang: 1_400,
  unplug: 2_400,
  switchover: 60,
};

process.once("SIGINT", () => process.exit(130));
process.once("SIGTERM", () => process.exit(143));

await orTellUsage("scripts/figures", () => {
  const known = [...Object.keys(LIMITS_MS), "cost"];
  return figures(parseFigureOptions(process.argv.slice(2), known));
});

async function figures(options: FigureOptions): Promise<void> {
  const isChosen = (name: string) => options.only === null || options.only === name;
  print("fault", "gap ms: median", "range", "limit", "acknowledged", "lost");
  for (const fault of FAULTS) {
    const limitMs = LIMITS_MS[fault.name];
    if (limitMs !== undefined && isChosen(fault.name)) await printFault(fault, limitMs, options);
  }
  if (isChosen("cost")) await printCost(options.restMinutes * 60_000);
}

async function printFault(fault: Fault, limitMs: number, options: FigureOptions): Promise<void> {
  const records: RunRecord[] = [];
  for (let run = 1; run <= options.runs; run += 1) {
    records.push(
      toRecord(
        await runOnce(MMM, fault, {
          run,
          pauseMs: options.pauseMs,
          redis: [],
          stock: false,
          roundTripMs: null,
          set: [],
          fence: false,
          wait: 0,
          ...FAST,
        }),
      ),
    );
  }
  const gap = spread(records.map(({ gap_ms }) => gap_ms));
  print(
    fault.name,
    gap?.median.toFixed(0) ?? "-",
    gap === null ? "-" : `${gap.min.toFixed(0)}–${gap.max.toFixed(0)}`,
    `≤ ${limitMs}`,
    String(sum(records.map(({ acknowledged }) => acknowledged))),
    String(sum(records.map(({ lost }) => lost))),
  );
}

async function printCost(restMs: number): Promise<void> {
  await using lab = await Lab.up(FAST);
  await passing(restMs);
  const before = MONITORS.map((name) => cpuMsOf(pidOf(lab, name)));
  await passing(IDLE_MS);
  print("", "");
  print("monitor", "resident MB", "idle CPU %");
  MONITORS.forEach((name, index) => {
    const pid = pidOf(lab, name);
    const used = cpuMsOf(pid) - (before[index] ?? 0);
    print(name, rssMbOf(pid).toFixed(0), ((used / IDLE_MS) * 100).toFixed(1));
  });
  const leader = await lab.leader();
  print("", `(the leader is ${leader}; limits: 90 MB; 3 % for the leader, 2 % for the others)`);
}

function pidOf(lab: Lab, name: string): number {
  return Number(readFileSync(`${lab.directory}/run/${name}.pid`, "utf8").split(" ")[0]);
}

function print(...columns: readonly string[]): void {
  const line = columns.map((column) => column.padEnd(16)).join("");
  process.stdout.write(`${line.trimEnd()}\n`);
}
