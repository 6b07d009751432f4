/**
 * Hostile neighbours: connections, slow readers and garbage as fast as one core can send, on every
 * door of a monitor, while its cluster works. Who leads does not change, and nothing grows.
 *
 * Only with MMM_LONG=1: ten thousand connections, and 20 s of each kind; the figures are printed.
 * Always tried is the door alone (test/unit/adapters/tls/doors.test.ts).
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Cluster, NAMES } from "./cluster.ts";
import { buildBundle } from "./monitor-process.ts";
import { isLong } from "../helpers/lab.ts";

// How long the disk of a busy machine takes to sync is not what is tested here.
process.env["TMPDIR"] = "/dev/shm";

/** Of each monitor by its process: how late its timers are. */
const LATENESS = `/dev/shm/mmm-late-${process.pid}-%p`;
process.env["MMM_TIMER_LATENESS"] = LATENESS;

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SECONDS = Number(process.env["MMM_FLOOD_SECONDS"] ?? 20);
const CONNECTIONS = 10_000;
const MEMORY_MB = 50;

interface Seen {
  readonly grewMb: number;
  /** How long somebody who was connected already waited for an answer: the median, and one of a hundred. */
  readonly usualMs: number;
  readonly lateMs: number;
  /** The leader's own timers, by which it sends heartbeats: one of a hundred, and the worst. */
  readonly heartbeatMs: { readonly p99: number; readonly max: number };
  readonly done: number;
  readonly bytes: number;
}

function latenesses(pid: number): readonly number[] {
  const lines = readFileSync(LATENESS.replace("%p", String(pid)), "utf8")
    .trim()
    .split("\n");
  return lines.flatMap((line) => JSON.parse(line) as number[]);
}

function lateBy(share: number, all: readonly number[]): number {
  const sorted = all.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

async function flood(kind: string, target: string): Promise<{ done: number; bytes: number }> {
  const script = join(ROOT, "test/host/flooder.ts");
  const args = ["--import", "tsx", script, kind, target, String(SECONDS), String(CONNECTIONS)];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  child.stdout.on("data", (data: Buffer) => (printed += data.toString()));
  await once(child, "exit");
  return JSON.parse(printed) as { done: number; bytes: number };
}

async function watched(
  cluster: Cluster,
  name: string,
  work: Promise<{ done: number; bytes: number }>,
): Promise<Seen> {
  const client = cluster.clients.get(name)!;
  const atRest = cluster.memoryMb(name);
  const { pid } = cluster.monitors.get(name)!;
  const before = latenesses(pid).length;
  const waits: number[] = [];
  let [mostMb, isOver] = [0, false];
  const ended = work.finally(() => (isOver = true));
  while (!isOver) {
    const askedAt = performance.now();
    await client.identify(10_000);
    waits.push(performance.now() - askedAt);
    mostMb = Math.max(mostMb, cluster.memoryMb(name));
    await pause(50);
  }
  const late = latenesses(pid).slice(before);
  const heartbeatMs = { p99: lateBy(0.99, late), max: lateBy(1, late) };
  const [usualMs, lateMs] = [lateBy(0.5, waits), lateBy(0.99, waits)];
  return { grewMb: mostMb - atRest, usualMs, lateMs, heartbeatMs, ...(await ended) };
}

async function expectUnmoved(
  cluster: Cluster,
  kind: string,
  target: (leader: string) => string,
): Promise<void> {
  const leader = await cluster.leader();
  // What it said is known a moment before its log is read.
  for (const name of NAMES) await cluster.monitors.get(name)!.logged("leader.changed");
  const terms = NAMES.map((name) => cluster.monitors.get(name)!.lines("leader.changed").length);
  const seen = await watched(cluster, leader, flood(kind, target(leader)));
  process.stdout.write(`flood ${kind}: ${JSON.stringify(seen)}\n`);
  if (kind !== "nothing") expect(seen.done + seen.bytes).toBeGreaterThan(0);
  expect(seen.grewMb).toBeLessThan(MEMORY_MB);
  expect(NAMES.map((name) => cluster.monitors.get(name)!.lines("leader.changed").length)).toEqual(
    terms,
  );
  expect(await cluster.leader()).toBe(leader);
}

describe.skipIf(!isLong).each([false, true])("a cluster (with TLS: %s)", (tls) => {
  let cluster: Cluster;
  beforeAll(async () => {
    buildBundle();
    const preload = join(ROOT, "test/host/timer-lateness.mjs");
    cluster = await Cluster.open({ tls, nodeFlags: () => ["--import", preload] });
    await cluster.leader();
  });
  afterAll(async () => {
    const pids = Array.from(cluster.monitors.values(), ({ pid }) => pid);
    await cluster.close();
    for (const pid of pids) rmSync(LATENESS.replace("%p", String(pid)), { force: true });
  });

  const kinds = tls
    ? ["nothing", "connect", "tls-garbage", "handshakes", "garbage"]
    : ["nothing", "connect", "garbage", "tls-garbage", "h2-garbage", "slow-readers"];
  it.each(kinds)(
    "keeps its leader while somebody does this to its port: %s",
    { timeout: 60_000 },
    async (kind) => {
      await expectUnmoved(cluster, kind, (leader) => `127.0.0.1:${cluster.portOf(leader)}`);
    },
  );

  it.runIf(!tls).each(["connect", "garbage", "http-requests"])(
    "keeps its leader while somebody does this to its door for programs: %s",
    { timeout: 60_000 },
    async (kind) => {
      await expectUnmoved(cluster, kind, (leader) => `127.0.0.1:${cluster.httpPortOf(leader)}`);
    },
  );

  it.runIf(!tls).each(["connect", "garbage", "sentinel-requests"])(
    "keeps its leader while somebody does this to its door for clients of Sentinel: %s",
    { timeout: 60_000 },
    async (kind) => {
      await expectUnmoved(cluster, kind, (leader) => `127.0.0.1:${cluster.sentinelPortOf(leader)}`);
    },
  );

  it.runIf(!tls).each(["connect", "garbage", "h2-garbage", "slow-readers"])(
    "keeps its leader while somebody does this to the socket of its host: %s",
    { timeout: 60_000 },
    async (kind) => {
      await expectUnmoved(cluster, kind, (leader) => join(cluster.path, leader, "mmm.sock"));
    },
  );
});
