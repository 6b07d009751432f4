/**
 * What many groups cost: `scripts/bench scale [--groups 1,10,100,300] [--seconds 20] [--kill 100]`.
 *
 * Three real monitors on this machine watch groups of three stubs, which answer probes and obey what a
 * failover asks. There are no virtual IPs, so no SSH and no leases: what is measured is probing,
 * voting, agreeing and failing over. One line for each number of groups.
 */
import { constants } from "node:os";
import { eventually } from "../../helpers/eventually.ts";
import { Bench } from "./cluster.ts";
import { orTellUsage, parseScaleOptions, type ScaleOptions } from "../arguments.ts";
import { cpuMsOf, rssMbOf } from "../process-costs.ts";
import { received } from "./wire.ts";
import { FIRST_MASTER, MONITORS } from "./places.ts";
import { sentinelCost } from "./sentinels.ts";

let running: Bench | null = null;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.once(signal, () => void endBy(signal));

const COLUMNS = [
  "groups",
  "leader CPU",
  "follower CPU",
  "leader MB",
  "follower MB",
  "probe p50",
  "probe p99",
  "late p50",
  "late p99",
  "kB/s",
  "segments/s",
  "election",
  "killed",
  "last failed over",
  "Sentinel CPU",
  "Sentinel MB",
];
await orTellUsage("scripts/bench scale", () => scale(parseScaleOptions(process.argv.slice(2))));

async function scale(options: ScaleOptions): Promise<void> {
  say(`| ${COLUMNS.join(" | ")} |\n|${"---|".repeat(COLUMNS.length)}`);
  for (const count of options.groups) say(await line(count, options));
}

/** With everything that it started. Whoever kills it with -9 ends the monitors all the same: loop-delay.mjs. */
async function endBy(signal: "SIGINT" | "SIGTERM" | "SIGHUP"): Promise<void> {
  await running?.[Symbol.asyncDispose]();
  process.exit(128 + constants.signals[signal]);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** How far it is, for whoever waits. */
function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function line(groups: number, options: ScaleOptions): Promise<string> {
  const ours = await measure(groups, options);
  const theirs = options.sentinel ? await besideSentinel(groups, options) : ["", ""];
  return `| ${[...ours, ...theirs].join(" | ")} |`;
}

async function besideSentinel(groups: number, options: ScaleOptions): Promise<readonly string[]> {
  const { cpu, mb } = await sentinelCost(groups, options.seconds, downAfterMs(options.set));
  note(`${groups}: Sentinel measured`);
  return [`${(cpu * 100).toFixed(1)} %`, mb.toFixed(0)];
}

/** As --set has it; the default is two seconds. */
function downAfterMs(set: readonly string[]): number {
  const told = set.map((each) => /^down_after *= *(\d+)(ms|s)$/.exec(each)).find(Boolean);
  return told == null ? 2000 : Number(told[1]) * (told[2] === "s" ? 1000 : 1);
}

async function measure(groups: number, options: ScaleOptions): Promise<readonly unknown[]> {
  await using bench = new Bench();
  running = bench;
  await bench.start(groups, options.set);
  note(`${groups}: started`);
  const leader = await healthy(bench, groups);
  note(`${groups}: healthy under ${leader}`);
  await passing(5);
  const cost = await costs(bench, leader, options.seconds);
  const latency = await latencies(bench, leader);
  const late = lateness(bench, leader, options.seconds);
  note(`${groups}: measured`);
  const kill = Math.min(groups, options.kill);
  const failovers = await killMasters(bench, kill);
  note(`${groups}: failed over`);
  const election = await elect(bench);
  const cells = [groups, ...cost.cpu, ...cost.memory, ...latency, ...late, ...cost.wire];
  return [...cells, election, kill, failovers];
}

function passing(s: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, s * 1000));
}

async function healthy(bench: Bench, groups: number): Promise<string> {
  const ask = async () => bench.status("mon1").catch(() => null);
  const report = await eventually(
    ask,
    (now) =>
      now?.leader != null &&
      now.status.groups.length === groups &&
      now.status.groups.every(
        ({ verdict, master, operation }) =>
          verdict === "healthy" && master === FIRST_MASTER && operation === null,
      ),
    { withinMs: 120_000, everyMs: 1000, what: `${groups} healthy groups` },
  );
  return report?.leader ?? "";
}

