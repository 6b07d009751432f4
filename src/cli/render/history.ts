/** `mmm history`: finished operations, the newest last, as it stays visible on a terminal. */
import type { HistoryEntry } from "../../core/status-types.ts";
import type { Paint } from "../terminal.ts";
import { showFencing } from "./past.ts";
import { showBytes, showInstant, showTook } from "./quantities.ts";
import { table } from "./table.ts";

const HEADER = [
  "EPOCH",
  "TIME (UTC)",
  "KIND",
  "FROM",
  "TO",
  "TOOK",
  "FENCING",
  "BY",
  "RESULT",
  "REASON",
];

export interface HistoryForm {
  /** Also the votes and the phases of each. */
  readonly verbose: boolean;
  readonly paint: Paint;
}

export function renderHistory(
  entries: readonly HistoryEntry[],
  { verbose, paint }: HistoryForm,
): readonly string[] {
  if (entries.length === 0) return ["nothing has happened yet"];
  const lines = table(
    HEADER,
    entries.map((entry) => row(entry, paint)),
  );
  if (!verbose) return lines;
  const [header = "", ...rows] = lines;
  return [header, ...rows.flatMap((line, at) => [line, ...details(entries[at])])];
}

function row(entry: HistoryEntry, paint: Paint): readonly string[] {
  return [
    String(entry.epoch),
    showInstant(entry.started_at),
    entry.kind,
    entry.from ?? "-",
    entry.to ?? "-",
    showTook(entry.duration_ms),
    showFencing(entry.fencing),
    entry.by,
    paint(entry.result === "ok" ? "good" : "bad", entry.result),
    withLoss(entry),
  ];
}

function withLoss({ reason, lost_bytes }: HistoryEntry): string {
  return lost_bytes === null || lost_bytes === 0
    ? reason
    : `${reason}; ${showBytes(lost_bytes)} of the old master's stream lost`;
}

function details(entry: HistoryEntry | undefined): readonly string[] {
  if (entry === undefined) return [];
  const phases = entry.phases.map(({ name, ms }) => `${name} ${showTook(ms)}`).join(", ");
  const votes = Object.entries(entry.votes)
    .map(([name, { vote, reason }]) => `${name} ${vote}${reason === null ? "" : ` (${reason})`}`)
    .join(", ");
  return [
    ...(phases === "" ? [] : [`       phases: ${phases}`]),
    ...(votes === "" ? [] : [`       votes:  ${votes}`]),
  ];
}
