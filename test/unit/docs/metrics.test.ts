/** Every metric that is named somewhere is one that `/metrics` shows. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Family } from "../../../src/adapters/http/exposition.ts";
import { allMetrics } from "../../../src/adapters/http/metrics/all.ts";
import { aFullSnapshot } from "../../helpers/snapshots.ts";

const ROOT = join(import.meta.dirname, "../../..");
const FAMILIES = allMetrics(aFullSnapshot());

function rowOf({ name, type, help, samples }: Family): string {
  const labels = [...new Set(samples.flatMap((one) => Object.keys(one.labels)))].join(", ");
  return `| \`${name}\` | ${type} | ${labels} | ${help} |`;
}

test("docs/http.md has the table of all metrics", () => {
  const page = readFileSync(join(ROOT, "docs/http.md"), "utf8");
  const rows = page.split("\n").filter((line) => /^\| `(mmm|process)_/.test(line));
  expect(rows).toEqual(FAMILIES.map(rowOf));
});
