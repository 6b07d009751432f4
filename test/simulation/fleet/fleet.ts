/**
 * Many seeds on all cores. Each worker is a thread with a heap of its own, and runs the core and the
 * simulated world as one bundled module; which worker has which seed makes no difference to a run.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { build } from "esbuild";
import type { RunOptions, RunReport } from "../world/run.ts";

export interface Fleet {
  readonly first: number;
  readonly seeds: number;
  /** Threads. */
  readonly workers: number;
  readonly options: Omit<RunOptions, "seed" | "core">;
  /** false: no more seeds are begun. */
  readonly onReport: (report: RunReport) => boolean;
}

export const CORES = availableParallelism();

/** Resolves when every seed that was begun has ended. */
export async function runFleet(fleet: Fleet): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "mmm-simulate-"));
  try {
    const outfile = join(folder, "worker.mjs");
    await build({
      entryPoints: [join(import.meta.dirname, "worker.ts")],
      bundle: true,
      format: "esm",
      platform: "node",
      target: "node20",
      outfile,
      logLevel: "error",
    });
    let next = fleet.first;
    let goesOn = true;
    const take = (): number | null => (goesOn && next < fleet.first + fleet.seeds ? next++ : null);
    const onReport = (report: RunReport): void => {
      if (!fleet.onReport(report)) goesOn = false;
    };
    await Promise.all(
      Array.from({ length: fleet.workers }, () =>
        employ(new Worker(outfile, { workerData: fleet.options }), take, onReport),
      ),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Gives a worker seeds until there are none left. */
function employ(
  worker: Worker,
  take: () => number | null,
  onReport: (report: RunReport) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const feed = (): void => {
      const seed = take();
      if (seed === null) worker.terminate().then(() => resolve(), reject);
      else worker.postMessage(seed);
    };
    worker.on("error", reject);
    worker.on("message", (report: RunReport) => {
      onReport(report);
      feed();
    });
    feed();
  });
}
