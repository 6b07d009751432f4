/**
 * The program behind scripts/figures: the same faults several times, each in a fresh lab, and a
 * table of what a client saw. Figures are printed and never asserted, since a timed test on a busy
 * machine proves nothing.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { Lab, passing, type WriterReport } from "./lab.ts";
import { FAST, isAnother } from "./lab-setup.ts";

/** A monitor runs for months: the seconds in which its program is loaded and compiled are not looked at. */
const SETTLED_MS = 10_000;
/** Each look is a program of its own, whose start takes a third of a second of a processor from those that are measured. */
const LOOK_AFTER_MS = 1_000;
const AT_REST_MS = 60_000;
const IDLE_MS = 30_000;
/** Of USER_HZ, in which /proc counts processor time. */
const TICKS_PER_SECOND = 100;

interface Fault {
  readonly limitMs: number;
  readonly run: (lab: Lab) => Promise<unknown>;
}

const FAULTS: Readonly<Record<string, Fault>> = {
  kill: { limitMs: 400, run: (lab) => lab.run("kill", "db1") },
  hang: { limitMs: 1_400, run: (lab) => lab.run("hang", "db1") },
  unplug: { limitMs: 2_400, run: (lab) => lab.run("unplug", "db1") },
  switchover: { limitMs: 60, run: (lab) => lab.run("mmm", "switchover", "--to", "db2") },
};

const { values: options } = parseArgs({
  options: {
    runs: { type: "string", default: "5" },
    only: { type: "string" },
    pause: { type: "string", default: "1" },
  },
});

process.once("SIGINT", () => process.exit(130));
process.once("SIGTERM", () => process.exit(143));

print("fault", "gap ms: median", "range", "limit", "acknowledged", "lost");
for (const [name, fault] of Object.entries(FAULTS)) {
  if (options.only === undefined || options.only === name) await printFault(name, fault);
}
if (options.only === undefined || options.only === "cost") await printCost();

async function printFault(name: string, fault: Fault): Promise<void> {
  const reports: WriterReport[] = [];
  for (let run = 0; run < Number(options.runs); run += 1) reports.push(await measureOnce(fault));
  const gaps = reports.map(({ gap_ms }) => gap_ms).toSorted((a, b) => a - b);
  print(
    name,
    gaps[Math.floor(gaps.length / 2)]?.toFixed(0) ?? "-",
    `${gaps[0]?.toFixed(0)}–${gaps.at(-1)?.toFixed(0)}`,
    `≤ ${fault.limitMs}`,
    String(sum(reports.map(({ acknowledged }) => acknowledged))),
    String(sum(reports.map(({ lost }) => lost))),
  );
}

async function measureOnce(fault: Fault): Promise<WriterReport> {
  await using lab = await Lab.up(FAST);
  await lab.run("writer", "start", "--pause", options.pause);
  await passing(SETTLED_MS);
  await fault.run(lab);
  await passing(fault.limitMs + LOOK_AFTER_MS);
  await lab.movedTo(isAnother);
  await passing(500);
  return JSON.parse(await lab.run("writer", "stop")) as WriterReport;
}

async function printCost(): Promise<void> {
  await using lab = await Lab.up(FAST);
  const names = ["mon1", "mon2", "mon3"];
  await passing(AT_REST_MS);
  const before = names.map((name) => processorSeconds(pidOf(lab, name)));
  await passing(IDLE_MS);
  print("", "");
  print("monitor", "resident MB", "idle CPU %");
  names.forEach((name, index) => {
    const pid = pidOf(lab, name);
    const used = processorSeconds(pid) - (before[index] ?? 0);
    print(name, residentMb(pid).toFixed(0), ((used / IDLE_MS) * 100_000).toFixed(1));
  });
  const leader = await lab.leader();
  print("", `(the leader is ${leader}; limits: 110 MB, 5 %)`);
}

function pidOf(lab: Lab, name: string): string {
  return readFileSync(`${lab.directory}/run/${name}.pid`, "utf8").split(" ")[0] ?? "";
}

function processorSeconds(pid: string): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function residentMb(pid: string): number {
  const line = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(line?.[1]) / 1024;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function print(...columns: readonly string[]): void {
  const line = columns.map((column) => column.padEnd(16)).join("");
  process.stdout.write(`${line.trimEnd()}\n`);
}
