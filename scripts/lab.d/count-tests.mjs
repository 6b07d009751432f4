// Reads vitest's JSON report and prints "passed failed skipped", and then a line for each test that failed:
// where it is, and the first line of why. A file that could not be loaded, an error outside of any test, or a
// missing report counts as a failure: nothing fails unseen.
import { readFileSync } from "node:fs";
import { relative } from "node:path";

const [file, exitCode] = process.argv.slice(2);

function read() {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return null;
  }
}

function counts(report) {
  if (report === null) return [0, exitCode === "0" ? 0 : 1, 0];
  const unloadable = report.testResults.filter(isUnloadable).length;
  const failed = report.numFailedTests + unloadable;
  const unseen = exitCode !== "0" && failed === 0 ? 1 : 0;
  return [report.numPassedTests, failed + unseen, report.numPendingTests + report.numTodoTests];
}

function isUnloadable({ status, assertionResults }) {
  return status === "failed" && assertionResults.length === 0;
}

function failures(report) {
  return (report?.testResults ?? []).flatMap((suite) => {
    const path = relative(process.cwd(), suite.name);
    if (isUnloadable(suite)) return [`${path}: ${firstLine(suite.message)}`];
    const failed = suite.assertionResults.filter(({ status }) => status === "failed");
    return failed.map((test) => `${path} > ${test.fullName}: ${firstLine(test.failureMessages[0])}`);
  });
}

function firstLine(text = "") {
  return text.split("\n", 1)[0];
}

const report = read();
process.stdout.write(`${[counts(report).join(" "), ...failures(report)].join("\n")}\n`);
