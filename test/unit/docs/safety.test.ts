/** The numbers in docs/safety.md are those of the code. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { permitMsFor, waitingTimeMs } from "../../../src/core/settings.ts";

const PAGE = readFileSync(join(import.meta.dirname, "../../../docs/safety.md"), "utf8");
const ROW = /^\| (\d+) ms.*? \| (\d+) ms \| ([\d.]+) \| (\d+) ms \|$/gm;
const ROWS = [...PAGE.matchAll(ROW)].map((row) => row.slice(1).map(Number));

test("there are some", () => {
  expect(ROWS.length).toBeGreaterThan(3);
});

test.each(ROWS)("N %i, T0 %i, drift %d: W is %i", (leaseMs, permitMs, drift, wait) => {
  expect(permitMsFor(leaseMs ?? 0)).toBe(permitMs);
  expect(waitingTimeMs(leaseMs ?? 0, permitMs ?? 0, drift ?? 0)).toBe(wait);
});
