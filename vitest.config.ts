import { defineConfig } from "vitest/config";
import { oneModule } from "./test/helpers/one-module.ts";

/**
 * unit        pure, milliseconds
 * scenario    transcripts of several monitors in virtual time
 * simulation  whole clusters in virtual time, from a seed
 * host        real redis-server, sshd and nftables on this machine (needs root)
 * lab         whole systems in network namespaces, through the public commands (needs root)
 */
export default defineConfig({
  test: {
    // Left to itself, vitest leaves one core unused.
    maxWorkers: "100%",
    projects: [
      { test: { name: "unit", include: ["test/unit/**/*.test.ts"], testTimeout: 30_000 } },
      { test: { name: "scenario", include: ["test/scenario/**/*.test.ts"], testTimeout: 60_000 } },
      {
        plugins: [oneModule()],
        test: {
          name: "simulation",
          include: ["test/simulation/**/*.test.ts"],
          testTimeout: 300_000,
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
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
