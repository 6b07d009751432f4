/**
 * Hostile neighbours: connections, slow readers and garbage as fast as one core can send, on every
 * door of a monitor, while its cluster works. Who leads does not change, and nothing grows.
 *
 * Only with MMM_LONG=1: ten thousand connections, and 20 s of each kind; the figures are printed.
 * Always tried is the door alone (test/unit/adapters/tls/doors.test.ts).
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Cluster, NAMES } from "./cluster.ts";
import { CpuWeight } from "./cpu-weight.ts";
import {
  forgetLateness,
  Idler,
  type Lateness,
  latenessesOf,
  latestOf,
  ownMs,
  PRELOAD,
  within,
} from "./lateness.ts";
import { buildBundle } from "./monitor-process.ts";
import type { TlsFiles } from "../../src/adapters/tls/identity.ts";
import { isLong } from "../helpers/lab.ts";

// How long the disk of a busy machine takes to sync is not what is tested here.
process.env["TMPDIR"] = "/dev/shm";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SECONDS = Number(process.env["MMM_FLOOD_SECONDS"] ?? 20);
const CONNECTIONS = 10_000;
/** What a monitor may grow by: beside a Redis nobody reckons with more. 10 MB of what is not whole are kept on purpose. */
const MEMORY_MB = 50;
/** What a heartbeat is late for reasons of the monitor's own; how long the machine lets it wait is only printed. */
const OWN_LATENESS_MS = 100;
interface Seen {
  readonly grewMb: number;
  /** How long somebody who was connected already waited for an answer: the median, and one of a hundred. */
  readonly usualMs: number;
  readonly lateMs: number;
  /** The leader's timers, by which it sends heartbeats: one of a hundred, the worst, and the worst that is its own doing. */
  readonly heartbeatMs: { readonly p99: number; readonly max: number; readonly own: number };
  /** Where the time of the worst of them went. */
  readonly latest: Lateness | undefined;
  /** The same of a process that does nothing at all, at an ordinary priority. */
  readonly idler: Lateness | undefined;
  readonly done: number;
  readonly bytes: number;
}

/** @param as files of the certificate that it shows; null: it speaks no TLS */
async function flood(
  kind: string,
  target: string,
  as: TlsFiles | null = null,
): Promise<{ done: number; bytes: number }> {
  const script = join(ROOT, "test/host/flooder.ts");
  const args = ["--import", "tsx", script, kind, target, String(SECONDS), String(CONNECTIONS)];
  const env = as === null ? process.env : { ...process.env, MMM_FLOOD_AS: JSON.stringify(as) };
  const stdio = ["ignore", "pipe", "inherit"] as const;
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: [...stdio], env });
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
  const before = latenessesOf(pid).length;
  using idler = new Idler();
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
  const timers = latenessesOf(pid).slice(before);
  const late = timers.map((timer) => timer.late);
  const own = Math.max(...timers.map(ownMs));
  return {
    grewMb: mostMb - atRest,
    usualMs: within(0.5, waits),
    lateMs: within(0.99, waits),
    heartbeatMs: { p99: within(0.99, late), max: within(1, late), own },
    latest: latestOf(timers),
    idler: latestOf(latenessesOf(idler.pid)),
    ...(await ended),
  };
}

async function expectUnmoved(
  cluster: Cluster,
  kind: string,
  target: (leader: string) => string,
  as: TlsFiles | null = null,
): Promise<void> {
  const leader = await cluster.leader();
  // What it said is known a moment before its log is read.
  for (const name of NAMES) await cluster.monitors.get(name)!.logged("leader.changed");
  const terms = NAMES.map((name) => cluster.monitors.get(name)!.lines("leader.changed").length);
  const seen = await watched(cluster, leader, flood(kind, target(leader), as));
  process.stdout.write(`flood ${kind}: ${JSON.stringify(seen)}\n`);
  if (kind !== "nothing") expect(seen.done + seen.bytes).toBeGreaterThan(0);
  expect(seen.grewMb).toBeLessThan(MEMORY_MB);
  expect(seen.heartbeatMs.own).toBeLessThan(OWN_LATENESS_MS);
  expect(NAMES.map((name) => cluster.monitors.get(name)!.lines("leader.changed").length)).toEqual(
    terms,
  );
  expect(await cluster.leader()).toBe(leader);
}

describe.skipIf(!isLong).each([false, true])("a cluster (with TLS: %s)", (tls) => {
  let cluster: Cluster;
  let weight: CpuWeight | null = null;
  beforeAll(async () => {
    buildBundle();
    weight = CpuWeight.open(`mmm-flood-${process.pid}`);
    cluster = await Cluster.open({ tls, nodeFlags: () => ["--import", PRELOAD] });
    for (const { pid } of cluster.monitors.values()) weight?.add(pid);
    await cluster.leader();
  });
  afterAll(async () => {
    const pids = Array.from(cluster.monitors.values(), ({ pid }) => pid);
    weight?.[Symbol.dispose]();
    await cluster.close();
    for (const pid of pids) forgetLateness(pid);
  });

  const kinds = tls
    ? ["nothing", "connect", "tls-garbage", "handshakes", "garbage"]
    : [
        "nothing",
        "connect",
        "garbage",
        "tls-garbage",
        "h2-garbage",
        "slow-readers",
        "resets",
        "unfinished",
      ];
  it.each(kinds)(
    "keeps its leader while somebody does this to its port: %s",
    { timeout: 60_000 },
    async (kind) => {
      await expectUnmoved(cluster, kind, (leader) => `127.0.0.1:${cluster.portOf(leader)}`);
    },
  );

  it.runIf(tls).each(["slow-readers", "resets", "unfinished"])(
    "keeps its leader while somebody with a reader's certificate does this to its port: %s",
    { timeout: 60_000 },
    async (kind) => {
      const target = (leader: string) => `127.0.0.1:${cluster.portOf(leader)}`;
      await expectUnmoved(cluster, kind, target, cluster.filesOf("reader", "eve"));
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

  it.runIf(!tls).each(["connect", "garbage", "h2-garbage", "slow-readers", "resets", "unfinished"])(
    "keeps its leader while somebody does this to the socket of its host: %s",
    { timeout: 60_000 },
    async (kind) => {
      await expectUnmoved(cluster, kind, (leader) => join(cluster.path, leader, "mmm.sock"));
    },
  );
});
