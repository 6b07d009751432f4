/** What the dashboard for Grafana asks: whether there is any such metric with such labels, and whether it can be read. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { allMetrics } from "../../../src/adapters/http/metrics/all.ts";
import { hasProgram } from "../../helpers/programs.ts";
import { aFullSnapshot } from "../../helpers/snapshots.ts";

interface Query {
  /** Whose it is. */
  readonly title: string;
  readonly expr: string;
  /** What a series is called there: text with {{label}}. */
  readonly legend: string;
}

interface Panel {
  readonly title: string;
  readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
}

interface Annotation {
  readonly name: string;
  readonly expr: string;
  readonly titleFormat: string;
  readonly textFormat: string;
  readonly useValueForTime: boolean;
}

interface Variable {
  readonly name: string;
  readonly definition?: string;
}

interface Dashboard {
  readonly panels: readonly Panel[];
  readonly annotations: { readonly list: readonly Annotation[] };
  readonly templating: { readonly list: readonly Variable[] };
}

const FILE = join(import.meta.dirname, "../../../config/grafana-dashboard.json");
const { panels, annotations, templating } = JSON.parse(readFileSync(FILE, "utf8")) as Dashboard;
const QUERIES: readonly Query[] = [
  ...panels.flatMap(({ title, targets }) =>
    targets.map(({ expr, legendFormat: legend }) => ({ title, expr, legend })),
  ),
  ...annotations.list.map(({ name: title, expr, titleFormat, textFormat }) => {
    return { title, expr, legend: `${titleFormat} ${textFormat}` };
  }),
];

/** Prometheus adds them to whatever it fetches. */
const ADDED = ["job", "instance"];
const LABELS = new Map(
  allMetrics(aFullSnapshot()).flatMap(({ name, type, samples }) => {
    const own = samples.flatMap(({ labels }) => Object.keys(labels));
    const names = type === "histogram" ? ["_bucket", "_sum", "_count"] : [""];
    const all = new Set([...own, ...ADDED, ...(type === "histogram" ? ["le"] : [])]);
    return names.map((end) => [`${name}${end}`, all] as const);
  }),
);

const METRIC = /\b((?:mmm|process)_[a-z_]+)\b/g;
const namesIn = (list: string) => list.split(",").map((name) => name.trim());

function metricsOf(expr: string): readonly string[] {
  return [...expr.matchAll(METRIC)].map(([, name = ""]) => name);
}

/** The labels that are looked at in its braces, each after the metric. */
function selected(expr: string): readonly (readonly [metric: string, label: string])[] {
  return [...expr.matchAll(/\b((?:mmm|process)_[a-z_]+)\{([^}]*)\}/g)].flatMap(
    ([, metric = "", inside = ""]) =>
      [...inside.matchAll(/([a-z_]+)\s*(?:=~|!~|!=|=)\s*"/g)].map(
        ([, label = ""]) => [metric, label] as const,
      ),
  );
}

function grouped(expr: string): readonly string[] | null {
  const lists = [...expr.matchAll(/\bby \(([^)]*)\)/g)].map(([, list = ""]) => namesIn(list));
  return lists.length === 0 ? null : lists.flat();
}

const lacks = (metric: string, label: string) => LABELS.get(metric)?.has(label) !== true;

test("the dashboard is JSON in which every panel asks something", () => {
  expect(panels.filter(({ targets }) => targets.length === 0)).toEqual([]);
  expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
});

test("operations are marked where they began, also the first of its kind, before which there is no series", () => {
  for (const { expr, useValueForTime } of annotations.list) {
    expect(expr).toMatch(/_timestamp_seconds\{.*\}\) \* 1000$/);
    expect(useValueForTime).toBe(true);
  }
});

describe.each(QUERIES)("$title: $expr", ({ expr, legend }) => {
  it("asks for labels that its metrics have", () => {
    expect(metricsOf(expr)).not.toEqual([]);
    expect(selected(expr).filter(([metric, label]) => lacks(metric, label))).toEqual([]);
    const [metric = ""] = metricsOf(expr);
    expect((grouped(expr) ?? []).filter((label) => lacks(metric, label))).toEqual([]);
  });

  it("calls its series by labels that are left", () => {
    const [metric = ""] = metricsOf(expr);
    const left = grouped(expr) ?? [...(LABELS.get(metric) ?? [])];
    const named = [...legend.matchAll(/\{\{([^}]*)\}\}/g)].map(([, label = ""]) => label.trim());
    expect(named.filter((label) => !left.includes(label))).toEqual([]);
  });

  it("is asked of the chosen cluster", () => {
    // What only says which of its series count needs no choice of its own.
    const [asked = ""] = expr.split(" and on ");
    for (const name of metricsOf(asked)) expect(expr).toContain(`${name}{job=~"$job"`);
  });
});

test("what can be chosen is read from metrics that have those labels", () => {
  const asked = templating.list.flatMap(({ definition = "" }) => {
    const [, metric = "", label = ""] =
      /^label_values\((\w+)[^,]*(?:,[^,]*)?, (\w+)\)$/.exec(definition) ?? [];
    return definition === "" ? [] : [[metric, label] as const];
  });
  expect(asked).not.toEqual([]);
  expect(asked.filter(([metric, label]) => lacks(metric, label))).toEqual([]);
  const known = new Set(templating.list.map(({ name }) => name));
  const used = QUERIES.flatMap(({ expr }) =>
    [...expr.matchAll(/\$(\w+)/g)].map(([, name = ""]) => name),
  );
  expect(used.filter((name) => !known.has(name))).toEqual([]);
});

test.skipIf(!hasProgram("promtool"))("promtool can read each of them", () => {
  const directory = mkdtempSync(join(tmpdir(), "mmm-dashboard-"));
  try {
    const rules = QUERIES.map(({ expr }, at) => ({ record: `query_${at}`, expr: chosen(expr) }));
    const file = join(directory, "queries.yml");
    // JSON is YAML.
    writeFileSync(file, JSON.stringify({ groups: [{ name: "dashboard", rules }] }));
    const said = execFileSync("promtool", ["check", "rules", file], { encoding: "utf8" });
    expect(said).toContain(`${QUERIES.length} rules found`);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

/** As Grafana sends it. */
function chosen(expr: string): string {
  return expr.replaceAll("$job", "redis-mmm").replaceAll("$group", ".*");
}
