/** Set up for each file of tests: one that fails tells how the logs of its labs ended. */
import { beforeEach } from "vitest";
import { takeLogs } from "./lab.ts";

beforeEach(({ onTestFailed }) => {
  takeLogs();
  onTestFailed(() => {
    process.stderr.write(`${takeLogs()}\n`);
  });
});
