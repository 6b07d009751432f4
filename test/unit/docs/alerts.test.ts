/**
 * The alerts, the dashboard and the runbook speak of what there is: metrics that are exported, places
 * that exist, and every alarm that a leader can raise.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { hasProgram } from "../../helpers/programs.ts";
import { allMetrics } from "../../../src/adapters/http/metrics/all.ts";
import { placeInRunbook } from "../../../src/core/runbook.ts";
import { aFullSnapshot } from "../../helpers/snapshots.ts";

const ROOT = join(import.meta.dirname, "../../..");
const RULES = read("config/prometheus-rules.yml");
const DASHBOARD = read("config/grafana-dashboard.json");
const ANCHORS = new Set(
  [...read("docs/runbook.md").matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) => anchorOf(title)),
);
const FAMILIES = allMetrics(aFullSnapshot());
const EXPORTED = new Set(
  FAMILIES.flatMap(({ name, type }) =>
    type === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  ),
);

function read(file: string): string {
  return readFileSync(join(ROOT, file), "utf8");
}

/** As GitHub makes it. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^a-z0-9 -]/g, "")
    .replaceAll(" ", "-");
}

function metricsIn(text: string): readonly string[] {
  return [...new Set(text.match(/\b(?:mmm|process)_[a-z_]+\b/g))];
}

describe.each([
  ["config/prometheus-rules.yml", RULES],
  ["config/grafana-dashboard.json", DASHBOARD],
  ["docs/runbook.md", read("docs/runbook.md")],
])("%s", (_, text) => {
  it("names no metric that is not exported", () => {
    expect(metricsIn(text).filter((name) => !EXPORTED.has(name))).toEqual([]);
    expect(metricsIn(text)).not.toEqual([]);
  });
});

test("each alert has a place in the runbook, and each link in there leads somewhere", () => {
  const urls = [...RULES.matchAll(/runbook_url: docs\/runbook\.md#(\S+)/g)].map(([, to]) => to);
  expect(urls).toHaveLength(RULES.match(/- alert: /g)?.length ?? 0);
  const links = [...read("docs/runbook.md").matchAll(/\]\(#([^)]+)\)/g)].map(([, to]) => to);
  expect([...urls, ...links].filter((to = "") => !ANCHORS.has(to))).toEqual([]);
});

test("what the program says of the runbook leads to a place in it, not only to the page", () => {
  const sources = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => read(join("src", file)).replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, ""));
  const places = sources.flatMap((text) =>
    [...text.matchAll(/docs\/runbook\.md(?:#([a-z-]+))?/g)].map(([, to = ""]) => to),
  );
  expect(places.length).toBeGreaterThan(2);
  expect(places.filter((to) => !ANCHORS.has(to))).toEqual([]);
});

/** As they stand in the source: `${group.name}: ${vip.ip} let go`. */
function alarmsInSource(): readonly string[] {
  const files = readdirSync(join(ROOT, "src/core"), { recursive: true, encoding: "utf8" });
  const text = files
    // What is shown of a group is no alarm of it.
    .filter((file) => file.endsWith(".ts") && !file.startsWith("status-"))
    .map((file) => read(`src/core/${file}`))
    .join("\n")
    .replaceAll(/^.*new Error.*$/gm, "");
  const ids = [...text.matchAll(/`\$\{(?:group\.)?name\}: ([^`]*)`/g)].map(([, id = ""]) => id);
  return ids
    .filter((id) => id !== "")
    .flatMap((id) =>
      id === "${about}" ? ["successor", "fence"] : [id.replace(/\$\{[^}]*ip\}/, "10.0.0.1")],
    )
    .map((id) => id.replace("${node.name}", "db1"));
}

test("each alarm that a leader can raise has a place in the runbook", () => {
  const alarms = alarmsInSource();
  expect(alarms).toContain("failover");
  expect(alarms.length).toBeGreaterThan(12);
  const lost = alarms.filter((alarm) => !ANCHORS.has(placeInRunbook(alarm) ?? ""));
  expect(lost).toEqual([]);
});

const promtoolIsMissing = !hasProgram("promtool");
if (promtoolIsMissing)
  process.stderr.write("skipped: promtool is not installed (Debian package prometheus)\n");

describe.skipIf(promtoolIsMissing)("promtool", () => {
  it("accepts the rules, and each fires in its case and in no other", () => {
    const directory = mkdtempSync(join(tmpdir(), "mmm-rules-"));
    try {
      const file = join(directory, "test.yml");
      const cases = read("test/unit/docs/alerts.yml");
      writeFileSync(file, cases.replace("RULES", join(ROOT, "config/prometheus-rules.yml")));
      execFileSync("promtool", ["check", "rules", join(ROOT, "config/prometheus-rules.yml")]);
      execFileSync("promtool", ["test", "rules", file]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it("finds nothing to complain about in /metrics", async () => {
    const { exposition } = await import("../../../src/adapters/http/exposition.ts");
    const input = exposition(FAMILIES);
    expect(execFileSync("promtool", ["check", "metrics"], { input, encoding: "utf8" })).toBe("");
  });
});
