/** All runs of one invocation or of several, summed up per fault and system, as JSON and as a table. */
import { FAULTS } from "./faults.ts";
import type { Machine } from "./machine.ts";
import type { RunRecord } from "./run-record.ts";
import { ratio, type Spread, spread, sum } from "./statistics.ts";
import type { StockRecord } from "./stock.ts";
import type { SystemName } from "./systems.ts";

export interface BenchFile {
  readonly machine: Machine;
  readonly command: string;
  readonly runs: readonly RunRecord[];
  /** Runs that were done again: the writer itself did not run, or the lab did not come up. */
  readonly repeated: number;
  /** Runs that never came to an end in order. */
  readonly failures: readonly string[];
}

export interface Row {
  readonly fault: string;
  readonly title: string;
  readonly system: SystemName;
  readonly gap: Spread;
  readonly openGaps: number;
  readonly acknowledged: number;
  readonly lost: number;
  readonly lostPerRun: Spread;
  readonly full: number;
  readonly partial: number;
  readonly settled: Spread;
  /** Sentinel's median gap in ours; null: nobody was interrupted. */
  readonly ratio: number | null;
  /** null: it did not come back by itself. */
  readonly oldMaster: Spread | null;
}

export function rowsOf(runs: readonly RunRecord[]): readonly Row[] {
  return FAULTS.flatMap(({ name, title, isHarmless }) => {
    const ofFault = runs.filter(({ fault }) => fault === name);
    const gapOf = (system: SystemName) =>
      spread(ofFault.filter((run) => run.system === system).map(({ gap_ms }) => gap_ms));
    const times = isHarmless === true ? null : ratio(gapOf("redis-mmm"), gapOf("Sentinel"));
    return (["redis-mmm", "Sentinel"] as const).flatMap((system) => {
      const row = rowOf(ofFault.filter((run) => run.system === system));
      return row === null ? [] : [{ fault: name, title, system, ...row, ratio: times }];
    });
  });
}

function rowOf(
  runs: readonly RunRecord[],
): Omit<Row, "fault" | "title" | "system" | "ratio"> | null {
  const gap = spread(runs.map(({ gap_ms }) => gap_ms));
  const lostPerRun = spread(runs.map(({ lost }) => lost));
  const settled = spread(runs.map(({ settled_s }) => settled_s));
  if (gap === null || lostPerRun === null || settled === null) return null;
  return {
    oldMaster: spread(runs.flatMap(({ old_master_ms }) => old_master_ms ?? [])),
    gap,
    lostPerRun,
    settled,
    openGaps: runs.filter(({ gap_is_open }) => gap_is_open).length,
    acknowledged: sum(runs.map(({ acknowledged }) => acknowledged)),
    lost: sum(runs.map(({ lost }) => lost)),
    full: sum(runs.map(({ resyncs }) => resyncs.full)),
    partial: sum(runs.map(({ resyncs }) => resyncs.partial)),
  };
}

const HEAD = [
  "fault",
  "system",
  "gap: median",
  "range (n)",
  "Sentinel ÷ ours",
  "acknowledged",
  "lost",
  "resyncs: full, partial",
  "in order after",
  "old master took writes for",
];

/** Markdown that people can read as it is. */
export function tableOf(rows: readonly Row[]): string {
  const lines = rows.map((row, index) => cells(row, rows[index - 1]?.fault !== row.fault));
  return toTable(HEAD, lines);
}

function cells(row: Row, isFirst: boolean): readonly string[] {
  const { gap, settled } = row;
  return [
    isFirst ? row.title : "",
    row.system,
    `${gap.median.toFixed(0)} ms${row.openGaps === 0 ? "" : ", not over"}`,
    `${gap.min.toFixed(0)}–${gap.max.toFixed(0)} (${gap.n})`,
    isFirst && row.ratio !== null ? `${row.ratio.toFixed(1)} ×` : "",
    String(row.acknowledged),
    String(row.lost),
    `${row.full}, ${row.partial}`,
    `${settled.median.toFixed(0)} s`,
    row.oldMaster === null ? "" : `${row.oldMaster.median.toFixed(0)} ms`,
  ];
}

/** Where the time of our gaps went: the median of each phase. */
export function phasesTableOf(runs: readonly RunRecord[]): string {
  const lines = FAULTS.flatMap(({ name, title }) => {
    const withPhases = runs.filter(({ fault, phases }) => fault === name && phases.length > 0);
    const names = [...new Set(withPhases.flatMap(({ phases }) => phases.map((one) => one.name)))];
    if (names.length === 0) return [];
    const medians = names.map((phase) => `${phase} ${medianOf(withPhases, phase)}`);
    return [[title, medians.join(" · ")]];
  });
  return toTable(["fault", "median of each phase, ms"], lines);
}

/** A run without that phase spent nothing in it. */
function medianOf(runs: readonly RunRecord[], name: string): string {
  const values = runs.map(({ phases }) =>
    sum(phases.filter((phase) => phase.name === name).map(({ ms }) => ms)),
  );
  return (spread(values)?.median ?? 0).toFixed(0);
}

/** What clients as they come saw; empty where none was asked for. */
export function stockTableOf(runs: readonly RunRecord[]): string {
  const lines = FAULTS.flatMap(({ name, title }) =>
    (["redis-mmm", "Sentinel"] as const).flatMap((system) => {
      const found = runs.filter((run) => run.fault === name && run.system === system);
      const stock = found.flatMap((run) => run.stock);
      const clients = [...new Set(stock.map(({ client }) => client))];
      return clients.map((client) =>
        stockCells(
          [title, system, client],
          stock.filter((one) => one.client === client),
        ),
      );
    }),
  );
  if (lines.length === 0) return "";
  const head = [
    "fault",
    "system",
    "client",
    "gap: median",
    "range (n)",
    "acknowledged",
    "lost",
    "errors that it told",
  ];
  return toTable(head, lines);
}

function stockCells(names: readonly string[], records: readonly StockRecord[]): readonly string[] {
  const gap = spread(records.map(({ gap_ms }) => gap_ms));
  const isOpen = records.some(({ gap_is_open }) => gap_is_open);
  const errors = sum(records.flatMap((record) => Object.values(record.errors)));
  return [
    ...names,
    `${gap?.median.toFixed(0)} ms${isOpen ? ", not over" : ""}`,
    `${gap?.min.toFixed(0)}–${gap?.max.toFixed(0)} (${records.length})`,
    String(sum(records.map(({ acknowledged }) => acknowledged))),
    String(sum(records.map(({ lost }) => lost))),
    String(errors),
  ];
}

export function toTable(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...lines.map((line) => line[column]?.length ?? 0)),
  );
  const row = (line: readonly string[]) =>
    `| ${widths.map((width, column) => (line[column] ?? "").padEnd(width)).join(" | ")} |`;
  const rule = `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`;
  return [row(head), rule, ...lines.map(row)].join("\n");
}
