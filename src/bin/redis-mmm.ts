#!/usr/bin/env node
/**
 * `redis_mmm`, as it was called in 2011: `redis_mmm mon` starts the monitor, everything else is
 * `mmm`. So the old README, and scripts by it, work as they are.
 */
const [command, ...rest] = process.argv.slice(2);

if (command === "mon") {
  const { main } = await import("../daemon/main.ts");
  await main(rest.map((word) => (word === "-c" ? "--config" : word)));
} else {
  const { runMmm } = await import("../cli/process.ts");
  process.exitCode = await runMmm(process.argv.slice(2));
}
