/**
 * The arithmetic of rule 12, asked of a solver (`waiting-time.smt2` says what): with W as the code
 * computes it no lease outlives the wait; with any part of it left out some lease does.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { hasProgram } from "../../helpers/programs.ts";
import { permitMsFor, waitingTimeMs } from "../../../src/core/settings.ts";

const QUESTION = readFileSync(join(import.meta.dirname, "waiting-time.smt2"), "utf8");
/** Rule 4: evidence is begun after the reply that proved the permit, and before the other host is marked. */
const EVIDENCE_AFTER_REPLY = "(assert (<= reply evidence mark))";
const EVIDENCE_AT_ANY_TIME = "(assert (<= evidence mark))";
const TICKS_MS = 8;

function ask(...assertions: readonly string[]): string {
  const input = [QUESTION, ...assertions, "(check-sat)"].join("\n");
  return execFileSync("z3", ["-in", "-T:60"], { input, encoding: "utf8" }).trim();
}

interface Times {
  readonly leaseMs: number;
  readonly permitMs: number;
  readonly drift: number;
}

const timesOf = (leaseMs: number, drift: number): Times => ({
  leaseMs,
  permitMs: permitMsFor(leaseMs),
  drift,
});

function numbers({ leaseMs, permitMs, drift }: Times, waitMs: number): string {
  const bound = { T0: permitMs, N: leaseMs, TICKS: TICKS_MS, RHO: drift, W: waitMs };
  return Object.entries(bound)
    .map(([name, value]) => `(assert (= ${name} ${value}))`)
    .join("\n");
}

const CONFIGURATIONS = [
  timesOf(2000, 0.1),
  timesOf(500, 0.1),
  timesOf(1000, 0.01),
  timesOf(8000, 0.2),
];

const WRONG: readonly { name: string; wait: (times: Times) => number }[] = [
  { name: "without T0", wait: ({ leaseMs, drift }) => waitingTimeMs(leaseMs, 0, drift) },
  { name: "without N", wait: ({ permitMs, drift }) => waitingTimeMs(0, permitMs, drift) },
  {
    name: "without the division (and reserve)",
    wait: (times) => (times.permitMs + times.leaseMs + TICKS_MS) * (1 + times.drift),
  },
  {
    name: "without ticks and reserve",
    wait: (times) => ((times.permitMs + times.leaseMs) * (1 + times.drift)) / (1 - times.drift),
  },
];

test.skipIf(!hasProgram("z3")).each(CONFIGURATIONS)(
  "N $leaseMs, T0 $permitMs, drift $drift: nothing outlives W",
  (times) => {
    const { leaseMs, permitMs, drift } = times;
    const wait = waitingTimeMs(leaseMs, permitMs, drift);
    expect(ask(numbers(times, wait), EVIDENCE_AFTER_REPLY)).toBe("unsat");
  },
);

test.skipIf(!hasProgram("z3"))("whatever the numbers are, nothing outlives W", () => {
  const any = "(assert (and (>= T0 0) (>= N 0) (>= TICKS 0) (<= 0 RHO) (< RHO 1)))";
  const wait = "(assert (= (* W (- 1 RHO)) (* (+ T0 N TICKS) (+ 1 RHO))))";
  expect(ask(any, wait, EVIDENCE_AFTER_REPLY)).toBe("unsat");
});

const WRONG_EVERYWHERE = WRONG.flatMap((wrong) =>
  CONFIGURATIONS.map((times) => ({ ...wrong, times, leaseMs: times.leaseMs })),
);

test.skipIf(!hasProgram("z3")).each(WRONG_EVERYWHERE)(
  "N $leaseMs: $name some lease outlives it",
  ({ wait, times }) => {
    expect(ask(numbers(times, wait(times)), EVIDENCE_AFTER_REPLY)).toBe("sat");
  },
);

test.skipIf(!hasProgram("z3")).each(CONFIGURATIONS)(
  "N $leaseMs: evidence from before the permit's reply lets a lease outlive any wait",
  (times) => {
    const wait = waitingTimeMs(times.leaseMs, times.permitMs, times.drift);
    expect(ask(numbers(times, wait), EVIDENCE_AT_ANY_TIME)).toBe("sat");
  },
);
