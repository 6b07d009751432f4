import { defineConfig } from "vitest/config";
import { oneModule } from "./test/helpers/one-module.ts";

/**
 * unit        pure, milliseconds
 * scenario    transcripts of several monitors in virtual time
 * simulation  whole clusters in virtual time, from a seed
 * host        real redis-server, sshd and nftables on this machine (needs root)
 * lab         whole systems in network namespaces, through the public commands (needs root)
 */
/**
 * For processes that live for a minute: V8 makes plain machine code at once, and takes the time to make
 * good code only of what was run a lot. By default it spends as much on that as the tests take.
 */
const COMPILE_LATE = ["--always-sparkplug", "--interrupt-budget=400000"];

export default defineConfig({
  test: {
    // Left to itself, vitest leaves one core unused.
    maxWorkers: "100%",
    projects: [
      { test: { name: "unit", include: ["test/unit/**/*.test.ts"], testTimeout: 30_000 } },
      { test: { name: "scenario", include: ["test/scenario/**/*.test.ts"], testTimeout: 60_000 } },
      {
        plugins: [oneModule("test/simulation")],
        test: {
          name: "simulation",
          include: ["test/simulation/**/*.test.ts"],
          testTimeout: 300_000,
          // What one file made V8 compile serves the next one as well.
          isolate: false,
          execArgv: COMPILE_LATE,
        },
      },
      {
        test: {
          name: "host",
          include: ["test/host/**/*.test.ts"],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "lab",
          include: ["test/lab/**/*.test.ts"],
          setupFiles: ["test/helpers/lab-logs.ts"],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