async function costs(bench: Bench, leader: string, seconds: number) {
  const before = { at: performance.now(), wire: received(), cpu: cpuOf(bench) };
  await passing(seconds);
  const s = (performance.now() - before.at) / 1000;
  const after = { wire: received(), cpu: cpuOf(bench) };
  const share = (name: string) =>
    ((after.cpu.get(name) ?? 0) - (before.cpu.get(name) ?? 0)) / (10 * s);
  const followers = MONITORS.filter((name) => name !== leader);
  const mean = (of: (name: string) => number) =>
    followers.reduce((sum, name) => sum + of(name), 0) / followers.length;
  const memory = (name: string) => rssMbOf(bench.pidOf(name));
  return {
    cpu: [`${share(leader).toFixed(0)} %`, `${mean(share).toFixed(0)} %`],
    memory: [memory(leader).toFixed(0), mean(memory).toFixed(0)],
    wire: [
      ((after.wire.bytes - before.wire.bytes) / 1000 / s).toFixed(0),
      ((after.wire.segments - before.wire.segments) / s).toFixed(0),
    ],
  };
}

function cpuOf(bench: Bench): ReadonlyMap<string, number> {
  return new Map(MONITORS.map((name) => [name, cpuMsOf(bench.pidOf(name))]));
}

/** Of the newest probe of each node, as the leader has them from all monitors. */
async function latencies(bench: Bench, leader: string): Promise<readonly string[]> {
  const all: number[] = [];
  for (let look = 0; look < 5; look += 1) {
    const { status } = await bench.status(leader);
    const votes = status.groups.flatMap(({ nodes }) =>
      nodes.flatMap((node) => Object.values(node.votes)),
    );
    all.push(...votes.flatMap(({ latency_ms }) => latency_ms ?? []));
    await passing(0.5);
  }
  all.sort((a, b) => a - b);
  return [0.5, 0.99].map((share) => `${(all[Math.floor(all.length * share)] ?? 0).toFixed(1)} ms`);
}

/** The median second, and the worst second but one: a benchmark disturbs itself now and then. */
function lateness(bench: Bench, leader: string, seconds: number): readonly string[] {
  const lines = bench.delays(leader).slice(-seconds - 3);
  const sorted = (field: string) =>
    lines.map((line) => Number(line[field])).toSorted((a, b) => a - b);
  const middle = Math.floor(lines.length / 2);
  return [sorted("p50")[middle] ?? 0, sorted("p99")[middle] ?? 0].map(
    (ms) => `${ms.toFixed(1)} ms`,
  );
}

/** Until the verdict on the last of them is healthy again: another master answers a majority. */
async function killMasters(bench: Bench, count: number): Promise<string> {
  const at = await bench.killMasters(count);
  const times = await eventually(
    () => recoveries(bench, at),
    (found) => found.size >= count,
    { withinMs: 120_000, everyMs: 500, what: `${count} failovers` },
  );
  return `${Math.max(...times.values()) - at} ms`;
}

/** When each group was first said to be well under another master, by whoever led then. */
function recoveries(bench: Bench, since: number): ReadonlyMap<string, number> {
  const first = new Map<string, number>();
  for (const line of MONITORS.flatMap((name) => bench.events(name, "verdict.changed"))) {
    const [group, at] = [String(line["group"]), Date.parse(String(line["time"]))];
    const isWell = line["to"] === "healthy" && !String(line["msg"]).includes(`: ${FIRST_MASTER} `);
    if (isWell && at >= since) first.set(group, Math.min(at, first.get(group) ?? Infinity));
  }
  return first;
}

/** The leader may be another one by now. */
async function elect(bench: Bench): Promise<string> {
  const leader = await eventually(
    async () => (await bench.status(MONITORS[0] ?? "").catch(() => null))?.leader ?? null,
    (name) => name !== null,
    { withinMs: 60_000, everyMs: 200, what: "a leader" },
  );
  if (leader === null) throw new Error("nobody leads");
  const at = await bench.killMonitor(leader);
  const elected = () =>
    MONITORS.filter((name) => name !== leader).flatMap((name) =>
      bench
        .events(name, "role.changed")
        .filter((line) => line["role"] === "leader")
        .map((line) => Date.parse(String(line["time"])))
        .filter((time) => time >= at),
    );
  const times = await eventually(elected, (found) => found.length > 0, {
    withinMs: 60_000,
    everyMs: 200,
    what: "another leader",
  });
  return `${Math.min(...times) - at} ms`;
}
