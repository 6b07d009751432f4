// Reads vitest's JSON report and prints "passed failed skipped". A file that could not be loaded, an
// error outside of any test, or a missing report counts as a failure: nothing fails unseen.
import { readFileSync } from "node:fs";

const [file, exitCode] = process.argv.slice(2);

function counts() {
  let report;
  try {
    report = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return [0, exitCode === "0" ? 0 : 1, 0];
  }
  const unloadable = report.testResults.filter(
    (suite) => suite.status === "failed" && suite.assertionResults.length === 0,
  ).length;
  const failed = report.numFailedTests + unloadable;
  const unseen = exitCode !== "0" && failed === 0 ? 1 : 0;
  return [report.numPassedTests, failed + unseen, report.numPendingTests + report.numTodoTests];
}

process.stdout.write(`${counts().join(" ")}\n`);
