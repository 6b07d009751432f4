/** What Redis Sentinel costs for the same masters: three of them, before the same databases. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "../../helpers/eventually.ts";
import { cpuMsOf, rssMbOf } from "../process-costs.ts";
import { Databases } from "./databases.ts";
import { addressOf, groupName, monitorAddress, MONITORS, NODES_OF_GROUP, PORT } from "./places.ts";

const SENTINEL_PORT = 26379;
const QUORUM = 2;

export interface SentinelCost {
  /** Share of a core, and resident megabytes, of each in the mean. */
  readonly cpu: number;
  readonly mb: number;
}

/** @param downAfterMs as the monitors have it */
export async function sentinelCost(
  groups: number,
  seconds: number,
  downAfterMs: number,
): Promise<SentinelCost> {
  using _databases = await Databases.start(groups);
  await using sentinels = new Sentinels(groups, downAfterMs);
  await sentinels.knowAll();
  const before = sentinels.cpuMs();
  const began = performance.now();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const spent = sentinels.cpuMs() - before;
  const ms = performance.now() - began;
  return { cpu: spent / ms / MONITORS.length, mb: sentinels.mb() };
}

class Sentinels implements AsyncDisposable {
  readonly #directory = mkdtempSync(join(tmpdir(), "mmm-scale-sentinel-"));
  readonly #groups: number;
  readonly #processes: readonly ChildProcess[];

  constructor(groups: number, downAfterMs: number) {
    this.#groups = groups;
    this.#processes = MONITORS.map((name) => {
      const directory = join(this.#directory, name);
      mkdirSync(directory);
      const file = join(directory, "sentinel.conf");
      writeFileSync(file, configOf(name, groups, { directory, downAfterMs }));
      return spawn("redis-server", [file, "--sentinel"], { stdio: "ignore" });
    });
  }

  /** Until each has found all replicas and all the others. */
  async knowAll(): Promise<void> {
    const known = MONITORS.length * this.#groups;
    await eventually(
      () => MONITORS.map((name) => countKnown(name)).reduce((sum, count) => sum + count, 0),
      (count) => count === known,
      { withinMs: 60_000, everyMs: 1000, what: "Sentinels that know all" },
    );
  }

  cpuMs(): number {
    return this.#processes.reduce((sum, { pid = 0 }) => sum + cpuMsOf(pid), 0);
  }

  mb(): number {
    const all = this.#processes.reduce((sum, { pid = 0 }) => sum + rssMbOf(pid), 0);
    return all / this.#processes.length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const process of this.#processes) if (process.kill("SIGKILL")) await once(process, "exit");
    rmSync(this.#directory, { recursive: true });
  }
}

function configOf(
  name: string,
  groups: number,
  { directory, downAfterMs }: { readonly directory: string; readonly downAfterMs: number },
): string {
  const lines = [
    `bind ${monitorAddress(name)}`,
    `port ${SENTINEL_PORT}`,
    "protected-mode no",
    `dir ${directory}`,
    "sentinel resolve-hostnames no",
    // From here it talks to the databases as 127.0.0.1.
    `sentinel announce-ip ${monitorAddress(name)}`,
  ];
  for (let group = 0; group < groups; group += 1) {
    const called = groupName(group);
    lines.push(`sentinel monitor ${called} ${addressOf(group, 0)} ${PORT} ${QUORUM}`);
    lines.push(`sentinel down-after-milliseconds ${called} ${downAfterMs}`);
  }
  return `${lines.join("\n")}\n`;
}

/** Masters of which this Sentinel knows all replicas and all other Sentinels. */
function countKnown(name: string): number {
  const address = ["-h", monitorAddress(name), "-p", String(SENTINEL_PORT)];
  try {
    const text = execFileSync("redis-cli", [...address, "sentinel", "masters"], {
      encoding: "utf8",
      maxBuffer: 1 << 24,
    });
    const replicas = new RegExp(`^num-slaves\\n${NODES_OF_GROUP - 1}$`, "gm");
    const others = new RegExp(`^num-other-sentinels\\n${MONITORS.length - 1}$`, "gm");
    return Math.min([...text.matchAll(replicas)].length, [...text.matchAll(others)].length);
  } catch {
    return 0;
  }
}
