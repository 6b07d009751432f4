/** One core's share of the seeds: takes a seed, runs it, reports, and is given the next. */
import { parentPort, workerData } from "node:worker_threads";
import { realCore } from "../real-core.ts";
import { run, type RunOptions } from "../world/run.ts";

const options = workerData as Omit<RunOptions, "seed" | "core">;

parentPort?.on("message", (seed: number) => {
  parentPort?.postMessage(run({ ...options, seed, core: realCore }));
});
